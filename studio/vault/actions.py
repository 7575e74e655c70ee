"""Writes to the vault: store, index, fail, retry, change, forget."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from studio.accounts.access import Actor, require
from studio.accounts.actions import announce, record
from studio.accounts.models import Team, User
from studio.events.actions import append
from studio.jobs.actions import cancel, enqueue
from studio.vault import blobs
from studio.vault.access import require_forget
from studio.vault.models import Collection, Document
from studio.vault.search import vectors
from studio.web.errors import Conflict, Invalid

log = logging.getLogger("studio.vault")
INDEX_JOB = "vault.index_document"
REMOVE_JOB = "vault.remove_files"
LONG_BYTES = 1_000_000
"""A larger file may take a processor for a minute and more: plain text of this size does."""


def store_document(
    actor: Actor, pieces: Iterable[bytes], *, filename: str = "", title: str = "", collection: str = ""
) -> tuple[Document, bool]:
    """Keep a file and put its indexing on the queue; returns (document, whether it is new).

    pieces: the bytes. filename: a label, which also names the document while it has no title. collection: by name,
    created when missing. Bytes that the team has already are that document, unchanged; if it had failed it is tried
    again. Raises TooLarge, Invalid for an empty file, StorageFull, Forbidden.
    """
    require(actor, "upload")
    label, sha256 = clean_label(filename), ""
    try:
        with blobs.keeping():
            sha256, size = blobs.put(_not_empty(pieces), limit=settings.STUDIO_UPLOAD_MAX_MB * 1_000_000)
            with transaction.atomic():
                known = Document.objects.filter(team=actor.team, sha256=sha256).first()
                if known is None:
                    try:
                        with transaction.atomic():
                            return _create(actor, sha256, size, label=label, title=title, collection=collection), True
                    except IntegrityError:  # the same bytes came in twice at the same time
                        known = Document.objects.get(team=actor.team, sha256=sha256)
    except DatabaseError:  # no room for the row, perhaps: then the file must not stay either
        remove_unnamed(sha256)
        raise
    with suppress(Conflict):  # somebody else has it tried again already
        if known.state == Document.State.FAILED:
            retry_document(actor, known)
    known.refresh_from_db()
    return known, False


def _not_empty(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        yield piece
    if not size:
        raise Invalid("This file is empty.")


def _create(actor: Actor, sha256: str, size: int, *, label: str, title: str, collection: str) -> Document:
    document = Document.objects.create(
        team=actor.team,
        collection=_collection(actor.team, collection),
        title=_printable(title)[:300] or PurePath(label).stem or label or f"Document {sha256[:8]}",
        filename=label,
        sha256=sha256,
        size=size,
        uploaded_by=actor.user,
    )
    _queue(document, actor.user)
    return document


def clean_label(text: str) -> str:
    """A name as a label: no folders, no control characters, at most 300 characters."""
    return _printable(PurePath(text.replace("\\", "/")).name)[:300].strip()


def _printable(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _collection(team: Team, name: str) -> Collection | None:
    name = _printable(name)[:80].strip()
    return Collection.objects.get_or_create(team=team, name=name)[0] if name else None


def _queue(document: Document, user: User | None) -> None:
    data = {"document_id": str(document.pk), "title": document.title, "size": document.size}
    append(stream(document.team_id), "document.stored", data, actor=user)
    announce(document.team, "documents")
    queue_indexing(document)


def queue_indexing(document: Document) -> None:
    """Have the document indexed, in its turn."""
    is_long = document.size > LONG_BYTES
    enqueue(INDEX_JOB, key=job_key(document.pk), team=document.team, is_long=is_long, document_id=str(document.pk))


def stream(team_id: UUID) -> str:
    """The stream of a team's vault."""
    return f"vault:{team_id}"


def job_key(document_id: UUID | str) -> str:
    return f"document:{document_id}"


def start_indexing(document_id: str) -> Document | None:
    """Mark a waiting document as being indexed, also after a crash; None when it is not wanted any more."""
    with transaction.atomic():
        waiting = Document.objects.unfinished().filter(pk=document_id)
        if not waiting.update(state=Document.State.INDEXING, progress=0, reason=""):
            return None
        document = Document.objects.select_related("team").get(pk=document_id)
        _append_progress(document, 0, "Reading")
    return document


def show_progress(document: Document, percent: int, stage: str) -> None:
    """Tell open pages how far the indexing is."""
    with transaction.atomic():
        row = Document.objects.filter(pk=document.pk, state=Document.State.INDEXING)
        if row.update(progress=percent):
            _append_progress(document, percent, stage)


def _append_progress(document: Document, percent: int, stage: str) -> None:
    data = {"document_id": str(document.pk), "percent": percent, "stage": stage}
    append(stream(document.team_id), "document.progressed", data)


def paced(report: Callable[[int, str], None], *, pause_s: float = 1.0) -> Callable[[int, str], None]:
    """The same report, at most once in `pause_s` seconds: each one is a stored event."""
    last = 0.0

    def maybe(percent: int, stage: str) -> None:
        nonlocal last
        if time.monotonic() - last >= pause_s:
            last = time.monotonic()
            report(percent, stage)

    return maybe


def fail_document(document_id: str, reason: str, *, retryable: bool) -> None:
    """End the indexing with a reason for people; does nothing when it has ended already."""
    with transaction.atomic():
        rows = Document.objects.unfinished().filter(pk=document_id)
        if rows.update(state=Document.State.FAILED, reason=reason, retryable=retryable, progress=0):
            document = Document.objects.select_related("team").get(pk=document_id)
            data = {"document_id": document_id, "title": document.title, "reason": reason}
            append(stream(document.team_id), "document.failed", data)
            announce(document.team, "documents")


def retry_document(actor: Actor, document: Document) -> Document:
    """Try a failed document again. Raises Conflict when it is not failed any more, Forbidden."""
    require(actor, "upload")
    with transaction.atomic():
        failed = Document.objects.failed().filter(pk=document.pk)
        if not failed.update(state=Document.State.STORED, reason="", retryable=False, progress=0):
            raise Conflict("This document is not failed any more.")
        document.refresh_from_db()
        _queue(document, actor.user)
    return document


def change_document(actor: Actor, document: Document, *, title: str, collection: str) -> Document:
    """Give a document another title or collection. Raises Forbidden, Invalid."""
    require(actor, "upload")
    cleaned = _printable(title)[:300]
    if not cleaned:
        raise Invalid("A document needs a title.")
    with transaction.atomic():
        document.title = cleaned
        document.collection = _collection(document.team, collection)
        document.save(update_fields=["title", "collection"])
        data = {"document_id": str(document.pk), "title": cleaned}
        append(stream(document.team_id), "document.changed", data, actor=actor.user)
    return document


def forget_document(actor: Actor, document: Document) -> None:
    """Remove a document: rows, passages, keyword index, vectors, and its blobs unless another document has them.

    From the next search on nothing of it is found. Raises Forbidden.
    """
    require_forget(actor, document)
    with transaction.atomic():
        cancel(INDEX_JOB, job_key(document.pk))
        # As they are now: its indexing may have come further since the document was loaded.
        current = Document.objects.select_for_update().filter(pk=document.pk).first()
        if current is None:
            return
        Document.objects.filter(pk=document.pk).delete()
        vectors.touch(document.team_id)
        data = {"document_id": str(document.pk), "title": document.title, "sha256": document.sha256}
        append(stream(document.team_id), "document.forgotten", data, actor=actor.user)
        record(document.team, "document.removed", data, by=actor.user, what="documents")
        # The promise that the file goes outlives this process: the job does what a crash leaves undone.
        file, text = current.sha256, current.text_sha256
        enqueue(REMOVE_JOB, key=job_key(document.pk), sha256=file, text_sha256=text)
    remove_unnamed(file, text)
    log.info("document forgotten", extra={"document": str(document.pk), "sha256": document.sha256})


def remove_unnamed(*digests: str) -> None:
    """Remove those blobs that no document names any more."""
    with blobs.collecting():
        for sha256 in filter(None, digests):
            if not Document.objects.naming(sha256).exists():
                blobs.remove(sha256)
