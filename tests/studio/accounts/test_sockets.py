"""An open socket ends with the place in the team, and with the session."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from studio.accounts.access import actor_for
from studio.accounts.actions import announce, deactivate, end_sessions, remove_member
from studio.accounts.models import Membership, User
from tests.support.websocket import Socket

GONE = 4404


def ended_by(user, team, change) -> int:
    """Connect, see an event, make the change, and return the code with which the server closes."""

    async def walk() -> int:
        assert await socket.connect()
        await socket.say('{"after": 0}')
        assert "team.changed" in (await socket.receive_output())["text"]
        await sync_to_async(change)()
        while (message := await socket.receive_output())["type"] != "websocket.close":
            assert message["type"] == "websocket.send"
        return int(message["code"])

    socket = Socket(user, f"team:{team.pk}")
    return async_to_sync(walk)()


@pytest.fixture
def watched(transactional_db, settings, team, alice, bob):
    settings.STUDIO_EVENTS_POLL_SECONDS = 0.1
    announce(team, "documents")
    return bob


def out_of_the_team(team, alice, bob) -> None:
    remove_member(actor_for(alice, team), Membership.objects.get(user=bob))


def account_closed(team, alice, bob) -> None:
    deactivate(actor_for(alice, team), Membership.objects.get(user=bob))


@pytest.mark.parametrize("change", [out_of_the_team, account_closed])
def test_a_socket_closes_when_its_person_loses_their_place(watched, team, alice, bob, change):
    assert ended_by(watched, team, lambda: change(team, alice, bob)) == GONE


def test_a_socket_closes_when_its_session_is_ended_elsewhere(watched, team, bob):
    assert ended_by(watched, team, lambda: end_sessions(User.objects.get(pk=bob.pk))) == GONE


def test_a_stranger_is_shown_nothing(transactional_db, settings, team, charlie):
    settings.STUDIO_EVENTS_POLL_SECONDS = 0.1
    announce(team, "documents")

    async def walk() -> int:
        assert await socket.connect()
        return await socket.closed_with()

    socket = Socket(charlie, f"team:{team.pk}")
    assert async_to_sync(walk)() == GONE
