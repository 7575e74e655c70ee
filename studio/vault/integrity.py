"""Is everything there, and as it was? Rows against files, files against their digests, passages against their text."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Max

from studio.vault import blobs
from studio.vault.actions import queue_indexing, remove_unnamed
from studio.vault.models import Chunk, Document
from studio.vault.search import vectors

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What is wrong. remedy: what `repair` would do, or "" where only a backup or a new upload of the file helps."""

    sentence: str
    remedy: str = ""
    document: Document | None = None
    sha256: str = ""
    file: Path | None = None


def check() -> Iterator[Damage]:
    """Everything that is wrong with the vaults of all teams, file by file; nothing is changed."""
    named: set[str] = set()
    for document in Document.objects.order_by("pk").iterator(_BATCH):
        named |= {document.sha256, document.text_sha256}
        damage = _check_document(document)
        if damage:
            yield damage
    # Looked for last: what comes in meanwhile is named by a row that was not seen, so it is asked for again.
    for sha256 in blobs.stored():
        if sha256 not in named and not Document.objects.naming(sha256).exists():
            yield Damage(sentence=f"No document names the file {sha256}.", remedy="remove it", sha256=sha256)
    for file in blobs.leftovers():
        yield Damage(sentence=f"{file.name} is what an interrupted upload left.", remedy="remove it", file=file)


def _check_document(document: Document) -> Damage | None:
    name = f"{document.title} ({document.pk})"
    if not blobs.is_whole(document.sha256):
        how = "damaged" if blobs.path(document.sha256).exists() else "missing"
        return Damage(sentence=f"{name}: the file {document.sha256} is {how}.", document=document)
    if document.state != Document.State.READY:
        return None
    problem = _text_problem(document)
    if not problem:
        return None
    return Damage(sentence=f"{name}: {problem}", remedy="index it again", document=document)


def _text_problem(document: Document) -> str:
    if not blobs.is_whole(document.text_sha256):
        how = "damaged" if blobs.path(document.text_sha256).exists() else "missing"
        return f"its text {document.text_sha256} is {how}."
    text = blobs.read(document.text_sha256).decode("utf-8")
    counted = document.chunks.aggregate(chunks=Count("pk"), vectors=Count("vector"), last=Max("end"))
    if counted["chunks"] != document.chunk_count or (counted["last"] or 0) > len(text):
        return f"it has {counted['chunks']} passages instead of {document.chunk_count}."
    if counted["vectors"] != counted["chunks"]:
        return f"{counted['chunks'] - counted['vectors']} of its passages have no vector."
    spans = document.chunks.values_list("ordinal", "start", "end", "text").iterator(_BATCH)
    wrong = next((ordinal for ordinal, start, end, passage in spans if text[start:end] != passage), None)
    return "" if wrong is None else f"its passage {wrong} does not stand in its text."


def repair(damage: Damage) -> bool:
    """Do the remedy; False when there is none or nothing is wrong any more."""
    if not damage.remedy:
        return False
    if damage.file:
        damage.file.unlink(missing_ok=True)
    elif damage.sha256:
        remove_unnamed(damage.sha256)
    elif damage.document:
        return _index_again(damage.document)
    return True


def _index_again(document: Document) -> bool:
    with transaction.atomic():
        ready = Document.objects.ready().filter(pk=document.pk)
        if not ready.update(state=Document.State.STORED, progress=0):
            return False
        Chunk.objects.filter(document=document).delete()
        vectors.touch(document.team_id)
        queue_indexing(document)
    return True


def sweep() -> int:
    """Remove what killed uploads left behind; returns how many files. Safe at any time."""
    files = blobs.leftovers()
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)
