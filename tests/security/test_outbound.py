"""Endpoints that people set lead to no address inside: not by the form, not by the test, not by a session.

Every address goes the whole way: through the form, and where the form takes it, through the job that tests the endpoint
and through a session that uses it. The listener stands for whatever runs on this machine; nobody may reach it.
"""

import pytest

from studio.accounts.access import actor_for
from studio.endpoints.models import Endpoint
from studio.jobs.models import Job
from teacher.actions import start_session
from teacher.models import Session
from tests.jobs import run_all
from tests.security.listener import listening

HOSTS = [
    # this machine, in the spellings that name it
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001"),
    *("127.0.0.1.", "localhost", "LOCALHOST", "LocalHost", "0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]"),
    *("127。0。0。1", "①②⑦.0.0.1", "１２７.0.0.1", "[::1%25lo]"),
    *(
        "127.0.0.2",
        "127.255.255.254",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
    ),
    # its networks, and what clouds put there
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.100.100.200", "169.254.169.254"),
    *("[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "169.254.170.2", "192.0.0.192", "198.18.0.1"),
    *(
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "[ff02::1]",
    ),
    *("0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "192.0.2.1", "203.0.113.1"),
]
ODD = [
    "http://user@127.0.0.1:{port}/",
    "http://user:word@127.0.0.1:{port}/",
    "http://models.example@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@models.example/",
    "http://models.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@models.example/",
    "http://127.0.0.1:{port}?@models.example/",
    "http:///127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "javascript:alert(1)",
    "http://127.0.0.1:{port}\r\nHost: models.example/",
    "http://127.0.0.1:99999/",
    "http://[::1:{port}/",
]
URLS = [f"http://{host}:{{port}}/v1" for host in HOSTS] + ODD
#: What a person reads; anything else would mean that the guard was not what stopped it.
SENTENCES = ("not one the studio may connect to", "Only the ports 80 and 443 are open", "(ConnectError)")


@pytest.fixture(scope="module")
def listener():
    with listening() as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_is_allowed(settings):
    settings.STUDIO_OUTBOUND_ALLOW = []


def form(url: str) -> dict:
    fields = {
        "name": "Inside",
        "kind": "openai",
        "base_url": url,
        "model": "m",
        "json_mode": "auto",
        "is_enabled": "on",
    }
    return {**fields, "roles": ["drafter", "verifier", "critic", "reviser", "answerer"], "key": "sk-canary"}


def whole_way(client, user, url: str) -> tuple[str, str]:
    """Where the endpoint was stopped and what people read: "form" when it was not taken, else "test"."""
    answer = client.post("/team/endpoints/new/", form(url))
    if answer.status_code == 422:
        return "form", answer.content.decode()
    endpoint = Endpoint.objects.get()
    client.post(f"/team/endpoints/{endpoint.pk}/test/")
    session = start_session(
        actor_for(user, user.teams.get()), "How long?", draft="18 hours.", texts=["It is 18 hours."]
    )
    run_all()
    endpoint.refresh_from_db()
    session.refresh_from_db()
    assert endpoint.test_state == Endpoint.TestState.FAILED
    assert session.state in {Session.State.FAILED, Session.State.DEGRADED, Session.State.WAITING}
    assert session.score is None
    assert not Job.objects.filter(cause__icontains="Error:").exists()
    return "test", endpoint.test_message


@pytest.mark.parametrize("url", URLS)
def test_an_address_inside_is_never_connected_to(client_for, alice, listener, url):
    before = listener.connects
    station, said = whole_way(client_for(alice), alice, url.format(port=listener.port))
    assert listener.connects == before
    if station == "test":
        assert any(words in said for words in SENTENCES), said


def test_the_listener_counts_those_who_may_come(client_for, alice, listener, settings):
    settings.STUDIO_OUTBOUND_ALLOW = [f"127.0.0.0/8:{listener.port}"]
    before = listener.connects
    client = client_for(alice)
    client.post("/team/endpoints/new/", form(f"http://127.0.0.1:{listener.port}/v1"))
    client.post(f"/team/endpoints/{Endpoint.objects.get().pk}/test/")
    run_all()
    assert listener.connects > before


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_the_inside_is_not_followed(client_for, alice, listener, settings, status):
    with listening() as outside:
        settings.STUDIO_OUTBOUND_ALLOW = [f"127.0.0.0/8:{outside.port}"]
        outside.status, outside.headers = status, {"Location": f"http://127.0.0.1:{listener.port}/latest/meta-data/"}
        before = listener.connects
        whole_way(client_for(alice), alice, f"http://127.0.0.1:{outside.port}/v1")
        assert outside.connects > 0
        assert listener.connects == before


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_no_proxy_of_the_environment_is_used(client_for, alice, listener, monkeypatch, name):
    monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    before = listener.connects
    whole_way(client_for(alice), alice, "http://10.0.0.1/v1")
    assert listener.connects == before
