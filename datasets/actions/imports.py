"""Taking in files of pairs."""

from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from datasets.models import Dataset, Import
from studio.accounts.access import Actor, require
from studio.accounts.secrets import sealer
from studio.events.actions import append
from studio.jobs.actions import enqueue
from studio.web.errors import Conflict, Invalid

IMPORT_JOB = "datasets.import_pairs"


def start_import(
    actor: Actor,
    dataset: Dataset,
    file: UploadedFile,
    *,
    secret: str = "",
    salvage: bool = False,
    take_rest: bool = False,
) -> Import:
    """Store a file and have it read in the background; its pairs will wait for review.

    secret: the shared secret of an original export, sealed at once. take_rest: good lines go in even where others have
    problems. Raises Invalid for an empty file, Forbidden.
    """
    require(actor, "propose")
    if dataset.team_id != actor.team.pk:
        raise Invalid("This data set belongs to another team.")
    found = Import(
        team=actor.team,
        dataset=dataset,
        name=(file.name or "file")[:200],
        size=file.size or 0,
        salvage=salvage,
        take_rest=take_rest,
        created_by=actor.user,
    )
    if not found.size:
        raise Invalid("The file is empty.")
    if secret:
        found.sealed_secret = sealer().seal(secret, found.context)
    digest = sha256()
    found.path.parent.mkdir(parents=True, exist_ok=True)
    with found.path.open("wb") as target:
        for chunk in file.chunks():
            digest.update(chunk)
            target.write(chunk)
    found.sha256 = digest.hexdigest()
    with transaction.atomic():
        found.save()
        _enqueue(found)
    return found


def take_rest(actor: Actor, found: Import) -> None:
    """Let the good lines of a file with problems in. Raises Conflict when it does not wait for that, Forbidden."""
    require(actor, "propose")
    with transaction.atomic():
        asking = Import.objects.filter(pk=found.pk, state=Import.State.ASKING)
        if not asking.update(state=Import.State.READING, take_rest=True):
            raise Conflict("This import does not wait for a decision.")
        _enqueue(found)


def drop_import(actor: Actor, found: Import) -> None:
    """Leave a file with problems out altogether. Raises Conflict, Forbidden."""
    require(actor, "propose")
    if not fail_import(str(found.pk), "Nothing of it was taken, as you wished.", only=Import.State.ASKING):
        raise Conflict("This import does not wait for a decision.")


def fail_import(import_id: str, reason: str, *, only: str | None = None) -> bool:
    """Say that an import ended without a result; returns whether it did."""
    states = [only] if only else [Import.State.READING, Import.State.ASKING]
    with transaction.atomic():
        changed = Import.objects.filter(pk=import_id, state__in=states).update(
            state=Import.State.FAILED, error=reason, sealed_secret=""
        )
        if changed:
            tell(import_id, Import.State.FAILED)
    if changed:
        Import(pk=import_id).path.unlink(missing_ok=True)
    return bool(changed)


def tell(import_id: object, state: str) -> None:
    """Tell open pages that an import has moved on."""
    append(f"import:{import_id}", "import.changed", {"import_id": str(import_id), "state": state})


def _enqueue(found: Import) -> None:
    enqueue(IMPORT_JOB, key=f"import:{found.pk}", team=found.team, import_id=str(found.pk))
