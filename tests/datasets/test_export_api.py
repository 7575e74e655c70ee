"""Exports and statistics through the API."""

import pytest

from datasets.actions import undo_decision
from datasets.core import keys
from datasets.models import Export
from tests.datasets.approved import acting, approve, finish, make_approved, run_as_worker
from tests.datasets.pairs import make_pair


@pytest.fixture
def pairs(rita, team):
    return make_approved(acting(rita, team), 3)


def test_an_export_is_started_followed_and_fetched(alice, api_for, pairs, settings) -> None:
    api = api_for(alice)
    started = api.post_json("/api/v1/exports", {"min_quality": 0.75, "frames": True})
    assert started.status_code == 201
    assert (started.json()["rows"], started.json()["state"]) == (3, "building")
    address = f"/api/v1/exports/{started.json()['id']}"
    assert api.get(f"{address}/archive").json()["code"] == "not_ready"
    run_as_worker(settings)
    found = api.get(address).json()
    assert (found["state"], found["rows"], found["ledger_seq"]) == ("ready", 3, 2)
    assert {"name", "sha256", "size"} == set(found["files"][0])
    assert "frames/train.fn" in {file["name"] for file in found["files"]}
    listed = keys.read_list(keys.write_list(keys.read_list(_bytes(api.get("/api/v1/keys").content))))
    assert listed.find(found["key_fingerprint"]) is not None
    packed = api.get(f"{address}/archive")
    assert b"".join(packed.streaming_content)[:2] == b"PK"
    assert [row["id"] for row in api.get("/api/v1/exports").json()] == [found["id"]]


def _bytes(data: bytes) -> bytes:
    import json

    return json.dumps(json.loads(data), sort_keys=True, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    "body",
    [
        {"min_quality": 2},
        {"min_quality": "much"},
        {"layouts": ["nonsense"]},
        {"version": "x" * 41},
        {"min_quality": 0.99},
        {"dataset": "nonsense"},
    ],
)
def test_a_wish_that_cannot_be_met_is_a_problem(alice, api_for, pairs, body) -> None:
    answer = api_for(alice).post_json("/api/v1/exports", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert not Export.objects.exists()


def test_strangers_and_tokens_without_the_scope_are_refused(alice, rita, charlie, api_for, pairs, settings) -> None:
    export = finish(acting(alice, alice.teams.get()), settings)
    stranger = api_for(charlie)
    assert stranger.get(f"/api/v1/exports/{export.pk}").status_code == 404
    assert stranger.get(f"/api/v1/exports/{export.pk}/archive").status_code == 404
    assert stranger.post_json("/api/v1/exports", {"dataset": str(export.dataset_id)}).status_code == 404
    assert stranger.get("/api/v1/exports").json() == []
    assert api_for(rita).post_json("/api/v1/exports", {}).status_code == 403
    assert api_for(alice, ["read"]).post_json("/api/v1/exports", {}).status_code == 403
    assert api_for(alice, ["read"]).get(f"/api/v1/exports/{export.pk}").status_code == 200


def test_statistics_count_states_quality_and_people(alice, rita, team, api_for, settings) -> None:
    actor = acting(rita, team)
    for score in ("0.97", "0.9", "0.8", "0.4"):
        make_approved(actor, 1, score=score, instruction=f"At {score}?")
    make_approved(actor, 1, score=None, instruction="Without?")
    make_pair(team, instruction="Waiting?")
    finish(acting(alice, team), settings)
    found = api_for(alice).get("/api/v1/statistics").json()
    assert found["total"] == 6
    assert (found["states"]["approved"], found["states"]["proposed"]) == (5, 1)
    assert found["quality"] == {"excellent": 1, "good": 1, "acceptable": 1, "poor": 1}
    assert (found["minimum"], found["maximum"], found["scored"]) == (0.4, 0.97, 4)
    assert found["teachers"] == [["built-in", 5]]
    assert found["approvers"] == [["Rita", 5]]
    assert found["signers"][0][1] == 1


def test_the_bounds_of_quality_belong_to_the_better_class(alice, rita, team, api_for) -> None:
    for score in ("0.95", "0.85", "0.75", "0.749"):
        make_approved(acting(rita, team), 1, score=score, instruction=f"At {score}?")
    found = api_for(alice).get("/api/v1/statistics").json()
    assert found["quality"] == {"excellent": 1, "good": 1, "acceptable": 1, "poor": 1}


def test_statistics_are_new_after_every_change(alice, rita, team, api_for, settings) -> None:
    api, actor = api_for(alice), acting(rita, team)

    def figures() -> tuple[int, int, int]:
        found = api.get("/api/v1/statistics").json()
        return found["states"]["proposed"], found["states"]["approved"], len(found["signers"])

    assert figures() == (0, 0, 0)
    pair = make_pair(team)
    assert figures() == (1, 0, 0)
    approve(actor, pair)
    assert figures() == (0, 1, 0)
    undo_decision(actor, pair, version=1)
    assert figures() == (1, 0, 0)
    approve(actor, pair)
    finish(acting(alice, team), settings)
    assert figures() == (0, 1, 1)
