"""An open socket ends with the place in the team, and with the session."""

import json

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as django_settings

from studio.accounts.access import actor_for
from studio.accounts.actions import announce, deactivate, end_sessions, remove_member
from studio.accounts.models import Membership, User
from studio.asgi import application

GONE = 4404


async def socket_of(client, team) -> ApplicationCommunicator:
    """A websocket to the team's stream with the client's session, opened and accepted."""
    cookie = f"{django_settings.SESSION_COOKIE_NAME}={client.session.session_key}"
    headers = [(b"cookie", cookie.encode()), (b"origin", b"http://localhost"), (b"host", b"localhost")]
    path = f"/ws/events/team:{team.pk}/"
    scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "subprotocols": []}
    socket = ApplicationCommunicator(application, scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=5))["type"] == "websocket.accept"
    return socket


def ended_by(client, team, change) -> int:
    """Connect, see an event, make the change, and return the code with which the server closes."""

    async def walk() -> int:
        socket = await socket_of(client, team)
        await socket.send_input({"type": "websocket.receive", "text": json.dumps({"after": 0})})
        assert "team.changed" in (await socket.receive_output(timeout=5))["text"]
        await sync_to_async(change)()
        while (message := await socket.receive_output(timeout=10))["type"] != "websocket.close":
            assert message["type"] == "websocket.send"
        return int(message["code"])

    return async_to_sync(walk)()


@pytest.fixture
def watched(transactional_db, settings, team, alice, bob, client_for):
    settings.STUDIO_EVENTS_POLL_SECONDS = 0.1
    announce(team, "documents")
    return client_for(bob)


def out_of_the_team(team, alice, bob) -> None:
    remove_member(actor_for(alice, team), Membership.objects.get(user=bob))


def account_closed(team, alice, bob) -> None:
    deactivate(actor_for(alice, team), Membership.objects.get(user=bob))


@pytest.mark.parametrize("change", [out_of_the_team, account_closed])
def test_a_socket_closes_when_its_person_loses_their_place(watched, team, alice, bob, change):
    assert ended_by(watched, team, lambda: change(team, alice, bob)) == GONE


def test_a_socket_closes_when_its_session_is_ended_elsewhere(watched, team, bob):
    assert ended_by(watched, team, lambda: end_sessions(User.objects.get(pk=bob.pk))) == GONE


def test_a_stranger_is_shown_nothing(transactional_db, settings, team, charlie, client_for):
    settings.STUDIO_EVENTS_POLL_SECONDS = 0.1
    announce(team, "documents")

    async def walk() -> int:
        socket = await socket_of(client, team)
        return int((await socket.receive_output(timeout=5))["code"])

    client = client_for(charlie)
    assert async_to_sync(walk)() == GONE
