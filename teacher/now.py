"""What a session does at this moment: which question is under way, since when, and how much of its answer has come.

How much has come is a number on the session's row, renewed while a model writes. It is no event: the next one replaces
it, a crash may lose it, and a session goes on without it.
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from studio.events.models import Event
from teacher.models import Session

PAUSE_S = 1.0
WORDS = {
    "draft": "Drafting an answer",
    "verify": "Checking the claims",
    "critique": "Judging the answer",
    "revise": "Revising the answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A question that has no answer yet. words: what it is for. written: characters of the answer so far."""

    words: str
    since: datetime
    written: int

    @property
    def seconds(self) -> float:
        return (timezone.now() - self.since).total_seconds()


def under_way(session: Session) -> UnderWay | None:
    """The question that a model is answering now; None between two questions and while nobody is asked."""
    if session.state != Session.State.RUNNING:
        return None
    last = Event.objects.of(session.stream).last()
    if last is None or last.kind not in ("step.started", "step.repeated"):
        return None
    return UnderWay(words=_words(last.data["step"]), since=last.created, written=session.written)


def _words(step: str) -> str:
    """The key of a question in words: "verify.1.2.again" is "Checking the claims, part 2, once more"."""
    name, *rest = step.split(".")
    words = WORDS.get(name, "Asking")
    numbers = [part for part in rest if re.fullmatch("[0-9]+", part)]
    if len(numbers) > 1:
        words += f", part {numbers[1]}"
    return f"{words}, once more" if len(numbers) < len(rest) else words


class Written:
    """Notes on the session how much of an answer has come; called with all of its text, writes about once a second."""

    def __init__(self, session: Session, *, pause_s: float = PAUSE_S) -> None:
        self._session, self._pause_s = session, pause_s
        self._next = time.monotonic() + pause_s

    def __call__(self, text: str) -> None:
        if time.monotonic() >= self._next:
            Session.objects.filter(pk=self._session.pk).update(written=len(text))
            self._next = time.monotonic() + self._pause_s
