"""The keyword index holds folded words, cut by us and not by the database, and knows no stop words on either one."""

from django.db import migrations

from studio.vault.core.chunking import indexed_text
from studio.vault.core.ranking import keyword_text

BATCH = 1_000
POSTGRES = [
    "CREATE TEXT SEARCH DICTIONARY vault_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION vault_words (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION vault_words ALTER MAPPING REPLACE simple WITH vault_stem",
]
WRITE = {
    "sqlite": "UPDATE vault_search SET words = %s WHERE rowid = %s",
    "postgresql": "UPDATE vault_chunk SET keywords = to_tsvector('vault_words', %s) WHERE id = %s",
}


def forwards(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        for statement in POSTGRES:
            schema_editor.execute(statement)
    chunks = apps.get_model("vault", "Chunk").objects.using(connection.alias).order_by("pk")
    last = 0
    while rows := list(chunks.filter(pk__gt=last).values_list("pk", "text", "header")[:BATCH]):
        last = rows[-1][0]
        words = [(keyword_text(indexed_text(text, header)), pk) for pk, text, header in rows]
        with connection.cursor() as cursor:
            cursor.executemany(WRITE[connection.vendor], words)


def backwards(apps, schema_editor):
    """The rows stay readable for the version before."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TEXT SEARCH CONFIGURATION vault_words")
        schema_editor.execute("DROP TEXT SEARCH DICTIONARY vault_stem")


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_search")]
    operations = [migrations.RunPython(forwards, backwards)]
