"""Writing and signing an export in a worker: rows from the database, files on disk, one entry in the ledger."""

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from datasets import export_rows
from datasets.actions import keys as key_actions
from datasets.actions import ledger
from datasets.core import archive, dsse, names
from datasets.core.errors import ExportError
from datasets.core.export import ExportResult, complete, read_request, read_signatures, request_for, seal, write
from datasets.core.records import Row
from datasets.models import Export, Ledger, LedgerEntry, SigningKey
from studio.accounts.actions import announce
from studio.events.actions import append
from studio.jobs.registry import JobFailed, Retry


class Stopped(Exception):
    """The export is not wanted any more."""


def build(export: Export, *, stopped: Callable[[], bool], progress: Callable[[int], None]) -> None:
    """Write, sign and pack an export; safe to run again after a crash at any point.

    Raises JobFailed with a sentence for people, Retry when the keys changed meanwhile, Stopped.
    """
    if export.folder.exists():
        _finish(export)
        return
    key = key_actions.ensure_key(export.team, export.created_by)
    key_actions.record_keys(export.team)
    if not _is_entered(export):
        result = _write(export, stopped, progress)
        files = [{"name": info.name, "sha256": info.sha256, "size": info.size} for info in result.files]
        Export.objects.filter(pk=export.pk).update(files=files, root=result.root)
        export.files, export.root = files, result.root
    if export.signing == Export.Signing.OUTSIDE:
        _wait(export)
    else:
        _sign(export, key)


def sign_outside(export: Export) -> None:
    """Complete an export that an outside key has signed. Raises JobFailed, Retry."""
    if export.folder.exists():
        _finish(export)
    else:
        _sign(export, key_actions.ensure_key(export.team, export.created_by))


def _is_entered(export: Export) -> bool:
    """Whether the ledger holds what stands unsigned on disk: then only its signed files are missing."""
    try:
        payload = read_request((export.unsigned / names.REQUEST).read_bytes()).statement
    except (OSError, ExportError):
        return False
    return LedgerEntry.objects.filter(export=export, statement_sha256=sha256(payload).hexdigest()).exists()


def _write(export: Export, stopped: Callable[[], bool], progress: Callable[[int], None]) -> ExportResult:
    shutil.rmtree(export.unsigned, ignore_errors=True)
    materials: list[Any] = []
    chosen = export_rows.settings_of(export, materials)
    # The entry written now is a stand-in: the true one gets its number under the ledger's lock, after the rows.
    head = ledger.head_of(Ledger(team=export.team))

    def watched() -> Iterator[Row]:
        for row in export_rows.rows_of(export, materials):
            if stopped():
                raise Stopped
            yield row

    secret = key_actions.open_frame_key(export.frame_secret) if export.frame_secret else None
    try:
        return write(
            export.unsigned, watched(), settings=chosen, sign=None, ledger=head, frame_key=secret, progress=progress
        )
    except ExportError as error:
        raise JobFailed(str(error), cause=error.cause) from error
    except OSError as error:
        raise JobFailed("The export could not be written to disk.", cause=str(error)) from error


def _sign(export: Export, key: SigningKey) -> None:
    payload = read_request((export.unsigned / names.REQUEST).read_bytes()).statement
    sign = key_actions.open_signer(key)
    try:
        entry = LedgerEntry.objects.filter(export=export).first() or _enter(export, key, payload, sign)
        if entry.statement_sha256 != sha256(payload).hexdigest():
            raise JobFailed("The export was interrupted and cannot be made again with the same bytes; start a new one.")
        files = {
            names.ATTESTATION: entry.attestation.encode(),
            names.LEDGER: entry.envelope.encode(),
            names.CHECKPOINT: entry.checkpoint.encode(),
        }
        complete(export.unsigned, files, export.folder)
    except ExportError as error:
        raise JobFailed(str(error), cause=error.cause) from error
    _finish(export)


def _enter(export: Export, key: SigningKey, payload: bytes, sign: dsse.Sign) -> LedgerEntry:
    """Sign, and give the export its place in the ledger, in one short transaction."""
    with transaction.atomic():
        state = Export.objects.select_for_update().values_list("state", flat=True).get(pk=export.pk)
        if state not in {Export.State.BUILDING, Export.State.WAITING}:
            raise Stopped
        found = ledger.locked(export.team)
        if key_actions.signing_key(export.team) != key:
            raise Retry(1, "The signing key was changed meanwhile.")
        listed = key_actions.key_list(export.team, found.keys_version)
        request, after = request_for(payload, ledger.head_of(found, "withdrawal" if export.supersedes else "export"))
        if export_rows.keys_version(payload) != listed.version:
            if export.signing == Export.Signing.OUTSIDE:
                raise JobFailed("The key list was changed since the export was written; start it again.")
            raise Retry(1, "The key list was changed meanwhile.")
        if not ledger.holds_key_list(found):
            raise Retry(1, "The key list has no place in the ledger yet.")
        signatures = request.sign(sign)
        if export.signing == Export.Signing.OUTSIDE:
            signatures["statement"] = read_signatures(export.signatures.encode())["statement"]
        sealed = seal(request, signatures, listed)
        return ledger.store(
            found,
            after,
            kind=after.kind,
            statement=payload,
            envelope=sealed.files[names.LEDGER],
            checkpoint=sealed.files[names.CHECKPOINT],
            key_id=sealed.key_id,
            keys_version=listed.version,
            export=export,
            attestation=sealed.files[names.ATTESTATION],
        )


def _wait(export: Export) -> None:
    with transaction.atomic():
        building = Export.objects.filter(pk=export.pk, state=Export.State.BUILDING)
        if building.update(state=Export.State.WAITING):
            append(f"export:{export.pk}", "export.waiting", {"export_id": str(export.pk)})
            append(f"datasets:{export.team_id}", "export.waiting", {"export_id": str(export.pk)})
            announce(export.team, "datasets")


def _finish(export: Export) -> None:
    """Pack the finished folder and say that the export is ready. OSError when the disk is full: worth another try."""
    size = archive.write(export.folder, export.archive)
    entry = LedgerEntry.objects.get(export=export)
    signed = {
        name: {"name": name, "sha256": sha256(text.encode()).hexdigest(), "size": len(text.encode())}
        for name, text in (
            (names.ATTESTATION, entry.attestation),
            (names.LEDGER, entry.envelope),
            (names.CHECKPOINT, entry.checkpoint),
        )
    }
    files = sorted([*export.files, *signed.values()], key=lambda info: str(info["name"]))
    open_states = [Export.State.BUILDING, Export.State.WAITING]
    with transaction.atomic():
        changed = Export.objects.filter(pk=export.pk, state__in=open_states).update(
            state=Export.State.READY,
            key_id=entry.key_id,
            statement_sha256=entry.statement_sha256,
            files=files,
            done=export.rows,
            archive_size=size,
            finished=timezone.now(),
        )
        if changed:
            data = {"export_id": str(export.pk), "rows": export.rows, "key_id": entry.key_id}
            append(f"export:{export.pk}", "export.finished", data)
            append(f"datasets:{export.team_id}", "export.finished", data)
            announce(export.team, "datasets")


def archive_name(export: Export) -> str:
    """The name under which people save the zip file."""
    from django.utils.text import slugify

    return f"{slugify(f'{export.dataset.name} {export.version}') or 'export'}.zip"
