"""One question to one OpenAI-compatible server: streamed, bounded, cancellable, and never an exception for bad weather.

`Client.ask` returns a Reply or a Refusal. The exchange runs in an event loop on a thread of its own, and the callbacks
in the caller's thread, where they may use the database. A client object holds one connection and asks one thing at a
time: a worker that asks many things at once has many clients.
"""

import asyncio
import random
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

from studio.llm import wire
from studio.llm.arriving import Collected, EventStream, MalformedChunk, decode_object, estimate
from studio.llm.endpoint import Endpoint
from studio.llm.errors import LlmError, OutboundRefused
from studio.llm.guard import GuardedBackend, guarded_client
from studio.llm.prices import cost_usd, price_for
from studio.llm.steps import Answer, Ask, Refusal, RefusalKind, Reply, Usage

Sleep = Callable[[float], Awaitable[None]]


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


class _Stopped(Exception):
    """Why one try ended without a reply."""

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


@dataclass(slots=True)
class _Progress:
    """How far one question has come: the answer under way, and what answers that broke off have used (estimated)."""

    now: Collected = field(default_factory=Collected)
    lost: Usage = field(default_factory=Usage)
    ended: threading.Event = field(default_factory=threading.Event)


class Client:
    """Asks one endpoint. Use it as a context manager."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        guard: GuardedBackend,
        limits: Limits | None = None,
        sleep: Sleep = asyncio.sleep,
        jitter: random.Random | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.limits = limits or Limits()
        self._guard = guard
        self._sleep = sleep
        self._random = jitter or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._without: frozenset[str] = frozenset()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._http: httpx.AsyncClient | None = None

    def __enter__(self) -> Self:
        timeout = httpx.Timeout(self.limits.idle_s, connect=self.limits.connect_s)
        self._http = guarded_client(self._guard, timeout=timeout)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model client", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is None or self._thread is None or self._http is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(self._http, self._loop), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = self._http = None

    def ask(
        self,
        ask: Ask,
        *,
        stopped: Callable[[], bool] = lambda: False,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """Ask and wait for the whole answer.

        stopped: polled about ten times a second; once it says True the stream is closed and the answer is a
        Refusal "cancelled".
        on_text: called as often with all the text so far, not with the difference, so that a second try starts clean.
        Both are called in this thread; when one raises, the stream is closed and the error passes through.
        """
        if self._loop is None:
            raise RuntimeError("Use the client in a with statement.")
        progress, told = _Progress(), ""
        work = asyncio.run_coroutine_threadsafe(self._exchange(ask, progress), self._loop)
        try:
            while True:
                is_done = bool(wait([work], self.limits.poll_s).done)
                if on_text and (text := progress.now.text) and text != told:
                    told = text
                    on_text(told)
                if is_done:
                    return work.result()
                if stopped():
                    stop = _Stopped("cancelled", "cancelled by the caller")
                    return self._refusal(stop, attempts=1, lost=progress.lost + _used(ask, progress.now))
        finally:
            work.cancel()
            progress.ended.wait(self.limits.connect_s)

    @staticmethod
    async def _close(http: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        """Close the connection and the streams that were left in the middle."""
        await http.aclose()
        await loop.shutdown_asyncgens()

    async def _exchange(self, ask: Ask, progress: _Progress) -> Answer:
        try:
            return await self._tries(ask, progress)
        finally:
            progress.ended.set()

    async def _tries(self, ask: Ask, progress: _Progress) -> Answer:
        tried = 0
        while True:
            tried += 1
            try:
                reply = await self._until_accepted(ask, progress)
            except _Stopped as stop:
                progress.lost += _used(ask, progress.now)
                wait = self._pause(stop, tried)
                if wait is None:
                    return self._refusal(stop, attempts=tried, lost=progress.lost)
                await self._sleep(wait)
                continue
            usage = reply.usage + progress.lost
            return replace(reply, attempts=tried, usage=usage, cost_usd=self._cost(usage))

    def _pause(self, stop: _Stopped, tried: int) -> float | None:
        """Seconds to wait before the next try, None when there is none.

        A time-out is not tried again here, because the first try may well be billed; nor is nonsense, because it mostly
        means a wrong address.
        """
        if not stop.is_worth_a_retry or tried >= self.limits.tries:
            return None
        if stop.retry_after_s is None:
            return self._random.uniform(0, min(30.0, 2.0 ** (tried - 1)))
        if stop.retry_after_s > self.limits.longest_wait_s:
            return None
        return stop.retry_after_s * (1 + self._random.uniform(0, 0.25)) + self._random.uniform(0, 0.1)

    async def _until_accepted(self, ask: Ask, progress: _Progress) -> Reply:
        """One try; optional fields the server refuses by name are dropped for good and do not count as a try."""
        while True:
            try:
                async with asyncio.timeout(self.limits.total_s):
                    return await self._once(ask, progress)
            except _FieldRefused as refused:
                self._without |= {refused.name}
            except TimeoutError as error:
                raise _Stopped("timeout", f"longer than {self.limits.total_s:g} s in all") from error
            except httpx.ConnectTimeout as error:
                raise _Stopped("unavailable", "ConnectTimeout") from error
            except httpx.TimeoutException as error:
                raise _Stopped("timeout", type(error).__name__) from error
            except httpx.TransportError as error:
                raise _Stopped("unavailable", type(error).__name__) from error
            except MalformedChunk as error:
                message = "The teacher's server answered with something that is not a chat completion."
                cause = f"malformed: {error}"
                raise _Stopped("unavailable", cause, message=message, is_worth_a_retry=False) from error
            except OutboundRefused as error:
                raise _Stopped("bad_request", error.cause, message=error.message) from error
            except LlmError as error:
                raise _Stopped("bad_request", error.cause, message=error.message) from error

    async def _once(self, ask: Ask, progress: _Progress) -> Reply:
        if self._http is None:
            raise RuntimeError("Use the client in a with statement.")
        body = wire.request_body(self.endpoint, ask, self._without)
        started = time.monotonic()
        progress.now = collected = Collected()
        request = self._http.stream("POST", self.endpoint.chat_url, json=body, headers=self._headers())
        async with request as response:
            if response.status_code != 200:
                await self._raise_for(response, body)
            await self._collect(response, collected)
        _check_complete(collected)
        return self._reply(ask, collected, round((time.monotonic() - started) * 1000))

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key.reveal()}"
        return headers

    async def _raise_for(self, response: httpx.Response, body: dict[str, Any]) -> None:
        """The refusal that a status means; its words are waited for a moment only."""
        said, status = bytearray(), response.status_code
        with suppress(TimeoutError, httpx.TransportError):
            async with asyncio.timeout(self.limits.error_s):
                async for part in response.aiter_raw():
                    said += part
                    if len(said) > 64_000:
                        break  # the beginning of an error is enough
        text = wire.error_text(bytes(said))
        if status in (400, 422) and (name := wire.refused_field(text, body)):
            raise _FieldRefused(name)
        after = wire.retry_after(response.headers.get("retry-after"))
        message = wire.NO_SUCH_MODEL if status == 404 else ""
        raise _Stopped(wire.classify(status, text), f"HTTP {status}", retry_after_s=after, message=message)

    async def _collect(self, response: httpx.Response, collected: Collected) -> None:
        streams = "text/event-stream" in response.headers.get("content-type", "")
        events, whole, size = EventStream(), bytearray(), 0
        async for part in response.aiter_raw():
            size += len(part)
            self._check_size(size)
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

    def _check_size(self, size: int) -> None:
        if size > self.limits.max_bytes:
            message = "The teacher's server sent far more than an answer may hold."
            raise _Stopped("bad_request", f"more than {self.limits.max_bytes} bytes", message=message)

    def _reply(self, ask: Ask, collected: Collected, latency_ms: int) -> Reply:
        endpoint = self.endpoint
        return Reply(
            text=collected.text,
            finish_reason=collected.finish_reason or "stop",
            usage=collected.usage or _used(ask, collected),
            model=collected.model or endpoint.model,
            teacher=endpoint.name,
            family=endpoint.family,
            latency_ms=latency_ms,
        )

    def _cost(self, usage: Usage) -> Decimal | None:
        price = self.endpoint.price or price_for(self.endpoint.model, datetime.now(UTC).date())
        return cost_usd(usage, price) if price else None

    def _refusal(self, stop: _Stopped, *, attempts: int, lost: Usage) -> Refusal:
        return Refusal(
            kind=stop.kind,
            message=stop.message,
            cause=stop.cause,
            retry_after_s=stop.retry_after_s,
            teacher=self.endpoint.name,
            model=self.endpoint.model,
            attempts=attempts,
            usage=lost,
            cost_usd=self._cost(lost) if lost.total else None,
        )


class _FieldRefused(Exception):
    """The server does not know an optional field."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _used(ask: Ask, collected: Collected) -> Usage:
    """What an answer has used: the server's own count if it came, else an estimate once there is a first word."""
    if collected.usage or not collected.has_begun:
        return collected.usage or Usage()
    sent = "".join(message["content"] for message in ask.messages)
    return estimate(sent, collected.text, collected.hidden)


def _check_complete(collected: Collected) -> None:
    """Refuse what looks like an answer but is not a whole one. Raises _Stopped."""
    if collected.error is not None:
        text = str(collected.error.get("message", ""))[:300]
        raise _Stopped(wire.classify(wire.status_of(collected.error), text), "error inside the stream")
    if collected.finish_reason == "content_filter":
        raise _Stopped("content", "finish_reason content_filter")
    if collected.finish_reason == "insufficient_system_resource":
        raise _Stopped("unavailable", "finish_reason insufficient_system_resource")
    if collected.refused and not collected.has_begun:
        raise _Stopped("content", "the model's own refusal")
    if not collected.complete and not collected.finish_reason:
        raise _Stopped("unavailable", "the stream ended early")
    if not collected.has_choice:
        raise MalformedChunk("no choices")
