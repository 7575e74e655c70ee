"""Bringing a database to the shape that this version needs."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from studio.supervisor import turns


def migrate() -> None:
    """Apply what is missing; safe in several places at once. Raises DatabaseError."""
    with turns.one_at_a_time("prepare"):
        call_command("migrate", verbosity=0, interactive=False)
    if not settings.STUDIO_REDIS_URL:
        call_command("createcachetable", verbosity=0)


def migrate_if_empty() -> None:
    """For commands that may be the first thing ever done here; an older database waits for its operator."""
    if not connection.introspection.table_names():
        migrate()
