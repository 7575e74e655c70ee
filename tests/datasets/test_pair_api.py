"""Pairs through API v1."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from datasets.models import Pair
from studio.accounts.models import Team, User
from tests.conftest import ApiClient
from tests.datasets.pairs import CLAIMS, COMPLETION, EVIDENCE, make_pair

Api = Callable[..., ApiClient]
BASE = "/api/v1/pairs"
SHORT = {"id", "version", "status", "instruction", "draft", "completion", "score", "session_id"}


def decide(api: ApiClient, pair: Pair, **data: Any) -> Any:
    return api.post_json(f"{BASE}/{pair.pk}/decide", {"version": 1, **data})


def test_the_list_has_the_promised_fields_newest_first(team: Team, rita: User, api_for: Api) -> None:
    session = uuid4()
    old, new = make_pair(team), make_pair(team, session_id=session)
    body = api_for(rita).get(BASE).json()
    assert [row["id"] for row in body["results"]] == [str(new.pk), str(old.pk)]
    assert body["next"] is None
    row = body["results"][0]
    assert set(row) >= SHORT
    assert (row["version"], row["status"], row["score"], row["session_id"]) == (1, "proposed", 0.9, str(session))


def test_the_list_is_filtered_by_status_and_session(team: Team, rita: User, api_for: Api) -> None:
    session = uuid4()
    first, second = make_pair(team, session_id=session), make_pair(team)
    api = api_for(rita)
    decide(api, first, verdict="approve")
    ids = [row["id"] for row in api.get(BASE, {"status": "approved"}).json()["results"]]
    assert ids == [str(first.pk)]
    assert [row["id"] for row in api.get(BASE, {"status": "proposed"}).json()["results"]] == [str(second.pk)]
    assert [row["id"] for row in api.get(BASE, {"session_id": str(session)}).json()["results"]] == [str(first.pk)]
    assert api.get(BASE, {"status": "done"}).status_code == 422


def test_following_the_cursor_reads_every_pair_once(team: Team, rita: User, api_for: Api) -> None:
    made = [str(make_pair(team).pk) for _ in range(7)]
    api, seen, cursor = api_for(rita), [], ""
    for _ in range(3):
        body = api.get(BASE, {"limit": 3, "cursor": cursor}).json()
        seen += [row["id"] for row in body["results"]]
        cursor = body["next"] or ""
    assert (seen, cursor) == (made[::-1], "")


def test_a_cursor_is_a_place_in_the_order_whether_or_not_its_pair_is_there(
    team: Team, rita: User, api_for: Api
) -> None:
    old, gone, new = (make_pair(team) for _ in range(3))
    cursor = str(gone.pk)
    gone.delete()
    page = api_for(rita).get(BASE, {"cursor": cursor}).json()
    assert [row["id"] for row in page["results"]] == [str(old.pk)]
    assert str(new.pk) > cursor
    assert api_for(rita).get(BASE, {"cursor": "x"}).status_code == 422


def test_a_pair_is_proposed_from_outside(team: Team, bob: User, api_for: Api) -> None:
    data = {"instruction": "Why?", "completion": "Because.", "evidence": ["It is so."], "claims": CLAIMS[:1]}
    response = api_for(bob).post_json(BASE, {**data, "score": 0.87, "teachers": [{"model": "m", "provider": "p"}]})
    assert response.status_code == 201
    pair = Pair.objects.get(pk=response.json()["id"])
    assert (pair.status, pair.proposed_by, str(pair.score)) == ("proposed", bob, "0.870")
    assert pair.provenance["origin"] == "api"
    assert pair.evidence[0]["n"] == 1


@pytest.mark.parametrize(
    "data",
    [
        {"instruction": "Why?"},
        {"instruction": "Why?", "completion": " "},
        {"instruction": "Why?", "completion": "Because.", "score": 2},
        {"instruction": "W\u0000", "completion": "Because."},
        {"instruction": "W\ud800", "completion": "Because."},
        {"instruction": "Why?", "completion": "Because.", "claims": [{"text": "x", "verdict": "MAYBE"}]},
    ],
)
def test_a_proposal_that_cannot_be_used_is_a_problem(team: Team, bob: User, api_for: Api, data: Any) -> None:
    response = api_for(bob).post_json(BASE, data)
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Pair.objects.exists()


def test_a_pair_is_read_with_its_evidence_and_decisions(team: Team, rita: User, api_for: Api) -> None:
    pair, api = make_pair(team), api_for(rita)
    decide(api, pair, verdict="reject", reason="No.")
    body = api.get(f"{BASE}/{pair.pk}").json()
    assert [passage["text"] for passage in body["evidence"]] == [passage["text"] for passage in EVIDENCE]
    assert body["claims"][0]["quotes"][0]["text"] == "lasts 18 hours"
    decision = body["decisions"][0]
    assert (decision["verdict"], decision["reviewer"], decision["reason"]) == ("reject", "Rita", "No.")
    assert (decision["edited"], decision["position"], len(decision["digest"])) == (False, 1, 64)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"verdict": "approve"}, "approved"),
        ({"verdict": "reject", "reason": "No."}, "rejected"),
        ({"verdict": "reject", "reason_code": "style"}, "rejected"),
        ({"verdict": "send_back"}, "sent_back"),
    ],
)
def test_a_decision_answers_with_the_pair_as_it_is_then(
    team: Team, rita: User, api_for: Api, data: dict[str, str], status: str
) -> None:
    response = decide(api_for(rita), make_pair(team), **data)
    assert (response.status_code, response.json()["status"]) == (200, status)


def test_an_edited_text_is_approved_exactly(team: Team, rita: User, api_for: Api) -> None:
    pair = make_pair(team)
    text = "Edited.\r\n  With spaces \n"
    assert decide(api_for(rita), pair, verdict="approve", text=text).json()["completion"] == text
    pair.refresh_from_db()
    assert pair.completion == text


@pytest.mark.parametrize("version", [1, 2])
def test_a_second_decision_is_a_conflict(team: Team, rita: User, alice: User, api_for: Api, version: int) -> None:
    pair = make_pair(team)
    decide(api_for(rita), pair, verdict="approve")
    response = decide(api_for(alice), pair, verdict="reject", reason="No.", version=version)
    assert response.status_code == 409
    assert "Rita approved" in response.json()["title"]
    pair.refresh_from_db()
    assert (pair.status, pair.completion) == ("approved", COMPLETION)


def test_a_rejection_without_a_reason_is_a_problem(team: Team, rita: User, api_for: Api) -> None:
    response = decide(api_for(rita), make_pair(team), verdict="reject")
    assert (response.status_code, response.json()["code"]) == (422, "needs_reason")


def test_strangers_find_no_pair(team: Team, charlie: User, api_for: Api) -> None:
    pair, api = make_pair(team), api_for(charlie)
    assert api.get(BASE).json()["results"] == []
    assert api.get(f"{BASE}/{pair.pk}").status_code == 404
    assert decide(api, pair, verdict="approve").status_code == 404
    assert api.get(BASE, {"cursor": str(pair.pk)}).json()["results"] == []


def test_members_do_not_decide(team: Team, bob: User, api_for: Api) -> None:
    pair = make_pair(team)
    assert decide(api_for(bob), pair, verdict="approve").status_code == 403
    assert Pair.objects.get().is_proposed


@pytest.mark.parametrize(("scopes", "statuses"), [(["read"], (200, 403, 403)), (["read", "write"], (200, 201, 403))])
def test_a_token_does_what_its_scopes_say(
    team: Team, alice: User, api_for: Api, scopes: list[str], statuses: tuple[int, ...]
) -> None:
    pair, api = make_pair(team), api_for(alice, scopes)
    proposed = api.post_json(BASE, {"instruction": "Why?", "completion": "Because."}).status_code
    assert (api.get(BASE).status_code, proposed, decide(api, pair, verdict="approve").status_code) == statuses


def test_the_data_set_of_another_team_is_not_found(team: Team, bob: User, charlie: User, api_for: Api) -> None:
    theirs = make_pair(charlie.teams.get()).dataset
    data = {"instruction": "Why?", "completion": "Because.", "dataset": str(theirs.pk)}
    assert api_for(bob).post_json(BASE, data).status_code == 404
