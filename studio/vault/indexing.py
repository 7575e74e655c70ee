"""Turns a stored document into passages that can be found: read, cut, embed, write all at once."""

import hashlib
from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from studio.accounts.actions import announce
from studio.events.actions import append
from studio.vault import blobs
from studio.vault.actions import remove_unnamed, stream
from studio.vault.core import child
from studio.vault.core.chunking import Chunk as Passage
from studio.vault.core.chunking import chunk, indexed_text
from studio.vault.core.document import Extracted
from studio.vault.core.embed import embed
from studio.vault.core.ranking import Vectors, keyword_text
from studio.vault.models import Chunk, Document
from studio.vault.search import postgres, sqlite, vectors

BATCH = 32
READ_PERCENT = 10

Report = Callable[[int, str], None]


class NotWanted(Exception):
    """The document was forgotten, or somebody called the indexing off."""


def index_document(document: Document, *, stopped: Callable[[], bool], report: Report) -> None:
    """Index one document that is in state "indexing".

    report: called with (percent, stage) as the work goes on. Nothing is visible to a search before all of it is.
    Raises ExtractionError and EmbedderError with a sentence for people, BlobMissing, NotWanted.
    """
    with blobs.open_checked(document.sha256):
        extracted = child.extract(blobs.path(document.sha256))
    report(READ_PERCENT, "Embedding")
    passages = chunk(extracted, document.title)
    texts = [indexed_text(extracted.text[piece.start : piece.end], piece.header) for piece in passages]
    embedded: list[Vectors] = []
    for begin in range(0, len(texts), BATCH):
        if stopped():
            raise NotWanted
        embedded.extend(embed(texts[begin : begin + BATCH]))
        done = min(begin + BATCH, len(texts))
        report(READ_PERCENT + (95 - READ_PERCENT) * done // len(texts), "Embedding")
    text = extracted.text.encode("utf-8")
    text_sha256 = hashlib.sha256(text).hexdigest()
    with blobs.keeping():
        # Named before it is stored: whoever has the document forgotten after a crash here knows what to remove.
        Document.objects.filter(pk=document.pk, state=Document.State.INDEXING).update(text_sha256=text_sha256)
        blobs.put([text])
        written = _write(document, extracted, text_sha256, passages, texts, embedded)
    if not written:
        remove_unnamed(text_sha256)
        raise NotWanted


def _write(
    document: Document,
    extracted: Extracted,
    text_sha256: str,
    passages: Sequence[Passage],
    texts: Sequence[str],
    embedded: Sequence[Vectors],
) -> bool:
    """Make the document ready, in one transaction; False when it is not waiting for that any more."""
    # What takes time is done before, so that nobody else's writing waits for it.
    rows = [
        Chunk(
            document=document,
            ordinal=ordinal,
            start=piece.start,
            end=piece.end,
            header=piece.header[:500],
            words=piece.words,
            text=extracted.text[piece.start : piece.end],
        )
        for ordinal, piece in enumerate(passages)
    ]
    words = [keyword_text(text) for text in texts]
    with transaction.atomic():
        changed = Document.objects.filter(pk=document.pk, state=Document.State.INDEXING).update(
            state=Document.State.READY,
            progress=100,
            kind=extracted.kind,
            text_sha256=text_sha256,
            char_count=len(extracted.text),
            chunk_count=len(passages),
            outline={
                "pages": list(extracted.pages),
                "sections": [[s.level, s.title, s.start, s.end] for s in extracted.sections],
            },
            indexed=timezone.now(),
        )
        if not changed:
            return False
        Chunk.objects.filter(document=document).delete()
        ids = [row.pk for row in Chunk.objects.bulk_create(rows, batch_size=500)]
        keyword = sqlite if connection.vendor == "sqlite" else postgres
        keyword.add(document.team_id, list(zip(ids, words, strict=True)))
        vectors.add(document.team_id, list(zip(ids, embedded, strict=True)))
        vectors.touch(document.team_id)
        data = {
            "document_id": str(document.pk),
            "title": document.title,
            "kind": extracted.kind,
            "chunks": len(passages),
        }
        append(stream(document.team_id), "document.ready", data)
        announce(document.team, "documents")
    return True
