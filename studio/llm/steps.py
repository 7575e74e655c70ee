"""What a flow yields (Ask, Call, Note) and what it receives back (Reply, Refusal, a result).

A flow is a generator. It does no I/O, reads no clock and no random source, so it can be replayed from the
recorded answers. Whoever drives it answers each yielded step with `send`:

    Ask   -> Reply or Refusal     a question to a model
    Call  -> any JSON value       a function of the host (search the vault, run a tool)
    Note  -> None                 something worth recording; nothing is expected back

The idea is httpx's authentication flow (`httpx/_auth.py`).
"""

import hashlib
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypedDict, TypeVar

Role = Literal["drafter", "verifier", "critic", "reviser", "answerer"]
ROLES: tuple[Role, ...] = ("drafter", "verifier", "critic", "reviser", "answerer")

RefusalKind = Literal[
    "unavailable",
    "rate_limited",
    "auth",
    "balance",
    "bad_request",
    "context_length",
    "content",
    "timeout",
    "cancelled",
    "budget",
]
#: Kinds that may go away by waiting; the others need a person or a different request.
PASSING: frozenset[RefusalKind] = frozenset({"unavailable", "rate_limited", "timeout"})


class Message(TypedDict):
    """One chat message as every chat-completions endpoint takes it."""

    role: Literal["system", "user", "assistant"]
    content: str


def canonical(data: Any) -> bytes:
    """The one byte form of a JSON value: sorted keys, no white space, UTF-8. Raises TypeError for other values."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a model.

    key: names the step within its flow, unique there ("verify.1"); a replay matches on it.
    inputs: the same question as data (JSON); the built-in answerer reads these instead of the messages.
    messages: the question as chat messages, ready to send.
    schema_name: which closed shape a JSON answer must have (`studio.llm.schemas`), empty for text.
    thinking: ask a model that can reason first to do so; it is switched off otherwise.
    """

    key: str
    role: Role
    inputs: Mapping[str, Any]
    messages: tuple[Message, ...]
    response: Literal["json", "text"] = "text"
    schema_name: str = ""
    max_tokens: int = 2048
    temperature: float = 0.0
    thinking: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the canonical request; the key is not part of it."""
        request = {
            "role": self.role,
            "inputs": dict(self.inputs),
            "messages": [dict(message) for message in self.messages],
            "response": self.response,
            "schema_name": self.schema_name,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "thinking": self.thinking,
        }
        return hashlib.sha256(canonical(request)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a host function by name; arguments and result are JSON values."""

    key: str
    name: str
    args: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of name and arguments."""
        return hashlib.sha256(canonical({"name": self.name, "args": dict(self.args)})).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One fact for the log: an event kind with its data (JSON) and a key unique in the flow."""

    kind: str
    data: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the endpoint counted them.

    prompt: all input tokens, cached: those of them served from a prefix cache,
    completion: all output tokens, reasoning: those of them spent on hidden reasoning.
    """

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0

    @property
    def total(self) -> int:
        return self.prompt + self.completion

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            prompt=self.prompt + other.prompt,
            completion=self.completion + other.completion,
            cached=self.cached + other.cached,
            reasoning=self.reasoning + other.reasoning,
        )

    def as_data(self) -> dict[str, int]:
        return {
            "prompt": self.prompt,
            "completion": self.completion,
            "cached": self.cached,
            "reasoning": self.reasoning,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A model's answer.

    finish_reason: "stop", "length" (cut at max_tokens: never parse it as a whole) or the endpoint's own word.
    teacher, family: the endpoint's name and model family; model: what the endpoint says it ran.
    cost_usd: None when no price is known, which is not the same as free.
    """

    text: str
    finish_reason: str = "stop"
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    teacher: str = ""
    family: str = ""
    latency_ms: int = 0
    cost_usd: Decimal | None = None
    attempts: int = 1

    def as_data(self) -> dict[str, Any]:
        """JSON form for the log; `answer_from_data` reads it back."""
        return {
            "type": "reply",
            "text": self.text,
            "finish_reason": self.finish_reason,
            "usage": self.usage.as_data(),
            "model": self.model,
            "teacher": self.teacher,
            "family": self.family,
            "latency_ms": self.latency_ms,
            "cost_usd": None if self.cost_usd is None else str(self.cost_usd),
            "attempts": self.attempts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No answer, and why.

    message: a sentence for people. cause: what an operator needs (status, exception name); never a secret or a prompt.
    retry_after_s: how long the endpoint asked us to stay away, if it did.
    usage, cost_usd: what the answers that broke off on the way will cost all the same, estimated.
    """

    kind: RefusalKind
    message: str
    cause: str = ""
    retry_after_s: float | None = None
    teacher: str = ""
    model: str = ""
    attempts: int = 1
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal | None = None

    @property
    def passing(self) -> bool:
        """Whether the same question may succeed later without anybody doing something."""
        return self.kind in PASSING

    def as_data(self) -> dict[str, Any]:
        """JSON form for the log; `answer_from_data` reads it back."""
        return {
            "type": "refusal",
            "kind": self.kind,
            "message": self.message,
            "cause": self.cause,
            "retry_after_s": self.retry_after_s,
            "teacher": self.teacher,
            "model": self.model,
            "attempts": self.attempts,
            "usage": self.usage.as_data(),
            "cost_usd": None if self.cost_usd is None else str(self.cost_usd),
        }


Answer = Reply | Refusal
Step = Ask | Call | Note
Result = TypeVar("Result")
#: A flow yields steps, is sent answers (typed at the yield by the flow itself) and returns its result.
Flow = Generator[Step, Any, Result]


def answer_from_data(data: Mapping[str, Any]) -> Answer:
    """Rebuild a recorded Reply or Refusal. Raises KeyError or TypeError when the record is of another shape."""
    fields = {name: value for name, value in data.items() if name != "type"}
    cost = fields.pop("cost_usd", None)
    fields["usage"] = Usage(**fields.pop("usage", {}))
    fields["cost_usd"] = None if cost is None else Decimal(cost)
    return Refusal(**fields) if data["type"] == "refusal" else Reply(**fields)
