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
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import TracebackType
from typing import Self

import httpx

from studio.llm.arriving import Collected, MalformedChunk, estimate
from studio.llm.endpoint import Endpoint
from studio.llm.errors import LlmError, OutboundRefused
from studio.llm.exchange import FieldRefused, Limits, Trouble, exchange
from studio.llm.guard import GuardedBackend, guarded_client
from studio.llm.prices import cost_usd, price_for
from studio.llm.steps import Answer, Ask, Refusal, Reply, Usage

__all__ = ["Client", "Limits"]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Progress:
    """How far one question has come: the answer under way, and whether the exchange is over."""

    now: Collected = field(default_factory=Collected)
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
        on_text: called as often with all the text so far, not with the difference.
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
                    stop = Trouble("cancelled", "cancelled by the caller")
                    return self._refusal(stop, attempts=1, lost=_used(ask, progress.now))
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
            except Trouble as trouble:
                lost = _used(ask, progress.now)
                pause = None if lost.total else self._pause(trouble, tried)
                if pause is None:
                    return self._refusal(trouble, attempts=tried, lost=lost)
                await self._sleep(pause)
                continue
            return replace(reply, attempts=tried, cost_usd=self._cost(reply.usage))

    def _pause(self, trouble: Trouble, tried: int) -> float | None:
        """Seconds to wait before the next try, None when there is none.

        Only what has cost nothing is tried again here: an answer that broke off is on the bill and a time-out may be,
        so whoever keeps the account decides. Nonsense mostly means a wrong address.
        """
        if not trouble.is_worth_a_retry or tried >= self.limits.tries:
            return None
        if trouble.retry_after_s is None:
            return self._random.uniform(0, min(30.0, 2.0 ** (tried - 1)))
        if trouble.retry_after_s > self.limits.longest_wait_s:
            return None
        return trouble.retry_after_s * (1 + self._random.uniform(0, 0.25)) + self._random.uniform(0, 0.1)

    async def _until_accepted(self, ask: Ask, progress: _Progress) -> Reply:
        """One try; optional fields the server refuses by name are dropped for good and do not count as a try."""
        while True:
            try:
                async with asyncio.timeout(self.limits.total_s):
                    return await self._once(ask, progress)
            except FieldRefused as refused:
                self._without |= {refused.name}
            except TimeoutError as error:
                raise Trouble("timeout", f"longer than {self.limits.total_s:g} s in all") from error
            except httpx.ConnectTimeout as error:
                raise Trouble("unavailable", "ConnectTimeout") from error
            except httpx.TimeoutException as error:
                raise Trouble("timeout", type(error).__name__) from error
            except httpx.TransportError as error:
                raise Trouble("unavailable", type(error).__name__) from error
            except MalformedChunk as error:
                message = "The teacher's server answered with something that is not a chat completion."
                cause = f"malformed: {error}"
                raise Trouble("unavailable", cause, message=message, is_worth_a_retry=False) from error
            except OutboundRefused as error:
                raise Trouble("bad_request", error.cause, message=error.message) from error
            except LlmError as error:
                raise Trouble("bad_request", error.cause, message=error.message) from error

    async def _once(self, ask: Ask, progress: _Progress) -> Reply:
        if self._http is None:
            raise RuntimeError("Use the client in a with statement.")
        started = time.monotonic()
        progress.now = collected = Collected()
        await exchange(self._http, self.endpoint, ask, collected, without=self._without, limits=self.limits)
        return self._reply(ask, collected, round((time.monotonic() - started) * 1000))

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

    def _refusal(self, trouble: Trouble, *, attempts: int, lost: Usage) -> Refusal:
        return Refusal(
            kind=trouble.kind,
            message=trouble.message,
            cause=trouble.cause,
            retry_after_s=trouble.retry_after_s,
            teacher=self.endpoint.name,
            model=self.endpoint.model,
            attempts=attempts,
            usage=lost,
            cost_usd=self._cost(lost) if lost.total else None,
        )


def _used(ask: Ask, collected: Collected) -> Usage:
    """What an answer has used: the server's own count if it came, else an estimate once there is a first word."""
    if collected.usage or not collected.has_begun:
        return collected.usage or Usage()
    sent = "".join(message["content"] for message in ask.messages)
    return estimate(sent, collected.text, collected.hidden)
