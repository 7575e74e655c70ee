"""The keyword index: FTS5 on SQLite, a tsvector column on PostgreSQL."""

from django.db import migrations

FORWARDS = {
    "sqlite": [
        "CREATE VIRTUAL TABLE vault_search USING fts5(words, team, tokenize = 'porter unicode61')",
        """CREATE TRIGGER vault_chunk_unindex AFTER DELETE ON vault_chunk
           BEGIN DELETE FROM vault_search WHERE rowid = old.id; END""",
    ],
    "postgresql": [
        "ALTER TABLE vault_chunk ADD COLUMN keywords tsvector",
        "CREATE INDEX vault_chunk_keywords ON vault_chunk USING gin (keywords)",
    ],
}
BACKWARDS = {
    "sqlite": ["DROP TRIGGER vault_chunk_unindex", "DROP TABLE vault_search"],
    "postgresql": ["ALTER TABLE vault_chunk DROP COLUMN keywords"],
}


def forwards(apps, schema_editor):
    for statement in FORWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    for statement in BACKWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
