"""How a job writes an answer into its row while a model speaks: begin, show, finish; the job's claim fences each write.

Text, citations and the event that tells browsers are one transaction, so what a reload shows and what the events fold
to are the same at every moment. A write that finds no row means the answer was stopped or another worker has it.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from studio.chat.core import prompt
from studio.chat.core.answer import Answered
from studio.chat.core.citations import Citation as Proved
from studio.chat.core.citations import Composer, Passage
from studio.chat.models import Citation, Conversation, Message
from studio.events.actions import append

PAUSE_S: Final = 0.2
"""Least time between two writes of growing text."""

Digests = Mapping[str, str]
"""SHA-256 of the text of documents, by document id."""


class Superseded(Exception):
    """This worker's answer is not wanted any more: it was stopped, or another worker writes it."""


class Writer:
    """Writes one answer. Raises Superseded from every method once the row is no longer this claim's."""

    def __init__(self, answer: Message, *, claim: int, pause_s: float = PAUSE_S) -> None:
        self._answer = answer
        self._claim = claim
        self._pause_s = pause_s
        self._stream = answer.conversation.stream
        self._text = ""
        self._citations: tuple[Proved, ...] = ()
        self._composer: Composer | None = None
        self._digests: Digests = {}
        self._seen = ""
        self._written = 0.0

    def begin(self) -> None:
        """Take the answer over; what a dead worker left is cleared, visibly."""
        with transaction.atomic():
            mine = Message.objects.filter(pk=self._answer.pk, state=Message.State.STREAMING, claim__lt=self._claim)
            if not mine.update(claim=self._claim, text=""):
                raise Superseded
            if self._answer.text:
                self._answer.citations.all().delete()
                append(self._stream, "answer.restarted", {"message_id": str(self._answer.pk)})

    def prepare(self, passages: Sequence[Passage], digests: Digests) -> None:
        """Say which passages citations may stand in, before the first text arrives."""
        self._composer = Composer(passages)
        self._digests = digests

    def show(self, raw: str) -> None:
        """Show what the model has said so far, all of it; does nothing when too little time has passed."""
        if raw == self._seen or self._composer is None or time.monotonic() - self._written < self._pause_s:
            return
        self._seen, self._written = raw, time.monotonic()
        composed = self._composer.compose(raw, done=False)
        if composed.text != self._text:
            with transaction.atomic():
                self._put(composed.text, composed.citations)

    def finish(self, answered: Answered) -> None:
        """Record how the question ended and tell everybody."""
        reply = answered.reply
        fields: dict[str, Any] = {
            "state": answered.state,
            "finished": timezone.now(),
            "error": answered.error,
            "trace": _trace(answered),
            "is_cut": answered.is_cut,
            "endpoint": answered.endpoint[:80],
            "model": answered.model[:120],
        }
        if reply is not None:
            fields |= {
                "tokens_in": reply.usage.prompt,
                "tokens_out": reply.usage.completion,
                "cost_usd": reply.cost_usd,
            }
        message_id = str(self._answer.pk)
        with transaction.atomic():
            if answered.state == "done":
                self._put(answered.text, answered.citations)
                self._put_removed(answered)
            if not self._rows().update(**fields):
                raise Superseded
            Conversation.objects.filter(pk=self._answer.conversation_id).update(updated=fields["finished"])
            if answered.state == "failed":
                append(self._stream, "answer.failed", {"message_id": message_id, "error": answered.error})
            else:
                counts = {"citations": len(answered.citations), "removed": len(answered.removed)}
                append(self._stream, "answer.finished", {"message_id": message_id, **counts})

    def _rows(self) -> Any:
        return Message.objects.filter(pk=self._answer.pk, state=Message.State.STREAMING, claim=self._claim)

    def _put(self, text: str, citations: tuple[Proved, ...]) -> None:
        """Bring text and citations to this state, as one step of growth; within the caller's transaction."""
        if not self._rows().update(text=text):
            raise Superseded
        if citations != self._citations:
            kept = _shared(self._citations, citations)
            self._answer.citations.filter(n__gt=kept).delete()
            Citation.objects.bulk_create(self._row(proved) for proved in citations[kept:])
            self._citations = citations
        if text != self._text:
            at = _shared(self._text, text)
            growth = {"message_id": str(self._answer.pk), "at": at, "text": text[at:]}
            append(self._stream, "answer.grew", growth)
            self._text = text

    def _row(self, proved: Proved) -> Citation:
        return Citation(
            message=self._answer,
            stands=True,
            n=proved.n,
            document_id=proved.document_id,
            chunk_id=proved.chunk_id,
            title=proved.title[:300],
            start=proved.start,
            end=proved.end,
            quote=proved.quote,
            text_sha256=self._digests.get(proved.document_id, ""),
        )

    def _put_removed(self, answered: Answered) -> None:
        Citation.objects.bulk_create(
            Citation(message=self._answer, stands=False, n=removed.label, quote=removed.quote[:2000])
            for removed in answered.removed
        )


def _shared(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many elements both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _trace(answered: Answered) -> dict[str, Any]:
    """What the evidence inspector shows: the query, and each passage of the prompt with its score, without its text."""
    return {
        "query": answered.query,
        "rules": prompt.VERSION,
        "cause": answered.cause,
        "passages": [
            {
                "label": passage.label,
                "chunk_id": passage.chunk_id,
                "document_id": passage.document_id,
                "title": passage.title,
                "start": passage.start,
                "end": passage.end,
                "score": round(passage.score, 4),
                "ranks": dict(passage.ranks),
            }
            for passage in answered.passages
        ],
    }
