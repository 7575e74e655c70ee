"""The indexes by which an import finds the pairs that a team has already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datasets", "0002_pair_folded_sha256")]

    operations = [
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(fields=["team", "content_sha256"], name="pair_team_content"),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(fields=["team", "folded_sha256"], name="pair_team_folded"),
        ),
    ]
