"""Endpoints: who serves a role, keys that stay put, tests, and who may change them."""

import pytest
from django.db import connection
from django.urls import reverse

from studio.accounts.access import actor_for
from studio.endpoints.actions import record_test, save_endpoint
from studio.endpoints.asking import ask_endpoint
from studio.endpoints.choosing import available, choose, find
from studio.endpoints.models import Endpoint
from studio.events.models import Event
from studio.llm.steps import ROLES, Ask, Refusal, Reply
from studio.web.errors import Forbidden
from tests.core.llm.server import answering, serving
from tests.jobs import run_all

pytestmark = pytest.mark.django_db
KEY = "sk-canary-7f3a"
ASK = Ask(
    key="k", role="answerer", inputs={"question": "x", "evidence": []}, messages=({"role": "user", "content": "x"},)
)


def posted(**change):
    """The form of an endpoint as a browser sends it."""
    usual = {
        "name": "Ours",
        "kind": "openai",
        "base_url": "https://models.example/v1",
        "model": "m",
        "key": KEY,
        "roles": list(ROLES),
        "family": "",
        "json_mode": "auto",
        "is_enabled": "on",
    }
    return usual | change


def add(client, **change):
    response = client.post(reverse("endpoints:endpoint_create"), posted(**change))
    assert response.status_code == 302, response.context["form"].errors
    return Endpoint.objects.latest("id")


def change(client, endpoint, **changes):
    return client.post(reverse("endpoints:endpoint_edit", args=[endpoint.pk]), posted(key="") | changes)


# --- choosing ---


def test_with_nothing_set_up_the_built_in_teacher_serves_every_role(team):
    for role in ROLES:
        endpoint = choose(team, role)
        assert (endpoint.source, endpoint.model) == ("built-in", "built-in (extractive, no language model)")
        assert isinstance(ask_endpoint(endpoint, ASK), Reply)


def test_a_deepseek_key_alone_is_enough(team, settings):
    settings.DEEPSEEK_API_KEY = KEY
    endpoint = choose(team, "critic")
    assert (endpoint.base_url, endpoint.model) == ("https://api.deepseek.com", "deepseek-v4-flash")
    assert KEY not in repr(endpoint.__dict__)


def test_a_named_teacher_comes_before_deepseek_and_needs_no_allow_list(team, settings):
    settings.DEEPSEEK_API_KEY, settings.STUDIO_OUTBOUND_ALLOW = "other", []
    with serving(answering("x")) as server:
        settings.STUDIO_TEACHER_URL, settings.STUDIO_TEACHER_MODEL = server.url, "big"
        settings.STUDIO_TEACHER_KEY = KEY
        reply = ask_endpoint(choose(team, "verifier"), ASK)
    assert reply.text == "x"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.requests[0].body["model"] == "big"


def test_no_longer_answer_is_asked_for_than_the_endpoint_gives(client_for, team, alice, settings):
    with serving(answering("x")) as server:
        ask_endpoint(add(client_for(alice), base_url=server.url, max_tokens="64"), ASK)
        settings.STUDIO_TEACHER_URL, settings.STUDIO_TEACHER_MAX_TOKENS = server.url, 32
        ask_endpoint(find(team, "environment"), ASK)
    assert [request.body["max_tokens"] for request in server.requests] == [64, 32]


def test_the_newest_endpoint_in_use_for_a_role_serves_it(team):
    fields = {"team": team, "base_url": "https://a.example", "model": "m"}
    Endpoint.objects.create(name="old", **fields)
    Endpoint.objects.create(name="new", roles=["critic"], **fields)
    Endpoint.objects.create(name="off", is_enabled=False, **fields)
    assert [choose(team, role).name for role in ("critic", "verifier")] == ["new", "old"]
    assert [endpoint.name for endpoint in available(team)] == ["new", "old", "Built-in teacher"]


def test_another_teams_endpoint_is_neither_chosen_nor_found(team, charlie):
    theirs = Endpoint.objects.create(team=charlie.teams.get(), name="theirs", base_url="https://a.example", model="m")
    assert choose(team, "critic").source == "built-in"
    assert find(team, str(theirs.pk)) is None
    assert find(team, "theirs") is None


# --- keys ---


def test_a_key_is_sealed_and_never_shown(client_for, alice):
    client = client_for(alice)
    endpoint = add(client)
    assert endpoint.sealed_key.startswith("sealed1:")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM endpoints_endpoint")
        assert KEY not in str(cursor.fetchall())
    for name in ("endpoints:endpoint_list", "endpoints:endpoint_edit"):
        args = [endpoint.pk] if name.endswith("edit") else []
        page = client.get(reverse(name, args=args)).content.decode()
        assert KEY not in page
        assert endpoint.sealed_key not in page
    assert KEY not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_stored_key_reaches_its_server(client_for, alice):
    with serving(answering("x")) as server:
        endpoint = add(client_for(alice), base_url=server.url)
        assert ask_endpoint(endpoint, ASK).text == "x"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example/v1",
        "https://models.example:8443/v1",
        "https://evil.example/v1",
        "https://models.example.evil.example/v1",
        "https://xn--mdels-jua.example/v1",
    ],
)
def test_another_origin_voids_the_key(client_for, alice, url):
    client = client_for(alice)
    endpoint = add(client)
    assert change(client, endpoint, base_url=url).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.base_url, endpoint.sealed_key) == (url, "")


def test_another_path_of_the_same_origin_keeps_the_key(client_for, alice):
    client = client_for(alice)
    endpoint = add(client)
    change(client, endpoint, base_url="https://MODELS.example:443/v2", name="Renamed")
    endpoint.refresh_from_db()
    assert endpoint.has_key


def test_a_sealed_key_copied_to_another_endpoint_does_not_open(client_for, alice):
    client = client_for(alice)
    first = add(client)
    second = add(client, name="Second", key="", base_url="http://127.0.0.1:9/v1")
    Endpoint.objects.filter(pk=second.pk).update(sealed_key=first.sealed_key)
    second.refresh_from_db()
    refusal = ask_endpoint(second, ASK)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.cause) == ("auth", "CannotOpen")


def test_a_web_process_cannot_use_a_key(client_for, alice, settings):
    endpoint = add(client_for(alice))
    settings.STUDIO_ROLE = "web"
    assert ask_endpoint(endpoint, ASK).cause == "SealedHere"


def test_a_key_is_dropped_when_an_endpoint_becomes_the_built_in_one(client_for, alice):
    client = client_for(alice)
    endpoint = add(client)
    change(client, endpoint, kind="builtin")
    endpoint.refresh_from_db()
    assert (endpoint.sealed_key, endpoint.base_url) == ("", "")


# --- the guard ---


@pytest.mark.parametrize("url", ["http://169.254.169.254/v1", "http://10.0.0.1/v1", "http://[::ffff:a9fe:a9fe]/v1"])
def test_an_address_inside_the_network_is_refused(team, url):
    endpoint = Endpoint.objects.create(team=team, name="inside", base_url=url, model="m")
    refusal = ask_endpoint(endpoint, ASK)
    assert (refusal.kind, "may connect" in refusal.message) == ("bad_request", True)


def test_loopback_is_refused_without_the_operators_leave(team, settings):
    settings.STUDIO_OUTBOUND_ALLOW = []
    with serving(answering("x")) as server:
        endpoint = Endpoint.objects.create(team=team, name="here", base_url=server.url, model="m")
        assert ask_endpoint(endpoint, ASK).kind == "bad_request"
    assert server.requests == []


# --- tests of an endpoint ---


@pytest.mark.parametrize(
    ("handler", "state", "words"),
    [
        (answering("ready"), "ready", "served-model answered"),
        (lambda exchange: exchange.error(401, "no"), "failed", "The teacher refused the key. (HTTP 401)"),
    ],
)
def test_a_test_says_how_it_went(client_for, alice, handler, state, words):
    client = client_for(alice)
    with serving(handler) as server:
        endpoint = add(client, base_url=server.url)
        client.post(reverse("endpoints:endpoint_test", args=[endpoint.pk]))
        endpoint.refresh_from_db()
        assert endpoint.test_state == "testing"
        run_all()
    endpoint.refresh_from_db()
    assert endpoint.test_state == state
    assert words in endpoint.test_message
    assert words in client.get(reverse("endpoints:endpoint_list")).content.decode()


def test_a_test_of_an_endpoint_that_changed_meanwhile_says_nothing(client_for, alice):
    client = client_for(alice)
    endpoint = add(client, base_url="http://127.0.0.1:9/v1")
    stale = Endpoint.objects.get(pk=endpoint.pk)
    change(client, endpoint, name="Changed")
    record_test(stale, "ready", "old news")
    endpoint.refresh_from_db()
    assert endpoint.test_state == "untested"


# --- pages and rights ---


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"base_url": ""}, "base_url"),
        ({"base_url": "ftp://x.example"}, "base_url"),
        ({"base_url": "https://u:p@x.example"}, "base_url"),
        ({"model": ""}, "model"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
        ({"input_usd": "-1"}, "input_usd"),
    ],
)
def test_a_form_that_makes_no_sense_is_given_back(client_for, alice, fields, field):
    response = client_for(alice).post(reverse("endpoints:endpoint_create"), posted(**fields))
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert KEY not in response.content.decode()


def test_a_name_is_used_once_in_a_team(client_for, alice):
    client = client_for(alice)
    add(client)
    response = client.post(reverse("endpoints:endpoint_create"), posted())
    assert response.status_code == 422
    assert "has this name" in response.content.decode()


def test_members_see_endpoints_and_change_none(client_for, alice, bob):
    endpoint = add(client_for(alice))
    client = client_for(bob)
    page = client.get(reverse("endpoints:endpoint_list"))
    assert "Ours" in page.content.decode()
    assert client.get(reverse("endpoints:endpoint_create")).status_code == 403
    for name in ("endpoint_edit", "endpoint_test", "endpoint_delete"):
        assert client.post(reverse(f"endpoints:{name}", args=[endpoint.pk]), posted()).status_code == 403
    with pytest.raises(Forbidden):
        save_endpoint(actor_for(bob, bob.teams.get()), endpoint, {"name": "Mine"})


def test_a_stranger_finds_nothing(client_for, alice, charlie):
    endpoint = add(client_for(alice))
    client = client_for(charlie)
    assert "Ours" not in client.get(reverse("endpoints:endpoint_list")).content.decode()
    for name in ("endpoint_edit", "endpoint_test", "endpoint_delete"):
        assert client.post(reverse(f"endpoints:{name}", args=[endpoint.pk]), posted()).status_code == 404


def test_removing_asks_first(client_for, alice):
    client = client_for(alice)
    endpoint = add(client)
    address = reverse("endpoints:endpoint_delete", args=[endpoint.pk])
    assert client.get(address).status_code == 200
    assert Endpoint.objects.exists()
    client.post(address)
    assert not Endpoint.objects.exists()


def test_twenty_endpoints_cost_as_many_statements_as_one(client_for, alice, team, statements):
    client = client_for(alice)
    address = reverse("endpoints:endpoint_list")
    Endpoint.objects.create(team=team, name="0", base_url="https://a.example", model="m")
    client.get(address)
    one = statements(lambda: client.get(address))
    for n in range(1, 20):
        Endpoint.objects.create(team=team, name=str(n), base_url="https://a.example", model="m")
    assert statements(lambda: client.get(address)) == one
