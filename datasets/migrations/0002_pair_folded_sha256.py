"""The digest by which pairs of the same text are found; those that are there already get theirs."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from datasets.models.pair import folded_sha256

BATCH = 500


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    pairs = apps.get_model("datasets", "Pair").objects
    batch = []
    for pair in pairs.only("instruction", "system", "completion").iterator(chunk_size=BATCH):
        pair.folded_sha256 = folded_sha256(instruction=pair.instruction, system=pair.system, completion=pair.completion)
        batch.append(pair)
        if len(batch) == BATCH:
            pairs.bulk_update(batch, ["folded_sha256"])
            batch = []
    pairs.bulk_update(batch, ["folded_sha256"])


class Migration(migrations.Migration):
    dependencies = [("datasets", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="pair",
            name="folded_sha256",
            field=models.CharField(
                default="", help_text="Of the text as it stands, white space folded.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.CheckConstraint(
                condition=models.Q(("folded_sha256", ""), _negated=True), name="pair_has_folded_digest"
            ),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(fields=["dataset", "folded_sha256", "id"], name="pair_dataset_folded"),
        ),
    ]
