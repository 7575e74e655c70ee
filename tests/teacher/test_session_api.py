"""The API of sessions."""

import uuid

import pytest

from teacher.models import Session
from tests.jobs import run_all
from tests.teacher.sessions import EVIDENCE, FALSE_DRAFT, QUESTION

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/sessions"


def test_a_session_is_started_followed_and_read(api_for, bob):
    client = api_for(bob)
    created = client.post_json(SESSIONS, {"question": QUESTION, "draft": FALSE_DRAFT, "evidence": [EVIDENCE]})
    assert created.status_code == 201
    path = f"{SESSIONS}/{created.json()['id']}"
    assert client.get(path).json()["state"] == "queued"
    run_all()
    session = client.get(path).json()
    assert (session["state"], session["stop_reason"], session["iterations"]) == ("done", "accepted", 2)
    assert session["score"] >= 0.8
    assert session["draft"] == FALSE_DRAFT
    assert "30 days" in session["best_text"]
    assert {"text", "verdict", "quotes"} <= session["claims"][0].keys()
    assert session["claims"][0]["quotes"][0]["text"] in EVIDENCE
    assert (session["tokens"], session["cost_usd"]) == (0, 0)
    assert uuid.UUID(session["pair_id"])


def test_events_come_in_order_after_the_one_asked_for(api_for, bob):
    client = api_for(bob)
    created = client.post_json(SESSIONS, {"question": QUESTION, "evidence": [EVIDENCE]}).json()
    run_all()
    path = f"{SESSIONS}/{created['id']}/events"
    everything = client.get(path).json()
    assert [event["seq"] for event in everything["events"]] == list(range(1, everything["last_seq"] + 1))
    assert {"seq", "kind", "data", "created"} == everything["events"][0].keys()
    rest = client.get(path, {"after": 3}).json()
    assert rest["events"] == everything["events"][3:]
    end = client.get(path, {"after": everything["last_seq"]}).json()
    assert end == {"events": [], "last_seq": everything["last_seq"]}


def test_a_session_is_cancelled_once(api_for, bob):
    client = api_for(bob)
    created = client.post_json(SESSIONS, {"question": QUESTION, "evidence": [EVIDENCE]}).json()
    first = client.post_json(f"{SESSIONS}/{created['id']}/cancel", {})
    assert (first.status_code, first.json()["state"]) == (200, "cancelled")
    again = client.post_json(f"{SESSIONS}/{created['id']}/cancel", {})
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")


@pytest.mark.parametrize(
    "change",
    [
        {"question": ""},
        {"question": "   "},
        {"question": "x" * 9_000},
        {"question": None},
        {"question": "a\x00b"},
        {"question": "q", "evidence": ["half a pair: \ud83d"]},
        {"threshold": 1.5},
        {"threshold": "high"},
        {"max_iterations": 0},
        {"max_iterations": 99},
        {"evidence": "not a list"},
        {"teacher": "nobody"},
    ],
)
def test_a_request_that_makes_no_sense_is_422_and_starts_nothing(api_for, bob, change):
    response = api_for(bob).post_json(SESSIONS, {"question": QUESTION, "evidence": [EVIDENCE]} | change)
    assert response.status_code == 422
    assert not Session.objects.exists()


def test_threshold_and_iterations_are_kept(api_for, bob):
    body = {"question": QUESTION, "evidence": [EVIDENCE], "threshold": 0.95, "max_iterations": 1, "teacher": "built-in"}
    api_for(bob).post_json(SESSIONS, body)
    session = Session.objects.get()
    assert (str(session.threshold), session.max_iterations, session.teacher) == ("0.950", 1, "built-in")


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30])
def test_a_cursor_that_is_no_number_is_422(api_for, bob, after):
    client = api_for(bob)
    created = client.post_json(SESSIONS, {"question": QUESTION, "evidence": [EVIDENCE]}).json()
    assert client.get(f"{SESSIONS}/{created['id']}/events", {"after": after}).status_code == 422


def test_without_a_token_nothing_is_answered(client):
    assert client.get(f"{SESSIONS}/{uuid.uuid4()}").status_code == 401


def test_all_evidence_that_is_given_is_kept(api_for, bob):
    texts = [f"Passage {n}. " + "Goods may be returned. " * 170 for n in range(50)]
    created = api_for(bob).post_json(SESSIONS, {"question": QUESTION, "evidence": texts})
    assert created.status_code == 201
    assert [entry["text"] for entry in Session.objects.get().evidence] == [text.strip() for text in texts]


@pytest.mark.parametrize("texts", [["x"] * 51, ["x" * 100_000, "y" * 100_001]], ids=["many", "long"])
def test_evidence_that_would_not_fit_is_refused_and_not_shortened(api_for, bob, texts):
    assert api_for(bob).post_json(SESSIONS, {"question": QUESTION, "evidence": texts}).status_code == 422
    assert not Session.objects.exists()
