"""The only websocket consumer: follows one stream of the log from where the client has read."""

import asyncio
import contextlib
import json
import logging
import time

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from studio.events.poke import hub
from studio.events.reading import Frames, Question, SignedIn, Who, readers

log = logging.getLogger("studio.events")
MESSAGES_PER_SECOND = 10
LONGEST_MESSAGE = 100
HIGHEST_SEQ = 2**63 - 1

NOT_FOUND = 4404
NOT_UNDERSTOOD = 4400
TOO_MANY = 4429
TRY_AGAIN = 1011


class Tail(AsyncWebsocketConsumer):
    """Sends `{"seq", "kind", "data", "created", "html"}` for each event of a stream, in order.

    The client sends `{"after": n}`, the last number that it has, once after connecting (and again to rewind). The
    person's right to watch is checked when they connect and again at most a second before anything is read for them;
    who has lost it, or has signed out, is disconnected within `STUDIO_EVENTS_POLL_SECONDS`. A client that reads slowly
    is waited for: of its backlog no more than one batch of events is held.
    """

    recheck_seconds = 1.0

    async def connect(self) -> None:
        self.stream = str(self.scope["url_route"]["kwargs"]["stream"])
        self.who: Who = self.scope.get("who") or SignedIn(self.scope["session"].session_key or "")
        self.after = 0
        self.flag: asyncio.Event | None = None
        self.pump: asyncio.Task[None] | None = None
        self.checked = 0.0
        self.received: list[float] = []
        self.has_ended = False
        await self.accept()
        if await self.read(None) is None:
            await self._end(NOT_FOUND, "nothing to watch here")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        now = time.monotonic()
        self.received = [*(t for t in self.received if now - t < 1), now]
        if len(self.received) > MESSAGES_PER_SECOND:
            return await self._end(TOO_MANY, "too many messages")
        after = asked_after(text_data or "")
        if after is None:
            return await self._end(NOT_UNDERSTOOD, 'send {"after": number}')
        self.after = after
        if self.has_ended:
            return None
        if self.flag is None:
            self.flag = hub.join(self.stream)
            self.pump = asyncio.create_task(self._pump(self.flag))
        self.flag.set()
        return None

    async def disconnect(self, code: int) -> None:
        if self.flag:
            hub.leave(self.stream, self.flag)
        if self.pump and self.pump is not asyncio.current_task():
            self.pump.cancel()

    async def read(self, after: int | None) -> Frames | None:
        """What came after that number, as much as is read at once; None when the person may not watch (any more)."""
        is_sure = time.monotonic() - self.checked < self.recheck_seconds
        question = Question(who=self.who, stream=self.stream, after=after, is_sure=is_sure)
        frames = await readers.ask(question)
        if frames is not None and not is_sure:
            self.checked = time.monotonic()
        return frames

    async def _end(self, code: int, reason: str) -> None:
        """Close, once: what the client says before it learns of that changes nothing."""
        if not self.has_ended:
            self.has_ended = True
            await self.close(code=code, reason=reason)

    async def _pump(self, flag: asyncio.Event) -> None:
        try:
            while await self._send_new():
                # Not wait_for: before Python 3.12 it can swallow the cancellation that ends this task.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_until_next_poll()):
                        await flag.wait()
                flag.clear()
        except OSError:
            pass  # the client has left
        except Exception:
            log.exception("a stream cannot be followed", extra={"stream": self.stream})
            await self._end(TRY_AGAIN, "try again")

    async def _send_new(self) -> bool:
        """Send what came after the client's number, which it may change meanwhile; False once that has ended."""
        while not self.has_ended:
            after = self.after
            frames = await self.read(after)
            if frames is None:
                await self._end(NOT_FOUND, "nothing to watch here")
                break
            if not frames and self.after == after:
                return True
            for seq, frame in frames:
                if self.after != after or self.has_ended:
                    break
                self.after = after = seq
                await self.send(text_data=frame)
        return False


def asked_after(message: str) -> int | None:
    """The number in a client's message, None when it is not understood."""
    try:
        after = json.loads(message)["after"] if len(message) <= LONGEST_MESSAGE else None
    except (ValueError, TypeError, KeyError):
        return None
    return after if isinstance(after, int) and not isinstance(after, bool) and 0 <= after <= HIGHEST_SEQ else None


def _until_next_poll() -> float:
    """Seconds; all sockets of a process poll at the same moment, so that they are answered together."""
    poll: float = settings.STUDIO_EVENTS_POLL_SECONDS
    return poll - time.monotonic() % poll
