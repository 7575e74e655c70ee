"""The only websocket consumer: follows one stream of the log from where the client has read."""

import asyncio
import contextlib
import json
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
BATCH = 200
RECHECK_SECONDS = 1.0
MESSAGES_PER_SECOND = 10

NOT_FOUND = 4404
NOT_UNDERSTOOD = 4400
TOO_MANY = 4429


class Tail(AsyncWebsocketConsumer):
    """Sends `{"seq", "kind", "data", "created", "html"}` for each event of a stream, in order.

    The client sends `{"after": n}`, the last number that it has, once after connecting (and again to rewind). The
    person's right to watch is checked when they connect and again at most a second before anything is sent; who has
    lost it, or has signed out, is disconnected within `STUDIO_EVENTS_POLL_SECONDS`.
    """

    async def connect(self) -> None:
        self.stream = str(self.scope["url_route"]["kwargs"]["stream"])
        self.after = 0
        self.flag: asyncio.Event | None = None
        self.pump: asyncio.Task[None] | None = None
        self.checked = 0.0
        self.received: list[float] = []
        await self.accept()
        if not await self._may_watch():
            await self.close(code=NOT_FOUND, reason="nothing to watch here")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        now = time.monotonic()
        self.received = [*(t for t in self.received if now - t < 1), now]
        if len(self.received) > MESSAGES_PER_SECOND:
            await self.close(code=TOO_MANY, reason="too many messages")
            return
        try:
            after = json.loads(text_data or "")["after"]
        except (ValueError, TypeError, KeyError):
            after = None
        if not isinstance(after, int) or isinstance(after, bool) or after < 0:
            await self.close(code=NOT_UNDERSTOOD, reason='send {"after": number}')
            return
        self.after = after
        if self.pump is None:
            self.flag = hub.join(self.stream)
            self.pump = asyncio.create_task(self._pump(self.flag))
        elif self.flag:
            self.flag.set()

    async def disconnect(self, code: int) -> None:
        if self.flag:
            hub.leave(self.stream, self.flag)
        if self.pump and self.pump is not asyncio.current_task():
            self.pump.cancel()

    async def _pump(self, flag: asyncio.Event) -> None:
        while True:
            flag.clear()
            if not await self._may_watch():
                await self.close(code=NOT_FOUND, reason="nothing to watch here")
                return
            while frames := await _in_thread(self._frames, thread_sensitive=False)(self.after):
                for seq, frame in frames:
                    await self.send(text_data=frame)
                    self.after = seq
            # Not wait_for: before Python 3.12 it can swallow the cancellation that ends this task.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(settings.STUDIO_EVENTS_POLL_SECONDS):
                    await flag.wait()

    def _frames(self, after: int) -> list[tuple[int, str]]:
        events = Event.objects.after(self.stream, after)[:BATCH]
        return [(e.seq, json.dumps({**e.as_dict(), "html": to_html(e)})) for e in events]

    async def _may_watch(self) -> bool:
        if time.monotonic() - self.checked < RECHECK_SECONDS:
            return True
        is_allowed: bool = await _in_thread(_signed_in_and_allowed, thread_sensitive=False)(self.scope, self.stream)
        self.checked = time.monotonic() if is_allowed else 0.0
        return is_allowed


def _signed_in_and_allowed(scope: dict[str, Any], stream: str) -> bool:
    """Asks everything afresh: since they connected the session may have ended and rights may have changed."""
    request = HttpRequest()
    request.session = _sessions.SessionStore(scope["session"].session_key)
    user = get_user(request)
    return user.is_authenticated and may_watch(user, stream)
