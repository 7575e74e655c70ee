"""`manage.py export_dataset`: a signed export from the terminal, checked before the command says it is done."""

import shutil
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from datasets import actions
from datasets.actions.exports import BUILD_JOB
from datasets.core.layouts import LAYOUTS
from datasets.core.settings import DEFAULT_LAYOUTS
from datasets.core.verify import pin, verify
from datasets.models import Dataset, Export, default_dataset
from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Membership, Role, Team
from studio.jobs.terminal import finish
from studio.web.errors import StudioError


class Command(BaseCommand):
    help = "Export the approved pairs of a team, signed, into a folder or a zip file, and verify it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="A folder that does not exist yet, or a name ending in .zip.")
        parser.add_argument("--team", default="", help="Name or id; needed when there is more than one team.")
        parser.add_argument("--dataset", default="", help="Name of the data set; the team's first one by default.")
        parser.add_argument("--min-quality", default="", help="Least score, such as 0.85.")
        parser.add_argument("--export-version", default="", help="Version in the card; the next number by default.")
        parser.add_argument(
            "--layout", action="append", choices=sorted(LAYOUTS), help="A file for trainers; repeatable."
        )
        parser.add_argument("--frames", action="store_true", help="Write ForgeNumerics frames as well.")
        parser.add_argument("--no-parquet", action="store_true", help="Write no parquet file.")

    def handle(self, *args: Any, target: Path, **options: Any) -> None:
        if target.exists():
            raise CommandError(f"{target} exists already.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{target.parent} cannot be made: {error.strerror}.") from error
        settings.STUDIO_ROLE = "worker"  # who runs commands may open the keys, as a worker does
        team = _team(options["team"])
        choice = actions.ExportChoice(
            dataset=_dataset(team, options["dataset"]),
            min_quality=_quality(options["min_quality"]),
            version=options["export_version"],
            layouts=options["layout"] or DEFAULT_LAYOUTS,
            parquet=not options["no_parquet"],
            frames=options["frames"],
        )
        try:
            export = actions.start_export(_owner(team), choice)
        except StudioError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"{export.rows} approved pairs are being exported …")
        finish(BUILD_JOB, f"export:{export.pk}")
        export = Export.objects.select_related("ledger_entry").get(pk=export.pk)
        if not export.is_ready:
            raise CommandError(export.error or "The export was interrupted; a worker goes on with it.")
        report = verify(export.folder, pin([export.key_id]))
        if not report.ok:
            raise CommandError("The export does not verify: " + "; ".join(map(str, report.findings)))
        try:
            if target.suffix == ".zip":
                shutil.copyfile(export.archive, target)
            else:
                shutil.copytree(export.folder, target)
        except OSError as error:
            message = f"The export is signed and stands in {export.folder}, but not in {target}: {error}"
            raise CommandError(message) from error
        self.stdout.write(f"{export.rows} pairs in {target}, ledger entry {export.ledger_entry.seq}.")
        self.stdout.write(f"Fingerprint {export.key_id}")
        self.stdout.write(f"Check it: python -m datasets.core.verify {target} --key {export.key_id}")


def _team(wanted: str) -> Team:
    teams = Team.objects.all()
    if wanted:
        teams = teams.filter(pk=wanted) if _is_id(wanted) else teams.filter(name=wanted)
    found = list(teams[:2])
    if len(found) != 1:
        raise CommandError("Name one team with --team." if found else "There is no such team.")
    return found[0]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except (ValueError, ValidationError):
        return False
    return True


def _dataset(team: Team, name: str) -> Dataset:
    if not name:
        return default_dataset(team)
    found = Dataset.objects.filter(team=team, name=name).first()
    if found is None:
        raise CommandError(f"The team has no data set called {name!r}.")
    return found


def _quality(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CommandError("--min-quality is a number between 0 and 1.") from None


def _owner(team: Team) -> Actor:
    """The owner, in whose name the operator acts."""
    owner = Membership.objects.select_related("user").filter(team=team, role=Role.OWNER).order_by("pk").first()
    actor = actor_for(owner.user, team) if owner else None
    if actor is None:
        raise CommandError("The team has no active owner.")
    return actor
