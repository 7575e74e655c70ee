"""Budgets and what was spent belong to endpoints now, because answers in Ask count too."""

from django.db import migrations


def move(old: str, new: str):
    """Copy the rows from one app's tables to the other's."""

    def run(apps, schema_editor) -> None:
        for name, fields in (("Budget", ("team_id",)), ("Spending", ("team_id", "day"))):
            target = apps.get_model(new, name).objects
            for row in apps.get_model(old, name).objects.values(*fields, "tokens", "cost_usd"):
                target.update_or_create(
                    **{field: row.pop(field) for field in fields}, defaults=row
                )

    return run


class Migration(migrations.Migration):
    dependencies = [("teacher", "0003_budget"), ("endpoints", "0004_budget")]
    operations = [migrations.RunPython(move("teacher", "endpoints"), move("endpoints", "teacher"))]
