"""`manage.py backup FOLDER`: a copy of everything the studio keeps, while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.supervisor.backup import CannotBackUp, copy_database, copy_files


class Command(BaseCommand):
    help = (
        "Copies the database and the files into a folder, new or from an earlier backup; the studio may run meanwhile. "
        "Without the keys, which belong in another place."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--with-keys", action="store_true", help="copy keys/ as well")

    def handle(self, *args: Any, folder: Path, with_keys: bool, **options: Any) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            database = copy_database(folder)
            self.stdout.write(
                f"{database}: copied and checked"
                if database
                else "The database is PostgreSQL: back it up with pg_dump."
            )
            count = sum(1 for _ in copy_files(folder, keys=with_keys))
        except (CannotBackUp, OSError) as error:
            raise CommandError(f"There is no complete backup: {error}") from error
        self.stdout.write(f"{count} new files in {folder}")
        if not with_keys:
            self.stdout.write("Keep the folder keys/ elsewhere: stored secrets and signing keys open only with it.")
