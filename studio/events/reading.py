"""Reads the log for all open websockets of a process: who asks at the same moment is answered together.

Every socket that wakes up asks two things: may this person still watch, and what is new? Answered one by one, each
would take a thread and a database connection of its own; together they take one, and the same is never asked twice.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from studio.events.models import Event
from studio.events.render import to_html
from studio.events.watch import may_watch

_sessions = import_module(settings.SESSION_ENGINE)
BATCH = 50
"""Of the backlog of each socket no more is held at once."""
TOGETHER = 200

Frames = list[tuple[int, str]]
"""Numbers of events with the text that goes to the browser, in order, at most BATCH."""


Person = AbstractBaseUser | AnonymousUser
Who = Callable[[], Person]
"""Finds the person behind a socket; asked afresh each time, because their session or token may have ended meanwhile.

Two that find the same person are equal.
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person of a browser's session."""

    session_key: str

    def __call__(self) -> Person:
        request = HttpRequest()
        request.session = _sessions.SessionStore(self.session_key)
        return get_user(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What came after that number? after: None asks about the right only. is_sure: it was checked a moment ago."""

    who: Who
    stream: str
    after: int | None
    is_sure: bool


class Readers:
    """The sockets of one process that wait for an answer."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Question, asyncio.Future[Frames | None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Frames | None:
        """The frames, None for who may not watch. Raises what went wrong with this question."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Frames | None] = loop.create_future()
        self._waiting.append((question, future))
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._task = loop.create_task(self._answer())
        return await future

    async def _answer(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            found = await database_sync_to_async(answers, thread_sensitive=False)({question for question, _ in batch})
            for question, future in batch:
                if future.done():  # its socket has closed
                    continue
                answer = found[question]
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)


def answers(questions: Iterable[Question]) -> dict[Question, Frames | Exception | None]:
    """The answer to each; a question that cannot be answered does not spoil the others."""
    person, frames = cache(_person), cache(_frames)
    allowed = cache(lambda who, stream: _is_allowed(person(who), stream))
    found: dict[Question, Frames | Exception | None] = {}
    for question in questions:
        try:
            if not question.is_sure and not allowed(question.who, question.stream):
                found[question] = None
            else:
                found[question] = [] if question.after is None else frames(question.stream, question.after)
        except Exception as error:  # noqa: BLE001  the edge: its own socket says so and closes
            found[question] = error
    return found


def _person(who: Who) -> Person:
    return who()


def _is_allowed(person: Person, stream: str) -> bool:
    return person.is_authenticated and may_watch(person, stream)  # type: ignore[arg-type]  # AUTH_USER_MODEL is ours


def _frames(stream: str, after: int) -> Frames:
    events = Event.objects.after(stream, after)[:BATCH]
    return [(event.seq, json.dumps({**event.as_dict(), "html": to_html(event)})) for event in events]


readers = Readers()
