"""Bringing a database to the shape that this version needs."""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from studio.supervisor import turns

OWN = {"studio", "teacher", "datasets"}


class NewerDatabase(RuntimeError):
    """The database was made by a newer version of the studio: run that one, or restore a backup of this version."""


def migrate() -> None:
    """Apply what is missing; safe in several places at once. Raises DatabaseError, NewerDatabase."""
    with turns.one_at_a_time("prepare"):
        if unknown_migrations():
            raise NewerDatabase(NewerDatabase.__doc__)
        call_command("migrate", verbosity=0, interactive=False)
    if not settings.STUDIO_REDIS_URL:
        call_command("createcachetable", verbosity=0)


def unknown_migrations() -> list[str]:
    """What a newer version did to the database; this version's code does not know it and so cannot work with it.

    Only the studio's own apps count: a library may well forget its oldest migrations.
    """
    loader = MigrationLoader(connection)
    own = {config.label for config in apps.get_app_configs() if config.name.partition(".")[0] in OWN}
    unknown = loader.applied_migrations.keys() - loader.disk_migrations.keys()
    return sorted(f"{app}.{name}" for app, name in unknown if app in own)


def migrate_if_empty() -> None:
    """For commands that may be the first thing ever done here; an older database waits for its operator."""
    if not connection.introspection.table_names():
        migrate()
