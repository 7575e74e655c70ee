"""One HTTP exchange with a chat-completions server: the request goes out, the answer is collected, trouble is named."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from studio.llm import wire
from studio.llm.arriving import Collected, EventStream, MalformedChunk, decode_object
from studio.llm.endpoint import Endpoint
from studio.llm.steps import Ask, RefusalKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one question; all times in seconds.

    idle_s: no byte at all for this long (a heartbeat is a byte). total_s: the hard end of one try.
    tries: how often a passing trouble is met by asking again. longest_wait_s: a longer Retry-After is handed back
    to the caller, who can wait without holding a worker. error_s: how long to wait for the words of an error whose
    status is known.
    """

    connect_s: float = 10.0
    idle_s: float = 60.0
    total_s: float = 600.0
    tries: int = 3
    longest_wait_s: float = 20.0
    error_s: float = 3.0
    max_bytes: int = 8_000_000
    poll_s: float = 0.1


class Trouble(Exception):
    """Why a try ended without a reply."""

    def __init__(
        self,
        kind: RefusalKind,
        cause: str,
        *,
        retry_after_s: float | None = None,
        message: str = "",
        is_worth_a_retry: bool = True,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.is_worth_a_retry = is_worth_a_retry and kind in ("unavailable", "rate_limited")
        self.cause = cause
        self.retry_after_s = retry_after_s
        self.message = message or wire.SENTENCES[kind]


class FieldRefused(Exception):
    """The server does not know an optional field."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


async def exchange(
    http: httpx.AsyncClient,
    endpoint: Endpoint,
    ask: Ask,
    collected: Collected,
    *,
    without: frozenset[str],
    limits: Limits,
) -> None:
    """Ask once and collect the whole answer, which can be read while it grows.

    without: optional fields that are not sent. Raises Trouble, FieldRefused, MalformedChunk and httpx's errors.
    """
    body = wire.request_body(endpoint, ask, without)
    async with http.stream("POST", endpoint.chat_url, json=body, headers=_headers(endpoint)) as response:
        if response.status_code != 200:
            await _raise_for(response, body, limits)
        await _collect(response, collected, limits)
    _check_complete(collected)


def _headers(endpoint: Endpoint) -> dict[str, str]:
    headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key.reveal()}"
    return headers


async def _raise_for(response: httpx.Response, body: dict[str, Any], limits: Limits) -> None:
    """The trouble that a status means; its words are waited for a moment only."""
    said, status = bytearray(), response.status_code
    with suppress(TimeoutError, httpx.TransportError):
        async with asyncio.timeout(limits.error_s):
            async for part in response.aiter_raw():
                said += part
                if len(said) > 64_000:
                    break  # the beginning of an error is enough
    text = wire.error_text(bytes(said))
    if status in (400, 422) and (name := wire.refused_field(text, body)):
        raise FieldRefused(name)
    message = wire.NO_SUCH_MODEL if status == 404 else ""
    after = wire.time_away(response.headers)
    raise Trouble(wire.classify(status, text), f"HTTP {status}", retry_after_s=after, message=message)


async def _collect(response: httpx.Response, collected: Collected, limits: Limits) -> None:
    streams = "text/event-stream" in response.headers.get("content-type", "")
    events, whole, size = EventStream(), bytearray(), 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > limits.max_bytes:
            message = "The teacher's server sent far more than an answer may hold."
            raise Trouble("bad_request", f"more than {limits.max_bytes} bytes", message=message)
        if not streams:  # blank keep-alive lines before the JSON are harmless to the decoder
            whole += part
            continue
        for chunk in events.feed(part):
            if chunk is None:
                collected.complete = True
                return
            collected.add(chunk)
    for chunk in events.end() if streams else (decode_object(bytes(whole)),):
        collected.complete = chunk is None or not streams
        collected.add(chunk or {})


def _check_complete(collected: Collected) -> None:
    """Refuse what looks like an answer but is not a whole one. Raises Trouble."""
    if collected.error is not None:
        text = str(collected.error.get("message", ""))[:300]
        raise Trouble(wire.classify(wire.status_of(collected.error), text), "error inside the stream")
    if collected.finish_reason == "content_filter":
        raise Trouble("content", "finish_reason content_filter")
    if collected.finish_reason == "insufficient_system_resource":
        raise Trouble("unavailable", "finish_reason insufficient_system_resource")
    if collected.refused and not collected.has_begun:
        raise Trouble("content", "the model's own refusal")
    if not collected.complete and not collected.finish_reason:
        raise Trouble("unavailable", "the stream ended early")
    if not collected.has_choice:
        raise MalformedChunk("no choices")
