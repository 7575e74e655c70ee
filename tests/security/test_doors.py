"""Each door opens for whom the matrix says, and for nobody else: pages, API operations, event streams, sockets."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from studio.events import watch
from studio.events.routing import nowhere, websocket_urlpatterns
from tests.security.matrix import API, PAGES, SOCKETS, STREAMS, STREAMS_OF, Door
from tests.security.routes import address, bearer, body_of, copy_of, operation_address, operations, pages
from tests.security.world import ROLES, SCOPES


def test_every_page_has_a_row():
    assert pages().keys() == PAGES.keys()


def test_every_operation_of_the_api_has_a_row():
    assert operations() == API.keys()


def test_every_event_stream_has_a_row():
    assert watch._rules.keys() == STREAMS


def test_there_is_one_websocket_address():
    *addresses, others = websocket_urlpatterns
    assert {str(found.pattern) for found in addresses} == SOCKETS
    assert others.callback is nowhere


def expected(door: Door | None, role: str) -> int:
    if door is None:
        return 405
    if role in door.other:
        return door.other[role]
    return door.status if ROLES.index(role) >= ROLES.index(door.least) else 403


def answer(client: Client, method: str, path: str, data: dict) -> int:
    """The status that a request gets; whatever it changed is undone."""
    with transaction.atomic():
        response = getattr(client, method)(path, data)
        body_of(response)
        transaction.set_rollback(True)
    return response.status_code


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_those_in_its_row(world, name):
    row = PAGES[name]
    path = address(name, world.ours)
    names_object = bool(row.of) or any(not value.startswith("=") for value in row.also.values())
    for number, (method, door) in enumerate([("get", row.get), ("post", row.post)]):
        wanted = {role: expected(door, role) for role in ROLES}
        wanted["anonymous"] = row.anonymous[number]
        wanted["stranger"] = 404 if names_object and door else expected(door, "owner")
        if row.stranger:
            wanted["stranger"] = row.stranger[number]
        found = {}
        for who, browser in world.browsers.items():
            data = door.data(world.theirs if who == "stranger" else world.ours) if door else {}
            found[who] = answer(copy_of(browser), method, path, data)
        assert (method, found) == (method, wanted)


LOCKED = [name for name, row in PAGES.items() if row.anonymous == (302, 302)]


@pytest.mark.parametrize("name", LOCKED)
def test_without_a_session_there_is_only_the_way_to_sign_in(world, name):
    for headers in ({}, bearer(world.ours.person("owner"), world.ours)):
        for method in ("get", "post"):
            response = getattr(Client(headers=headers), method)(address(name, world.ours))
            assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("operation", API)
def test_an_operation_opens_for_those_in_its_row(world, operation):
    of, least, status, data, scope = API[operation]
    path = operation_address(operation, of, world.ours)
    method = operation.partition(" ")[0].lower()

    def status_for(user, side, scopes) -> int:
        return call(method, path, data(side), bearer(user, side, scopes))

    people = {role: world.ours.person(role) for role in ROLES}
    found = {role: status_for(user, world.ours, SCOPES) for role, user in people.items()}
    wanted = {role: status if least in ROLES[: ROLES.index(role) + 1] else 403 for role in ROLES}
    found["stranger"] = status_for(world.theirs.person("owner"), world.theirs, SCOPES)
    wanted["stranger"] = 404 if of else status
    found["scope alone"] = status_for(people["owner"], world.ours, list({"read", scope}))
    wanted["scope alone"] = status
    found["all other scopes"] = status_for(people["owner"], world.ours, [s for s in SCOPES if s != scope])
    wanted["all other scopes"] = 200 if operation == "GET /" else 403
    found["anonymous"] = call(method, path, data(world.ours), {})
    wanted["anonymous"] = 401
    found["a browser's cookie"] = call(method, path, data(world.ours), {}, copy_of(world.browsers["owner"]))
    wanted["a browser's cookie"] = 401
    assert found == (dict.fromkeys(wanted, status) if least == "anyone" else wanted)


def call(method: str, path: str, data: dict, headers: dict[str, str], client: Client | None = None) -> int:
    client = client or Client()
    kind = {} if method == "get" or "file" in data else {"content_type": "application/json"}
    with transaction.atomic():
        response = getattr(client, method)(path, data, headers=headers, **kind)
        body_of(response)
        transaction.set_rollback(True)
    return response.status_code


MESSAGE_PAGES = ["chat:message_edit", "chat:message_regenerate", "chat:message_stop"]


@pytest.mark.parametrize("name", MESSAGE_PAGES)
def test_a_message_is_reached_through_its_own_conversation_only(world, name):
    client = copy_of(world.browsers["owner"])
    theirs = address(name, world.ours, inner=world.theirs)
    outer = address(name, world.theirs, inner=world.ours)
    for message in (world.ours.other_question, world.ours.other_answer):
        mismatched = reverse(name, kwargs={"pk": world.ours.conversation.pk, "message_pk": message.pk})
        assert client.post(mismatched, {"question": "x"}).status_code == 404
    assert client.post(theirs, {"question": "x"}).status_code == 404
    assert client.post(outer, {"question": "x"}).status_code == 404


@pytest.mark.parametrize("which", ["other_answer", "theirs", "nobody's"])
def test_a_question_is_asked_below_an_answer_of_its_own_conversation_only(world, which):
    parents = {"other_answer": world.ours.other_answer.pk, "theirs": world.theirs.answer.pk, "nobody's": uuid4()}
    data = {"question": "And then?", "parent": str(parents[which])}
    page = reverse("chat:message_create", kwargs={"pk": world.ours.conversation.pk})
    assert copy_of(world.browsers["owner"]).post(page, data).status_code == 404
    headers = bearer(world.ours.person("owner"), world.ours)
    path = f"/api/v1/conversations/{world.ours.conversation.pk}/messages"
    assert call("post", path, data, headers) == 404


NAMES = [
    "../export.zip",
    "../../keys/seal.key",
    "data/../data/train.jsonl",
    "/etc/passwd",
    "signing_request.json",
    "data",
]


@pytest.mark.parametrize("name", NAMES)
def test_an_export_hands_out_listed_files_only(world, name):
    path = f"/datasets/exports/{world.ours.export.pk}/files/{name}"
    assert copy_of(world.browsers["owner"]).get(path).status_code == 404


# What a form or a query names beside the address: ids of another team there are as good as unknown.
FOREIGN = [
    ("datasets:export_create", lambda t: {"dataset": str(t.dataset.pk)}, 422),
    ("datasets:import_create", lambda t: {"dataset": str(t.dataset.pk), "file": BytesIO(b"{}")}, 422),
    ("datasets:export_withdraw", lambda t: {"pair": str(t.approved_pair.pk)}, 302),
    ("accounts:team_switch", lambda t: {"team": str(t.team.pk)}, 404),
    ("teacher:session_create", lambda t: {"question": "q", "teacher": str(t.endpoint.pk), "threshold": "0.8"}, 422),
    ("vault:documents_forget", lambda t: {"id": str(t.document.pk), "confirmed": "1"}, 302),
    ("vault:documents_retry", lambda t: {"id": str(t.failed_document.pk)}, 302),
    ("datasets:pair_bulk", lambda t: {"verdict": "approve", "pair": f"{t.pair.pk}:1", "confirm": "1"}, 302),
    ("datasets:review_heartbeat", lambda t: {"have": str(t.pair.pk)}, 200),
]


@pytest.mark.parametrize(("name", "data", "status"), FOREIGN, ids=[row[0] for row in FOREIGN])
def test_a_form_reaches_nothing_of_another_team(world, name, data, status):
    before = rows_of(world.theirs)
    response = copy_of(world.browsers["owner"]).post(address(name, world.ours), data(world.theirs))
    assert response.status_code == status
    assert rows_of(world.theirs) == before


def rows_of(side) -> list[dict]:
    """What stands in the database about the things that such a form could reach."""
    things = (side.document, side.failed_document, side.pair, side.approved_pair, side.export, side.endpoint)
    return [type(thing).objects.filter(pk=thing.pk).values().get() for thing in things]


FOREIGN_API = [
    ("POST", "/exports", lambda t: {"dataset": str(t.dataset.pk)}),
    ("POST", "/pairs", lambda t: {"instruction": "i", "completion": "c", "dataset": str(t.dataset.pk)}),
    ("GET", "/statistics", lambda t: {"dataset": str(t.dataset.pk)}),
]


@pytest.mark.parametrize(("method", "path", "data"), FOREIGN_API, ids=[f"{m} {p}" for m, p, _ in FOREIGN_API])
def test_an_operation_reaches_nothing_of_another_team(world, method, path, data):
    headers = bearer(world.ours.person("owner"), world.ours)
    assert call(method.lower(), f"/api/v1{path}", data(world.theirs), headers) == 404


ODD = ["", "team", "team:", "team:nonsense", "session:1", ":", "export:' or 1=1", "nothing:1", "session:%00"]


@pytest.mark.parametrize("prefix", sorted(STREAMS))
def test_the_log_of_a_stream_is_for_the_team(world, prefix):
    path = f"/events/{world.ours.streams[prefix]}/"
    found = {who: browser.get(path).status_code for who, browser in world.browsers.items()}
    watchers = STREAMS_OF.get(prefix, ROLES)
    wanted = {role: 200 if role in watchers else 404 for role in ROLES}
    assert found == {**wanted, "stranger": 404, "anonymous": 302}


@pytest.mark.parametrize("stream", ODD)
def test_a_stream_that_is_none_is_not_there(world, stream):
    assert world.browsers["owner"].get(f"/events/{stream}/").status_code == 404
