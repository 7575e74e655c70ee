"""Drops the tables whose rows have moved to endpoints."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("teacher", "0004_move_budget")]
    operations = [migrations.DeleteModel(name="Budget"), migrations.DeleteModel(name="Spending")]
