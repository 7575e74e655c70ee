"""The chat-completions protocol as pure functions: request body, event lines, usage, and what an error means."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from studio.llm.endpoint import Endpoint
from studio.llm.steps import Ask, RefusalKind, Usage

#: Fields a server may not know. When it refuses one by name we leave that one out and ask again.
OPTIONAL_FIELDS = ("response_format", "stream_options", "thinking", "temperature", "max_tokens")

_CONTEXT = re.compile(r"context.{0,20}(length|window|size)|maximum context|too many tokens|prompt is too long", re.I)
_CONTENT = re.compile(r"content[ _](filter|policy|management)|content_policy|safety system|flagged", re.I)
_BALANCE = re.compile(r"insufficient[ _](balance|quota|funds|credit)|billing", re.I)

SENTENCES: Mapping[RefusalKind, str] = {
    "unavailable": "The teacher's server is not answering properly.",
    "rate_limited": "The teacher is limiting how fast it may be asked.",
    "auth": "The teacher refused the key.",
    "balance": "The teacher's account has no credit left.",
    "bad_request": "The teacher did not accept the request.",
    "context_length": "The question, the evidence and the draft together are too long for this model.",
    "content": "The teacher declined to answer because of its content rules.",
    "timeout": "The teacher sent nothing for too long.",
    "cancelled": "The question was cancelled.",
}


def request_body(endpoint: Endpoint, ask: Ask, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The JSON body of one request. `without` names optional fields this server has refused before.

    DeepSeek's models think by default, so the field is always sent to them.
    """
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [dict(message) for message in ask.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": ask.temperature,
        "max_tokens": ask.max_tokens,
    }
    if ask.response == "json" and endpoint.json_mode == "auto":
        body["response_format"] = {"type": "json_object"}
    if "deepseek" in endpoint.model.lower():
        body["thinking"] = {"type": "enabled" if ask.thinking else "disabled"}
    for name in without:
        body.pop(name, None)
    if "max_tokens" in without:
        body["max_completion_tokens"] = ask.max_tokens  # the name some newer servers insist on
    return body


@dataclass(slots=True)
class Collected:
    """What has arrived of one answer."""

    parts: list[str] = field(default_factory=list)
    finish_reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    error: Mapping[str, Any] | None = None
    complete: bool = False

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add(self, chunk: Mapping[str, Any]) -> bool:
        """Take one decoded chunk, streamed or whole; True when visible text was added. Raises MalformedChunk."""
        if error := chunk.get("error"):
            self.error = error if isinstance(error, Mapping) else {"message": str(error)}
            return False
        if isinstance(chunk.get("model"), str):
            self.model = chunk["model"]
        if isinstance(chunk.get("usage"), Mapping):
            self.usage = read_usage(chunk["usage"])
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise MalformedChunk("no choices")
        if not choices:
            return False
        choice = choices[0]
        if not isinstance(choice, Mapping):
            raise MalformedChunk("choice is not an object")
        if isinstance(choice.get("finish_reason"), str):
            self.finish_reason = choice["finish_reason"]
        message = choice.get("delta") or choice.get("message") or {}
        content = message.get("content") if isinstance(message, Mapping) else None
        if content is not None and not isinstance(content, str):
            raise MalformedChunk("content is not text")
        if not content:
            return False
        self.parts.append(content)
        return True


class MalformedChunk(ValueError):
    """A piece of the answer is not in the protocol's form."""


class EventLines:
    """Splits a byte stream into the data of server-sent events.

    Comment lines (":" heartbeats) and blank keep-alive lines are skipped; the end mark is reported as None.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, part: bytes) -> Iterator[dict[str, Any] | None]:
        """Yield each decoded event that this part completes. Raises MalformedChunk."""
        *lines, self._rest = (self._rest + part).split(b"\n")
        for line in lines:
            line = line.strip()
            if line.startswith(b"data:"):
                yield self._decode(line[5:].strip())
            elif line and not line.startswith((b":", b"event:", b"id:", b"retry:")):
                raise MalformedChunk("not an event line")

    @staticmethod
    def _decode(data: bytes) -> dict[str, Any] | None:
        return None if data == b"[DONE]" else decode_object(data)


def decode_object(data: bytes) -> dict[str, Any]:
    """One JSON object from bytes. Raises MalformedChunk."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedChunk("not JSON") from error
    if not isinstance(value, dict):
        raise MalformedChunk("not an object")
    return value


def read_usage(data: Mapping[str, Any]) -> Usage:
    """Token counts in any of the usual spellings; what is missing or not a number counts as 0."""

    def count(*path: str) -> int:
        value: Any = data
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value if isinstance(value, int) and value > 0 else 0

    return Usage(
        prompt=count("prompt_tokens"),
        completion=count("completion_tokens"),
        cached=count("prompt_cache_hit_tokens") or count("prompt_tokens_details", "cached_tokens"),
        reasoning=count("completion_tokens_details", "reasoning_tokens"),
    )


def error_text(body: bytes) -> str:
    """The message inside an error body, at most 300 characters, for classification only."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return body[:300].decode("utf-8", "replace")
    if isinstance(value, Mapping):
        inner = value.get("error", value)
        value = inner.get("message", inner) if isinstance(inner, Mapping) else inner
    return str(value)[:300]


def refused_field(text: str, body: Mapping[str, Any]) -> str | None:
    """The optional field a 400 or 422 complains about, if it names one that was sent."""
    if _CONTEXT.search(text):
        return None
    return next((name for name in OPTIONAL_FIELDS if name in text and name in body), None)


def classify(status: int, text: str) -> RefusalKind:
    """What an HTTP status and its message mean for the one who asked."""
    if _CONTEXT.search(text) and status in (400, 413, 422, 500):
        return "context_length"
    if status == 402 or (status in (403, 429) and _BALANCE.search(text)):
        return "balance"
    if status in (401, 403):
        return "auth"
    if status == 429:
        return "rate_limited"
    if status in (408, 425) or status >= 500:
        return "unavailable"
    if _CONTENT.search(text):
        return "content"
    return "bad_request"


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to stay away, from a Retry-After header in either of its forms; None when absent or unreadable."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return max(0.0, seconds) if seconds == seconds and seconds < 86_400 * 7 else None
