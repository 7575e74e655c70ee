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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx

from studio.llm import wire
from studio.llm.endpoint import Endpoint
from studio.llm.errors import LlmError, OutboundRefused
from studio.llm.guard import GuardedBackend, guarded_client
from studio.llm.prices import cost_usd, price_for
from studio.llm.steps import Answer, Ask, Refusal, RefusalKind, Reply

Sleep = Callable[[float], Awaitable[None]]
OnText = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one question; all times in seconds.

    idle_s: no byte at all for this long (a heartbeat is a byte). total_s: the hard end of one try.
    tries: how often a passing trouble is met by asking again. longest_wait_s: a longer Retry-After is handed back
    to the caller, who can wait without holding a worker.
    """

    connect_s: float = 10.0
    idle_s: float = 60.0
    total_s: float = 600.0
    tries: int = 3
    longest_wait_s: float = 20.0
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
        asyncio.run_coroutine_threadsafe(self._http.aclose(), self._loop).result()
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
        said, told, closed = [""], "", threading.Event()
        work = asyncio.run_coroutine_threadsafe(self._exchange(ask, said, closed), self._loop)
        try:
            while True:
                is_done = bool(wait([work], self.limits.poll_s).done)
                if on_text and said[0] != told:
                    told = said[0]
                    on_text(told)
                if is_done:
                    return work.result()
                if stopped():
                    return self._refusal(_Stopped("cancelled", "cancelled by the caller"), attempts=1)
        finally:
            work.cancel()
            closed.wait(self.limits.connect_s)

    async def _exchange(self, ask: Ask, said: list[str], closed: threading.Event) -> Answer:
        try:
            return await self._tries(ask, lambda text: said.__setitem__(0, text))
        finally:
            closed.set()

    async def _tries(self, ask: Ask, on_text: OnText) -> Answer:
        tried = 0
        while True:
            tried += 1
            try:
                reply = await self._until_accepted(ask, on_text)
            except _Stopped as stop:
                wait = self._pause(stop, tried)
                if wait is None:
                    return self._refusal(stop, attempts=tried)
                await self._sleep(wait)
                continue
            return replace(reply, attempts=tried)

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

    async def _until_accepted(self, ask: Ask, on_text: OnText) -> Reply:
        """One try; optional fields the server refuses by name are dropped for good and do not count as a try."""
        while True:
            try:
                async with asyncio.timeout(self.limits.total_s):
                    return await self._once(ask, on_text)
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
            except wire.MalformedChunk as error:
                message = "The teacher's server answered with something that is not a chat completion."
                cause = f"malformed: {error}"
                raise _Stopped("unavailable", cause, message=message, is_worth_a_retry=False) from error
            except OutboundRefused as error:
                raise _Stopped("bad_request", error.cause, message=error.message) from error
            except LlmError as error:
                raise _Stopped("bad_request", error.cause, message=error.message) from error

    async def _once(self, ask: Ask, on_text: OnText) -> Reply:
        if self._http is None:
            raise RuntimeError("Use the client in a with statement.")
        body = wire.request_body(self.endpoint, ask, self._without)
        started = time.monotonic()
        request = self._http.stream("POST", self.endpoint.chat_url, json=body, headers=self._headers())
        async with request as response:
            if response.status_code != 200:
                await self._raise_for(response, body)
            collected = await self._collect(response, on_text)
        _check_complete(collected)
        return self._reply(collected, round((time.monotonic() - started) * 1000))

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key.reveal()}"
        return headers

    async def _raise_for(self, response: httpx.Response, body: dict[str, Any]) -> None:
        text = wire.error_text(await self._read(response, 64_000))
        status = response.status_code
        if status in (400, 422) and (name := wire.refused_field(text, body)):
            raise _FieldRefused(name)
        after = wire.retry_after(response.headers.get("retry-after"))
        raise _Stopped(wire.classify(status, text), f"HTTP {status}", retry_after_s=after)

    async def _collect(self, response: httpx.Response, on_text: OnText) -> wire.Collected:
        collected = wire.Collected()
        if "text/event-stream" not in response.headers.get("content-type", ""):
            # A server that does not stream; blank keep-alive lines before the JSON are harmless to the decoder.
            if collected.add(wire.decode_object(await self._read(response, self.limits.max_bytes))):
                on_text(collected.text)
            collected.complete = True
            return collected
        lines, size = wire.EventLines(), 0
        async for part in response.aiter_raw():
            size += len(part)
            self._check_size(size)
            for chunk in lines.feed(part):
                if chunk is None:
                    collected.complete = True
                    return collected
                if collected.add(chunk):
                    on_text(collected.text)
        return collected

    async def _read(self, response: httpx.Response, most: int) -> bytes:
        parts, size = [], 0
        async for part in response.aiter_raw():
            size += len(part)
            if response.status_code != 200 and size > most:
                break  # the beginning of an error is enough
            self._check_size(size)
            parts.append(part)
        return b"".join(parts)

    def _check_size(self, size: int) -> None:
        if size > self.limits.max_bytes:
            message = "The teacher's server sent far more than an answer may hold."
            raise _Stopped("bad_request", f"more than {self.limits.max_bytes} bytes", message=message)

    def _reply(self, collected: wire.Collected, latency_ms: int) -> Reply:
        endpoint = self.endpoint
        price = endpoint.price or price_for(endpoint.model, datetime.now(UTC).date())
        return Reply(
            text=collected.text,
            finish_reason=collected.finish_reason or "stop",
            usage=collected.usage,
            model=collected.model or endpoint.model,
            teacher=endpoint.name,
            family=endpoint.family,
            latency_ms=latency_ms,
            cost_usd=cost_usd(collected.usage, price) if price else None,
        )

    def _refusal(self, stop: _Stopped, *, attempts: int) -> Refusal:
        return Refusal(
            kind=stop.kind,
            message=stop.message,
            cause=stop.cause,
            retry_after_s=stop.retry_after_s,
            teacher=self.endpoint.name,
            model=self.endpoint.model,
            attempts=attempts,
        )


class _FieldRefused(Exception):
    """The server does not know an optional field."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _check_complete(collected: wire.Collected) -> None:
    """Refuse what looks like an answer but is not a whole one. Raises _Stopped."""
    if collected.error is not None:
        text = str(collected.error.get("message", ""))[:300]
        code = collected.error.get("code")
        status = code if isinstance(code, int) and 400 <= code < 600 else 500
        raise _Stopped(wire.classify(status, text), "error inside the stream")
    if collected.finish_reason == "content_filter":
        raise _Stopped("content", "finish_reason content_filter")
    if collected.finish_reason == "insufficient_system_resource":
        raise _Stopped("unavailable", "finish_reason insufficient_system_resource")
    if not collected.complete and not collected.finish_reason:
        raise _Stopped("unavailable", "the stream ended early")
