"""Sockets: members of the team may follow its streams from our own pages, and nobody else from anywhere."""

import json

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from studio.web.same_origin import is_same_origin
from tests.security.matrix import STREAMS_OF
from tests.security.world import ROLES, make_world
from tests.support.websocket import Connection, Socket

GONE = 4404


async def outcome(user, stream: str, origin: bytes = b"http://127.0.0.1") -> str:
    """What a socket of that person to that stream comes to."""
    socket = await sync_to_async(Socket)(user, stream, origin=origin)
    if not await socket.connect():
        return "refused"
    await socket.say(json.dumps({"after": 0}))
    message = await socket.receive_output()
    if message["type"] == "websocket.close":
        return f"closed {message['code']}"
    await socket.leave()
    return "follows"


@pytest.mark.django_db(transaction=True)
def test_a_socket_follows_the_streams_of_its_own_teams_only():
    world = make_world()
    people = {role: world.ours.person(role) for role in ROLES} | {"stranger": world.theirs.person("owner")}

    found = {}
    for prefix, stream in world.ours.streams.items():
        for who, user in people.items():
            found[prefix, who] = async_to_sync(outcome)(user, stream)
    wanted = {
        (prefix, who): "follows" if who in STREAMS_OF.get(prefix, ROLES) else f"closed {GONE}" for prefix, who in found
    }
    assert found == wanted


@pytest.mark.parametrize("stream", ["", "team:1/more", "../team"])
def test_a_socket_to_an_address_that_does_not_exist_is_refused_without_an_error(stream):
    assert not async_to_sync(Connection(stream, (b"origin", b"http://127.0.0.1")).connect)()


FOREIGN = [
    b"https://thief.example",
    b"null",
    b"http://127.0.0.1.thief.example",
    b"http://thief.example:80",
    b"",
    b"file://",
    # other programs on this machine: browsers send them our cookies
    b"http://127.0.0.1:3000",
    b"http://localhost",
    b"https://127.0.0.1:8443",
    b"ftp://127.0.0.1",
    b"http://127.0.0.1:",
    b"http://user@127.0.0.1",
]


@pytest.mark.django_db(transaction=True)
def test_a_socket_from_another_origin_is_refused(alice, team):
    assert {async_to_sync(outcome)(alice, f"team:{team.pk}", origin) for origin in FOREIGN} == {"refused"}


OURS = [
    ("http://127.0.0.1:8000", "127.0.0.1:8000"),
    ("http://localhost", "localhost:80"),
    ("https://localhost", "localhost:443"),
    ("http://[::1]:8000", "[::1]:8000"),
    ("http://studio.test:8000", "127.0.0.1"),
]


@pytest.mark.parametrize(("origin", "host"), OURS)
def test_our_own_pages_are_of_our_origin(settings, origin, host):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    settings.STUDIO_BASE_URL = "http://studio.test:8000"
    assert is_same_origin(origin, host)


def test_a_host_that_is_not_ours_is_refused_with_its_own_pages(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert not is_same_origin("http://thief.example", "thief.example")


def test_behind_https_a_page_that_came_without_it_is_another_origin(settings):
    settings.ALLOWED_HOSTS = ["studio.test"]
    settings.STUDIO_BASE_URL = "https://studio.test"
    assert is_same_origin("https://studio.test", "studio.test")
    assert not is_same_origin("http://studio.test", "studio.test")
