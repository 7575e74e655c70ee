"""API of conversations."""

from collections.abc import Callable

import pytest
from django.test import Client

from studio.accounts.models import User
from studio.api import api
from studio.chat import actions
from studio.chat.models import Message
from tests.conftest import ApiClient
from tests.studio.chat.world import GOOD_SHOWN, actor_of, answered, host, stock_vault, write

pytestmark = pytest.mark.django_db
ApiFor = Callable[..., ApiClient]
BASE = "/api/v1/conversations"


def test_a_question_is_asked_and_its_answer_read(api_for: ApiFor, alice: User) -> None:
    client = api_for(alice)
    created = client.post_json(BASE, {"question": "When are refunds paid?"})
    assert created.status_code == 201
    asked = created.json()
    assert asked["state"] == "streaming"
    answer = Message.objects.get(pk=asked["answer_id"])
    write(answer, host(stock_vault(answer.conversation.team)))

    read = client.get(f"{BASE}/{asked['id']}").json()
    question, reply = read["messages"]
    assert (question["id"], question["role"], question["text"]) == (
        asked["question_id"],
        "user",
        "When are refunds paid?",
    )
    assert (reply["parent"], reply["state"], reply["text"]) == (question["id"], "done", GOOD_SHOWN)
    assert [c["n"] for c in reply["citations"]] == [1, 2]
    assert reply["citations"][0]["quote"] == "within fourteen (14) days"
    assert reply["removed"] == 0
    assert reply["cost_usd"] is None


def test_removed_citations_are_counted_and_not_listed(api_for: ApiFor, alice: User) -> None:
    answer = answered(alice, says='Free [1: "free of charge"].')
    read = api_for(alice).get(f"{BASE}/{answer.conversation_id}").json()
    assert read["messages"][1]["citations"] == []
    assert read["messages"][1]["removed"] == 1


def test_asking_on_goes_below_the_newest_answer(api_for: ApiFor, alice: User) -> None:
    answer = answered(alice)
    created = api_for(alice).post_json(f"{BASE}/{answer.conversation_id}/messages", {"question": "And then?"})
    assert created.status_code == 201
    assert Message.objects.get(pk=created.json()["question_id"]).parent_id == answer.pk


def test_asking_on_below_an_unfinished_answer_is_a_conflict(api_for: ApiFor, alice: User) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    created = api_for(alice).post_json(f"{BASE}/{answer.conversation_id}/messages", {"question": "And then?"})
    assert created.status_code == 409
    assert created.json()["code"] == "answer_streaming"


@pytest.mark.parametrize("question", ["", "  ", "x" * 8001, "\x00", "half \ud800"])
def test_a_question_that_cannot_be_asked_is_a_problem(api_for: ApiFor, alice: User, question: str) -> None:
    assert api_for(alice).post_json(BASE, {"question": question}).status_code == 422
    assert not Message.objects.exists()


def test_strangers_find_nothing(api_for: ApiFor, alice: User, charlie: User) -> None:
    answer = answered(alice)
    client = api_for(charlie)
    assert client.get(f"{BASE}/{answer.conversation_id}").status_code == 404
    assert client.post_json(f"{BASE}/{answer.conversation_id}/messages", {"question": "x"}).status_code == 404
    own = answered(charlie)
    follow_up = {"question": "x", "parent": str(answer.pk)}
    assert client.post_json(f"{BASE}/{own.conversation_id}/messages", follow_up).status_code == 404


def test_a_reading_token_asks_nothing(api_for: ApiFor, alice: User) -> None:
    answer = answered(alice)
    client = api_for(alice, ["read"])
    assert client.get(f"{BASE}/{answer.conversation_id}").status_code == 200
    assert client.post_json(BASE, {"question": "x"}).status_code == 403
    assert client.post_json(f"{BASE}/{answer.conversation_id}/messages", {"question": "x"}).status_code == 403


def test_nobody_asks_without_a_token(client: Client) -> None:
    assert client.post(BASE, {"question": "x"}, content_type="application/json").status_code == 401


def test_the_routes_are_described() -> None:
    paths = api.get_openapi_schema()["paths"]
    for path in (BASE, f"{BASE}/{{pk}}", f"{BASE}/{{pk}}/messages"):
        assert all(route["summary"] for route in paths[path].values())
