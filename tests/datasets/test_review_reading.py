"""What a reviewer reads and narrows: the filter and its count, drawn changes, problems, marks, the undone edit."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from datasets.cards import Card
from datasets.models import Pair
from studio.accounts.models import Team, User
from tests.datasets.pairs import EVIDENCE, make_pair

Clients = Callable[[User], Client]


@pytest.fixture
def reviewer(rita: User, client_for: Clients) -> Client:
    return client_for(rita)


def cards_in(client: Client, address: str) -> list[str]:
    return re.findall(r'data-card="([0-9a-f-]+)"', client.get(address).content.decode())


def test_the_queue_is_narrowed_by_score_teacher_and_whose_it_is(
    team: Team, rita: User, alice: User, reviewer: Client
) -> None:
    deep = {"origin": "api", "teachers": [{"model": "DeepSeek-chat", "provider": "x"}]}
    low, taught, mine = (
        make_pair(team, instruction="Low?", score="0.4"),
        make_pair(team, instruction="Taught?", provenance=deep),
        make_pair(team, instruction="Mine?"),
    )
    Pair.objects.exclude(pk=mine.pk).update(proposed_by=alice)
    Pair.objects.filter(pk=mine.pk).update(proposed_by=rita)
    for query, wanted in (
        ("most=0.5", [low]),
        ("least=0.5", [taught, mine]),
        ("teacher=deepseek", [taught]),
        ("mine=on", [mine]),
        ("least=0.95", []),
    ):
        assert cards_in(reviewer, f"/review/?{query}") == [str(pair.pk) for pair in wanted], query
        listed = reviewer.get(f"/pairs/?{query}").content.decode()
        assert [pair for pair in (low, taught, mine) if str(pair.pk) in listed] == wanted, query


@pytest.mark.parametrize("address", ["/review/", "/review/counts/"])
def test_the_count_above_a_filtered_queue_is_that_of_the_filter(team: Team, reviewer: Client, address: str) -> None:
    for score in ("0.4", "0.9", "0.9"):
        make_pair(team, score=score)
    assert "<b>3</b> left" in reviewer.get(address).content.decode()
    narrowed = reviewer.get(f"{address}?most=0.5").content.decode()
    assert "<b>1</b> of 3 left" in narrowed
    assert 'hx-get="/review/counts/?most=0.5"' in narrowed


@pytest.mark.parametrize(("draft", "went"), [("It lasts 12 hours.", "12"), ("", "18")])
def test_the_changes_of_a_text_are_drawn_against_the_draft_or_the_completion(
    team: Team, reviewer: Client, draft: str, went: str
) -> None:
    pair = make_pair(team, draft=draft, completion="It lasts 18 hours.", claims=[], evidence=[])
    answer = reviewer.post(f"/pairs/{pair.pk}/preview/", {"text": "It lasts 20 hours.\r\n"}).content.decode()
    assert f"<del>{went}</del><ins>20</ins>" in answer
    assert "\r" not in answer


def test_a_text_that_cannot_be_stored_has_no_changes(team: Team, reviewer: Client) -> None:
    pair = make_pair(team)
    assert reviewer.post(f"/pairs/{pair.pk}/preview/", {"text": "a\x00b"}).status_code == 422


def test_a_card_sums_up_what_is_wrong_with_its_claims(team: Team) -> None:
    def claim(verdict: str, *quotes: str) -> dict[str, Any]:
        return {"text": "It is so.", "verdict": verdict, "quotes": [{"n": 1, "text": quote} for quote in quotes]}

    claims = [claim("CONTRADICTED", "18 hours"), claim("NOT_FOUND"), claim("SUPPORTED", "99 hours"), claim("SUPPORTED")]
    assert Card(make_pair(team, claims=claims)).problems == [
        ("CONTRADICTED", "1 contradicted"),
        ("NOT_FOUND", "1 not found"),
        ("CONTRADICTED", "1 misquoted"),
    ]
    assert Card(make_pair(team, claims=[claim("SUPPORTED", "18 hours")])).problems == []


def test_marked_words_say_which_claim_rests_on_them(team: Team) -> None:
    marks = [
        (stretch.text, stretch.claim) for passage in Card(make_pair(team)).evidence for stretch in passage.stretches
    ]
    assert [mark for mark in marks if mark[1]] == [("lasts 18 hours", 1), ("two hours", 2)]
    assert "".join(text for text, _ in marks) == "".join(str(passage["text"]) for passage in EVIDENCE)


def test_an_undone_approval_gives_the_edit_back(team: Team, reviewer: Client) -> None:
    pair = make_pair(team)
    reviewer.post(f"/pairs/{pair.pk}/decide/", {"version": 1, "verdict": "approve", "text": "My own words."})
    by_script = reviewer.post("/review/undo/", headers={"HX-Request": "true"}).content.decode()
    assert re.search(r"<textarea[^>]*data-text[^>]*>\nMy own words\.</textarea>", by_script)
    without = reviewer.get(f"/review/?pair={pair.pk}").content.decode()
    assert "My own words.</textarea>" in without
    pair.refresh_from_db()
    assert pair.completion != "My own words."


def test_evidence_opens_its_document_at_the_marked_words(team: Team, reviewer: Client) -> None:
    passage = {**EVIDENCE[0], "document_id": "0199aaaa-0000-7000-8000-000000000001"}
    make_pair(team, evidence=[passage])
    assert "?start=100&amp;end=139#span" in reviewer.get("/review/").content.decode()
