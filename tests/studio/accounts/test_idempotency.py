"""`Idempotency-Key`: a request that is sent again, because its answer was lost, does nothing a second time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from datasets.models import Decision, Export, Pair
from studio.accounts.models import Team, User
from studio.chat.models import Conversation, Message
from studio.jobs.models import Job
from teacher.models import Session
from tests.conftest import ApiClient
from tests.datasets.approved import acting, make_approved
from tests.datasets.pairs import make_pair

pytestmark = pytest.mark.django_db
ApiFor = Callable[..., ApiClient]
PAIR = {"instruction": "Why?", "completion": "Because."}
SESSION = {"question": "How long does it last?", "evidence": ["It lasts 18 hours."]}


def post(api: ApiClient, path: str, data: object, key: str = "a-key") -> Any:
    headers = {"Idempotency-Key": key}
    return api.post(f"/api/v1/{path}", data, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    ("path", "data", "model"),
    [
        ("sessions", SESSION, Session),
        ("pairs", PAIR, Pair),
        ("conversations", {"question": "Why?"}, Conversation),
        ("exports", {"parquet": False}, Export),
    ],
)
def test_what_is_created_twice_with_one_key_is_there_once(
    alice: User, rita: User, team: Team, api_for: ApiFor, path: str, data: dict[str, Any], model: Any
) -> None:
    make_approved(acting(rita, team), 1)
    api, there = api_for(alice), model.objects.count()
    first, second = post(api, path, data), post(api, path, data)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert model.objects.count() == there + 1
    assert post(api, path, data, key="another").json()["id"] != first.json()["id"]


def test_a_repeated_question_in_a_conversation_is_asked_once(alice: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    conversation = post(api, "conversations", {"question": "Why?"}).json()["id"]
    Message.objects.filter(role="assistant").update(state="done", text="So.")
    answers = [post(api, f"conversations/{conversation}/messages", {"question": "And?"}, "b") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Message.objects.filter(text="And?").count() == 1


def test_a_decision_is_made_once_and_answered_twice(rita: User, team: Team, api_for: ApiFor) -> None:
    api, pair = api_for(rita), make_pair(team)
    data = {"verdict": "approve", "version": 1, "text": "Better."}
    answers = [post(api, f"pairs/{pair.pk}/decide", data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].json()["completion"] == "Better."
    assert Decision.objects.count() == 1
    assert post(api, f"pairs/{pair.pk}/decide", data, key="another").status_code == 409


def test_a_key_belongs_to_one_request(alice: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    post(api, "pairs", PAIR)
    for path, data in (("pairs", {**PAIR, "completion": "Other."}), ("sessions", SESSION)):
        answer = post(api, path, data)
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert (Pair.objects.count(), Session.objects.count()) == (1, 0)


def test_a_request_that_fails_leaves_its_key_unused(alice: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    assert post(api, "sessions", {**SESSION, "teacher": "nobody"}).status_code == 422
    assert post(api, "sessions", SESSION).status_code == 201


def test_two_people_may_choose_the_same_key(alice: User, bob: User, api_for: ApiFor) -> None:
    ids = {post(api_for(user), "pairs", PAIR).json()["id"] for user in (alice, bob)}
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["", "x" * 101, "two words", "é"])
def test_a_key_that_is_none_is_refused(alice: User, api_for: ApiFor, key: str) -> None:
    assert post(api_for(alice), "pairs", PAIR, key=key).status_code == 422
    assert not Pair.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "data", "status"), [("sessions", SESSION, 201), ("decide", {}, 200)])
def test_requests_with_one_key_at_the_same_moment_come_to_one(
    rita: User, team: Team, api_for: ApiFor, path: str, data: dict[str, Any], status: int
) -> None:
    api, start = api_for(rita), Barrier(4)
    if path == "decide":
        path, data = f"pairs/{make_pair(team).pk}/decide", {"verdict": "approve", "version": 1}

    def send(_: int) -> tuple[int, str]:
        start.wait()
        try:
            answer = post(ApiClient(api.token), path, data)
            return answer.status_code, answer.json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(send, range(4)))
    assert {number for number, _ in found} == {status}
    assert len(found) == 1
    assert Session.objects.count() + Decision.objects.count() == 1
    assert Job.objects.count() <= 1
