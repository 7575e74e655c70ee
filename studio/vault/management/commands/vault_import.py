"""`manage.py vault_import PATH…`: put files and folders into a team's vault and index them, with progress."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.accounts.terminal import find_actor
from studio.jobs.terminal import finish
from studio.vault.actions import INDEX_JOB, job_key, store_document
from studio.vault.models import Document
from studio.web.errors import StudioError

PIECE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Put files, and the files in folders, into a team's vault and index them. Bytes that the team has already are "
        "left alone, so running it again is safe. A running studio helps with the indexing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
        parser.add_argument("--team", default="", help="name or id of the team; needed only where there are several")
        parser.add_argument("--email", default="", help="who uploads; without it the team's first owner")
        parser.add_argument("--collection", default="", help="name of the collection to put them in")
        parser.add_argument("--no-wait", action="store_true", help="store only; a running studio indexes them")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = find_actor(options["team"], options["email"])
        files = list(_files(options["paths"]))
        if not files:
            raise CommandError("There is no file at these paths.")
        stored: list[Document] = []
        refused = 0
        for number, path in enumerate(files, start=1):
            try:
                document, is_new = store_document(
                    actor, _pieces(path), filename=path.name, collection=options["collection"]
                )
            except (StudioError, OSError) as error:
                refused += 1
                self.stderr.write(f"[{number}/{len(files)}] {path}: {getattr(error, 'message', error)}")
                continue
            stored.append(document)
            self.stdout.write(f"[{number}/{len(files)}] {path}: {'stored' if is_new else 'known already'}")
        failed = 0 if options["no_wait"] else self._index(stored)
        summary = f"{len(stored)} in the vault of {actor.team}, {failed} could not be read, {refused} refused."
        self.stdout.write(summary)
        if failed or refused:
            raise CommandError("Not every file is ready to be searched.")

    def _index(self, documents: list[Document]) -> int:
        """Index what waits, here or in a running studio, whoever is first; returns how many failed."""
        failed = 0
        for number, document in enumerate(documents, start=1):
            self._finish(document, f"[{number}/{len(documents)}] {document.title}")
            if document.state == Document.State.FAILED:
                failed += 1
                self.stderr.write(f"[{number}/{len(documents)}] {document.title}: {document.reason}")
            else:
                self.stdout.write(f"[{number}/{len(documents)}] {document.title}: {document.chunk_count} passages")
        return failed

    def _finish(self, document: Document, label: str) -> None:
        shown = -1

        def tick() -> None:
            nonlocal shown
            document.refresh_from_db()
            if document.progress // 10 > shown // 10 and document.state == Document.State.INDEXING:
                shown = document.progress
                self.stdout.write(f"{label}: {shown} %")

        finish(INDEX_JOB, job_key(document.pk), tick=tick)
        document.refresh_from_db()


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = (file for file in sorted(path.rglob("*")) if file.is_file())
            yield from (
                file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
        elif path.is_file():
            yield path
        else:
            raise CommandError(f"{path} does not exist.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
