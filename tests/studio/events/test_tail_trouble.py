"""The websocket against clients that are slow, hostile or change their mind, and a database that fails."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.test import Client

from studio.accounts.models import Membership, Team, User
from studio.events import watch
from studio.events.actions import append
from studio.events.consumers import Tail, asked_after
from studio.events.kinds import Payload, kind
from studio.events.reading import BATCH, Frames, Question, SignedIn, answers, readers
from tests.support.waiting import LIMIT_S

pytestmark = pytest.mark.django_db(transaction=True)


@kind("trouble.told")
class TroubleTold(Payload):
    n: int


@pytest.fixture
def stream(team: Team) -> str:
    name = f"team:{team.pk}"
    for n in range(1, 3 * BATCH + 1):
        append(name, "trouble.told", {"n": n})
    return name


class Reader(Tail):
    """A consumer whose client is this test: it reads a frame when `allowed` lets it, and may act between two frames."""

    recheck_seconds = 0.0

    def __init__(self, user: User, stream: str, act: Callable[["Reader"], Any]) -> None:
        super().__init__()
        client = Client()
        client.force_login(user)
        self.scope = {"url_route": {"kwargs": {"stream": stream}}, "session": client.session}
        self.act = act
        self.seen: list[int] = []
        self.closed: list[int] = []
        self.enough = asyncio.Event()

    async def accept(self, *args: Any, **kwargs: Any) -> None:
        pass

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: Any = False) -> None:
        self.seen.append(json.loads(text_data or "")["seq"])
        await self.act(self)

    async def close(self, code: Any = None, reason: Any = None) -> None:
        self.closed.append(code)


async def follow(reader: Reader) -> None:
    """Until the consumer gives up, or the test has seen enough."""
    await reader.connect()
    await reader.receive('{"after": 0}')
    assert reader.pump
    async with asyncio.timeout(LIMIT_S):
        await asyncio.wait([reader.pump, asyncio.create_task(reader.enough.wait())], return_when="FIRST_COMPLETED")
    await reader.disconnect(1000)


def test_a_client_that_rewinds_while_it_is_sent_to_gets_everything_from_there(alice: User, stream: str) -> None:
    async def act(reader: Reader) -> None:
        if len(reader.seen) == BATCH + 10:
            await reader.receive('{"after": 5}')
        if reader.seen[-1] == 3 * BATCH:
            reader.enough.set()

    reader = Reader(alice, stream, act)
    asyncio.run(follow(reader))
    assert reader.seen == [*range(1, BATCH + 11), *range(6, 3 * BATCH + 1)]


def test_who_loses_the_right_is_not_sent_the_rest_of_a_long_backlog(bob: User, stream: str) -> None:
    async def act(reader: Reader) -> None:
        if len(reader.seen) == 10:
            await sync_to_async(Membership.objects.filter(user=bob).delete)()

    reader = Reader(bob, stream, act)
    asyncio.run(follow(reader))
    assert (len(reader.seen), reader.closed) == (BATCH, [4404])


def test_a_slow_client_is_waited_for(alice: User, stream: str) -> None:
    async def act(reader: Reader) -> None:
        reader.enough.set()
        await asyncio.Event().wait()

    reader = Reader(alice, stream, act)
    asyncio.run(follow(reader))
    assert reader.seen == [1]


def test_what_a_client_says_after_the_end_changes_nothing(alice: User, stream: str) -> None:
    reader = Reader(alice, stream, lambda _: asyncio.sleep(0))

    async def body() -> None:
        await reader.connect()
        for _ in range(30):
            await reader.receive("nonsense")
        await reader.receive('{"after": 0}')
        await reader.disconnect(1000)

    asyncio.run(body())
    assert (reader.closed, reader.pump) == ([4400], None)


def test_a_stream_that_cannot_be_read_is_closed_so_that_the_client_comes_again(
    alice: User, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Reader):
        async def read(self, after: int | None) -> Frames | None:
            if after is not None:
                raise OperationalError("away")
            return []

    reader = Broken(alice, stream, lambda _: asyncio.sleep(0))
    asyncio.run(follow(reader))
    assert reader.closed == [1011]
    assert "a stream cannot be followed" in caplog.text


def test_a_client_that_leaves_while_it_is_sent_to_is_no_error(
    alice: User, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(reader: Reader) -> None:
        raise ConnectionResetError

    reader = Reader(alice, stream, act)
    asyncio.run(follow(reader))
    assert (reader.closed, caplog.text) == ([], "")


@pytest.mark.parametrize(
    ("message", "after"),
    [
        ('{"after": 0}', 0),
        ('{"after": 9223372036854775807, "more": 1}', 2**63 - 1),
        ('{"after": 9223372036854775808}', None),
        ("[" * 99, None),
        ("[" * 100_000, None),
        ('{"after": 1' + "0" * 5_000 + "}", None),
        ('{"after": 1.0}', None),
        ('{"after": NaN}', None),
        ("5", None),
        ("null", None),
    ],
)
def test_only_a_number_of_an_event_is_understood(message: str, after: int | None) -> None:
    assert asked_after(message) == after


def question(user: User, stream: str, after: int | None = 0, *, is_sure: bool = False) -> Question:
    client = Client()
    client.force_login(user)
    return Question(who=SignedIn(client.session.session_key or ""), stream=stream, after=after, is_sure=is_sure)


def test_who_asks_at_the_same_moment_is_answered_together(
    alice: User, bob: User, stream: str, statements: Callable[[Callable[[], object]], int]
) -> None:
    first, second = question(alice, stream), question(bob, stream, BATCH)
    many = {first, Question(who=first.who, stream=stream, after=None, is_sure=False), second}
    found = answers(many)
    assert [seq for seq, _ in found[first] or ()] == list(range(1, BATCH + 1))
    assert [seq for seq, _ in found[second] or ()] == list(range(BATCH + 1, 2 * BATCH + 1))
    once = statements(lambda: answers({first}))
    assert statements(lambda: answers(many)) == 2 * once


def test_a_question_that_cannot_be_answered_does_not_spoil_the_others(
    alice: User, charlie: User, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, strange = question(alice, stream), question(alice, "team:x"), question(charlie, stream)
    broken = question(alice, "broken:1")

    def rule(user: User, object_id: str) -> bool:
        raise OperationalError("away")

    monkeypatch.setitem(watch._rules, "broken", rule)
    found = answers([good, bad, strange, broken])
    assert found[good]
    assert (found[bad], found[strange]) == (None, None)
    assert isinstance(found[broken], OperationalError)


def test_many_sockets_are_answered_each_their_own(alice: User, charlie: User, stream: str) -> None:
    asked = [question(alice, stream, after) for after in range(20)] + [question(charlie, stream)]

    async def body() -> list[Any]:
        return await asyncio.gather(*(readers.ask(each) for each in asked))

    *ours, theirs = asyncio.run(body())
    assert [frames[0][0] for frames in ours] == list(range(1, 21))
    assert theirs is None
