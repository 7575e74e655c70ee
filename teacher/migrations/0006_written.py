from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teacher", "0005_drop_budget")]
    operations = [
        migrations.AddField(
            model_name="session",
            name="written",
            field=models.PositiveIntegerField(
                default=0, help_text="Characters so far of the answer that is under way."
            ),
        ),
    ]
