"""The only websocket consumer: follows one stream of the log from where the client has read."""

import asyncio
import contextlib
import json
import logging
import time
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async as _in_thread
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from studio.events.models import Event
from studio.events.poke import hub
from studio.events.render import to_html
from studio.events.watch import may_watch

_sessions = import_module(settings.SESSION_ENGINE)
log = logging.getLogger("studio.events")
BATCH = 50
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
    person's right to watch is checked when they connect and again at most a second before anything is sent; who has
    lost it, or has signed out, is disconnected within `STUDIO_EVENTS_POLL_SECONDS`. A client that reads slowly is
    waited for: of its backlog no more than `BATCH` events are held.
    """

    recheck_seconds = 1.0

    async def connect(self) -> None:
        self.stream = str(self.scope["url_route"]["kwargs"]["stream"])
        self.after = 0
        self.flag: asyncio.Event | None = None
        self.pump: asyncio.Task[None] | None = None
        self.checked = 0.0
        self.received: list[float] = []
        self.has_ended = False
        await self.accept()
        if not await self._may_watch():
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
                    async with asyncio.timeout(settings.STUDIO_EVENTS_POLL_SECONDS):
                        await flag.wait()
                flag.clear()
        except OSError:
            pass  # the client has left
        except Exception:
            log.exception("a stream cannot be followed", extra={"stream": self.stream})
            await self._end(TRY_AGAIN, "try again")

    async def _send_new(self) -> bool:
        """Send what came after the client's number, which it may change meanwhile; False once it may not watch."""
        while await self._may_watch():
            after = self.after
            frames = await _in_thread(self._frames, thread_sensitive=False)(after)
            if not frames and self.after == after:
                return True
            for seq, frame in frames:
                if self.after != after or self.has_ended:
                    break
                self.after = after = seq
                await self.send(text_data=frame)
        await self._end(NOT_FOUND, "nothing to watch here")
        return False

    def _frames(self, after: int) -> list[tuple[int, str]]:
        events = Event.objects.after(self.stream, after)[:BATCH]
        return [(e.seq, json.dumps({**e.as_dict(), "html": to_html(e)})) for e in events]

    async def _may_watch(self) -> bool:
        if self.has_ended:
            return False
        if time.monotonic() - self.checked < self.recheck_seconds:
            return True
        is_allowed: bool = await _in_thread(_signed_in_and_allowed, thread_sensitive=False)(self.scope, self.stream)
        self.checked = time.monotonic() if is_allowed else 0.0
        return is_allowed


def asked_after(message: str) -> int | None:
    """The number in a client's message, None when it is not understood."""
    try:
        after = json.loads(message)["after"] if len(message) <= LONGEST_MESSAGE else None
    except (ValueError, TypeError, KeyError):
        return None
    return after if isinstance(after, int) and not isinstance(after, bool) and 0 <= after <= HIGHEST_SEQ else None


def _signed_in_and_allowed(scope: dict[str, Any], stream: str) -> bool:
    """Asks everything afresh: since they connected the session may have ended and rights may have changed."""
    request = HttpRequest()
    request.session = _sessions.SessionStore(scope["session"].session_key)
    user = get_user(request)
    return user.is_authenticated and may_watch(user, stream)
