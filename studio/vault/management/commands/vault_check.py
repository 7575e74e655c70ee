"""`manage.py vault_check`: are all documents there, undamaged, and only they?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.vault import integrity
from studio.vault.models import Document


class Command(BaseCommand):
    help = (
        "Reads every file of the vault and compares it with its SHA-256, its document and its passages. Names what is "
        "wrong, one line each; exit code 0 only when nothing is. It may run beside the studio."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="index documents again whose text or passages are damaged, and remove files that no document names",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = mended = 0
        for damage in integrity.check():
            found += 1
            done = ""
            if options["repair"] and integrity.repair(damage):
                mended += 1
                done = f" Repaired: {damage.remedy}."
            elif damage.remedy and not options["repair"]:
                done = f" --repair would {damage.remedy}."
            elif not damage.remedy:
                done = " Upload the same file again, or restore it from a backup."
            self.stdout.write(f"{damage.sentence}{done}")
        self.stdout.write(f"{Document.objects.count()} documents checked, {found} problems, {mended} repaired.")
        if found > mended:
            raise CommandError("The vault is not whole.")
