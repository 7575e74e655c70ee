"""Getting an answer that can be read, or the reason to stop: a cut one and a malformed one are asked for once more.

Counts what the answers use, and stops the session before it spends more than it may.
"""

from collections.abc import Callable, Generator
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from studio.llm.parse import Malformed
from studio.llm.steps import Answer, Ask, Note, Refusal, Reply, Step, Usage
from teacher.core.outcome import SENTENCES, STOP_OF_REFUSAL, StopReason
from teacher.core.prompts import complaint
from teacher.core.settings import Settings

T = TypeVar("T")
Reader = Callable[[str], T | Malformed]
Steps = Generator[Step, Any, T]


class Stop(Exception):
    """Leaves the session early with a reason."""

    def __init__(self, reason: StopReason, message: str = "", cause: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message or SENTENCES[reason]
        self.cause = cause


class Account:
    """The answers of one session and what they used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.replies: list[Reply] = []
        self.usage, self.cost_usd, self.milliseconds = Usage(), Decimal(0), 0

    @property
    def model(self) -> str:
        """Who answered last; empty before the first answer."""
        return self.replies[-1].model if self.replies else ""

    def note(self, kind: str, key: str, **data: Any) -> Note:
        """A finding, with what the session has used so far."""
        spent = {"tokens": self.usage.total, "cost_usd": str(self.cost_usd), "model_ms": self.milliseconds}
        return Note(kind=kind, key=key, data={**data, "spent": spent, "model": self.model})

    def answered(self, ask: Ask, read: Reader[T]) -> Steps[T]:
        """What `read` makes of the answer. Raises Stop when there is none that it can read."""
        reply = yield from self._reply(ask)
        if reply.finish_reason == "length":
            room = min(self.settings.most_tokens, 2 * ask.max_tokens)
            yield self.note("answer.cut", f"cut.{ask.key}", step=ask.key, role=ask.role, max_tokens=ask.max_tokens)
            ask = replace(ask, key=f"{ask.key}.longer", max_tokens=room, thinking=False)
            reply = yield from self._whole(ask)
        found = read(reply.text)
        if not isinstance(found, Malformed):
            return found
        error = found.error[:300]
        yield self.note("answer.malformed", f"malformed.{ask.key}", step=ask.key, role=ask.role, error=error)
        again = replace(
            ask,
            key=f"{ask.key}.again",
            messages=(*ask.messages, *complaint(reply.text, found.error)),
            inputs={**ask.inputs, "complaint": found.error},
        )
        reply = yield from self._whole(again)
        found = read(reply.text)
        if isinstance(found, Malformed):
            raise Stop("unparsable", cause=f"{again.key}: {found.error[:300]}")
        return found

    def _whole(self, ask: Ask) -> Steps[Reply]:
        reply = yield from self._reply(ask)
        if reply.finish_reason == "length":
            message = "The teacher's answer was cut at its length limit."
            raise Stop("unparsable", message, f"{ask.key}: cut at {ask.max_tokens} tokens")
        return reply

    def _reply(self, ask: Ask) -> Steps[Reply]:
        settings = self.settings
        if settings.max_cost_usd and self.cost_usd >= settings.max_cost_usd:
            raise Stop("budget")
        if settings.max_model_seconds and self.milliseconds >= 1000 * settings.max_model_seconds:
            raise Stop("deadline")
        answer: Answer = yield ask
        if isinstance(answer, Refusal):
            cause = f"{ask.key}: {answer.kind} {answer.cause}".strip()
            raise Stop(STOP_OF_REFUSAL[answer.kind], answer.message, cause)
        self.usage += answer.usage
        self.cost_usd += answer.cost_usd or Decimal(0)
        self.milliseconds += answer.latency_ms
        self.replies.append(answer)
        if answer.finish_reason == "content_filter":
            raise Stop("refused", cause=f"{ask.key}: content_filter")
        return answer
