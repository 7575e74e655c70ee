"""Programs follow streams with their API token: of its team, as long as it may read, and no longer than it lives."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from studio.accounts.actions import announce
from studio.accounts.models import ApiToken, Role, Team, User
from tests.conftest import ApiClient
from tests.factories import make_team
from tests.support.websocket import Connection

pytestmark = pytest.mark.django_db(transaction=True)
ApiFor = Callable[..., ApiClient]
GONE = 4404


async def outcome(token: str, stream: str, *, scheme: str = "Bearer", then: Callable[[], Any] | None = None) -> Any:
    """The kind of the first event, or the code with which the server closes; after `then`, if given, that code."""
    socket = Connection(stream, (b"authorization", f"{scheme} {token}".encode()))
    if not await socket.connect():
        await socket.wait()
        return "refused"
    await socket.say('{"after": 0}')
    message = await socket.receive_output()
    if message["type"] != "websocket.close" and then:
        await sync_to_async(then)()
        while message["type"] != "websocket.close":
            message = await socket.receive_output()
    if message["type"] == "websocket.close":
        return message["code"]
    await socket.leave()
    return json.loads(message["text"])["kind"]


@pytest.fixture
def stream(team: Team, settings: Any) -> str:
    settings.STUDIO_EVENTS_POLL_SECONDS = 0.1
    announce(team, "documents")
    return f"team:{team.pk}"


def test_a_token_follows_a_stream_of_its_team(bob: User, api_for: ApiFor, stream: str) -> None:
    assert asyncio.run(outcome(api_for(bob).token, stream)) == "team.changed"
    assert asyncio.run(outcome(api_for(bob).token, stream, scheme="bearer")) == "team.changed"


def test_a_token_that_may_not_read_watches_nothing(bob: User, api_for: ApiFor, stream: str) -> None:
    assert asyncio.run(outcome(api_for(bob, ["write"]).token, stream)) == GONE


def test_a_token_that_is_none_watches_nothing(stream: str) -> None:
    assert asyncio.run(outcome("acx_nonsense", stream)) == GONE
    assert asyncio.run(outcome("", stream)) == "refused"
    assert asyncio.run(outcome("YTpi", stream, scheme="Basic")) == "refused"


def test_a_token_watches_no_other_team_of_its_holder(bob: User, team: Team, api_for: ApiFor, stream: str) -> None:
    other = make_team("Second")
    other.memberships.create(user=bob, role=Role.OWNER)
    announce(other, "documents")
    token = api_for(bob, team=team).token
    assert asyncio.run(outcome(token, f"team:{other.pk}")) == GONE
    assert asyncio.run(outcome(token, stream)) == "team.changed"


def test_the_log_of_a_team_is_for_people_only(alice: User, team: Team, api_for: ApiFor, stream: str) -> None:
    assert asyncio.run(outcome(api_for(alice).token, f"log:{team.pk}")) == GONE


def test_a_socket_closes_when_its_token_is_revoked(bob: User, api_for: ApiFor, stream: str) -> None:
    token = api_for(bob).token

    def revoke() -> None:
        ApiToken.objects.update(revoked="2026-01-01T00:00:00Z")

    assert asyncio.run(outcome(token, stream, then=revoke)) == GONE
