"""The chat-completions protocol as pure functions: the request's body, and what an error means."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from studio.llm.endpoint import Endpoint
from studio.llm.steps import Ask, RefusalKind

#: Fields a server may not know. When it refuses one by name we leave that one out and ask again.
OPTIONAL_FIELDS = ("response_format", "stream_options", "thinking", "temperature", "max_tokens")

_CONTEXT = re.compile(r"context.{0,20}(length|window|size)|maximum context|too many tokens|prompt is too long", re.I)
_CONTENT = re.compile(r"content[ _](filter|policy|management)|content_policy|safety system|flagged", re.I)
_LIMITED = re.compile(r"rate.?limit|too.?many.?requests", re.I)
_BALANCE = re.compile(r"insufficient[ _](balance|quota|funds|credit)|billing", re.I)

NO_SUCH_MODEL = "The teacher's server knows no such address or model."
LONGEST_AWAY_S = 604_800.0

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
    "budget": "The budget does not allow the question.",
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


def status_of(error: Mapping[str, Any]) -> int:
    """The HTTP status that an error inside a stream stands for; 500 when it does not say."""
    for name in ("code", "status", "status_code"):
        if re.fullmatch(r"[45][0-9][0-9]", value := str(error.get(name, ""))):
            return int(value)
    if _LIMITED.search(f"{error.get('type', '')} {error.get('code', '')}"):
        return 429
    return 500


def classify(status: int, text: str) -> RefusalKind:
    """What an HTTP status and its message mean for the one who asked."""
    if status == 413 or (_CONTEXT.search(text) and status in (400, 422, 500)):
        return "context_length"
    if status == 402 or (status in (403, 429) and _BALANCE.search(text)):
        return "balance"
    if status in (401, 403):
        return "auth"
    if status == 429:
        return "rate_limited"
    if status in (408, 409, 425) or status >= 500:
        return "unavailable"
    if _CONTENT.search(text):
        return "content"
    return "bad_request"


def time_away(headers: Mapping[str, str]) -> float | None:
    """Seconds to stay away, from the usual header or the one in milliseconds that OpenAI's own clients read first."""
    milliseconds = retry_after(headers.get("retry-after-ms"))
    return retry_after(headers.get("retry-after")) if milliseconds is None else milliseconds / 1000


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to stay away, from a Retry-After header in either of its forms, a week at most; None when absent or
    unreadable."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            seconds = (moment - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, OverflowError):
            return None
    return None if seconds != seconds else min(max(0.0, seconds), LONGEST_AWAY_S)
