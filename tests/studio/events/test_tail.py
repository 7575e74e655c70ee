"""The websocket: who may watch, in what order, from where, and until when."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from studio.accounts.models import Membership, Team, User
from studio.events.actions import append
from studio.events.kinds import Payload, kind
from tests.support.websocket import Socket

pytestmark = pytest.mark.django_db(transaction=True)


@kind("sample.told")
class SampleTold(Payload):
    n: int


async def told(socket: Socket, count: int) -> list[int]:
    return [frame["data"]["n"] for frame in await socket.frames(count)]


def stream_of(team: Team) -> str:
    return f"team:{team.pk}"


def tell(team: Team, *numbers: int) -> None:
    for n in numbers:
        append(stream_of(team), "sample.told", {"n": n})


def run(body: Any) -> None:
    asyncio.run(body)


def test_a_member_gets_what_is_there_and_what_comes(team: Team, alice: User) -> None:
    tell(team, 1, 2)

    async def body() -> None:
        socket = await sync_to_async(Socket)(alice, stream_of(team))
        assert await socket.connect()
        await socket.say('{"after": 0}')
        assert await told(socket, 2) == [1, 2]
        await sync_to_async(tell)(team, 3)
        assert await told(socket, 1) == [3]
        await socket.leave()

    run(body())


def test_a_client_that_returns_gets_only_what_it_has_not_seen(team: Team, alice: User) -> None:
    tell(team, 1, 2, 3)

    async def body() -> None:
        socket = await sync_to_async(Socket)(alice, stream_of(team))
        await socket.connect()
        await socket.say('{"after": 2}')
        assert await told(socket, 1) == [3]
        assert await socket.receive_nothing()
        await socket.leave()

    run(body())


@pytest.mark.parametrize("stream", ["team:{}", "session:{}", "nothing", "nothing:1", "team:not-an-id"])
def test_a_stranger_is_told_nothing(team: Team, charlie: User, stream: str) -> None:
    async def body() -> None:
        socket = await sync_to_async(Socket)(charlie, stream.format(team.pk))
        await socket.connect()
        assert await socket.closed_with() == 4404

    run(body())


def test_another_origin_is_refused(team: Team, alice: User) -> None:
    async def body() -> None:
        socket = await sync_to_async(Socket)(alice, stream_of(team), origin=b"http://evil.example")
        assert not await socket.connect()

    run(body())


def test_who_is_removed_from_the_team_is_disconnected(team: Team, alice: User, bob: User, settings: Any) -> None:
    settings.STUDIO_EVENTS_POLL_SECONDS = 0.2

    async def body() -> None:
        socket = await sync_to_async(Socket)(bob, stream_of(team))
        await socket.connect()
        await socket.say('{"after": 0}')
        await sync_to_async(Membership.objects.filter(user=bob).delete)()
        assert await socket.closed_with() == 4404

    run(body())


def test_who_signs_out_is_disconnected(team: Team, alice: User, settings: Any) -> None:
    settings.STUDIO_EVENTS_POLL_SECONDS = 0.2

    async def body() -> None:
        from django.contrib.sessions.models import Session

        socket = await sync_to_async(Socket)(alice, stream_of(team))
        await socket.connect()
        await socket.say('{"after": 0}')
        await sync_to_async(Session.objects.all().delete)()
        assert await socket.closed_with() == 4404

    run(body())


@pytest.mark.parametrize("message", ["", "x", "[]", '{"after": -1}', '{"after": true}', '{"after": "1"}', "{}"])
def test_a_message_that_is_not_understood_ends_the_connection(team: Team, alice: User, message: str) -> None:
    async def body() -> None:
        socket = await sync_to_async(Socket)(alice, stream_of(team))
        await socket.connect()
        await socket.say(message)
        assert await socket.closed_with() == 4400

    run(body())


def test_too_many_messages_end_the_connection(team: Team, alice: User) -> None:
    async def body() -> None:
        socket = await sync_to_async(Socket)(alice, stream_of(team))
        await socket.connect()
        for _ in range(11):
            await socket.say('{"after": 0}')
        assert await socket.closed_with() == 4429

    run(body())


def test_the_same_events_are_there_for_clients_that_poll(team: Team, alice: User, client: Client) -> None:
    tell(team, 1, 2)
    client.force_login(alice)
    answer = client.get(f"/events/{stream_of(team)}/?after=1").json()
    assert ([event["data"]["n"] for event in answer["events"]], answer["last_seq"]) == ([2], 2)


@pytest.mark.parametrize(("after", "status"), [("x", 422), ("-1", 422), ("9" * 30, 422), ("0", 200)])
def test_polling_with_a_bad_number_says_so(team: Team, alice: User, client: Client, after: str, status: int) -> None:
    client.force_login(alice)
    assert client.get(f"/events/{stream_of(team)}/?after={after}").status_code == status


def test_a_stranger_who_polls_finds_nothing(team: Team, charlie: User, client: Client) -> None:
    client.force_login(charlie)
    assert client.get(f"/events/{stream_of(team)}/").status_code == 404
