"""The list of all pairs, one pair with its history, and decisions about many."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from datasets.actions import claim_pairs, decide_pair
from datasets.models import Dataset, Decision, Pair, default_dataset
from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Team, User
from tests.datasets.pairs import make_pair

Clients = Callable[[User], Client]


@pytest.fixture
def actor(rita: User, team: Team) -> Actor:
    found = actor_for(rita, team)
    assert found is not None
    return found


@pytest.fixture
def rita_client(rita: User, client_for: Clients) -> Client:
    return client_for(rita)


def titles(response: Any) -> list[str]:
    return re.findall(r'class="title" href="[^"]+">([^<]+)<', response.content.decode())


def test_the_list_is_filtered_by_every_part_of_its_address(team: Team, actor: Actor, rita_client: Client) -> None:
    default_dataset(team)
    other = Dataset.objects.create(team=team, name="Other")
    make_pair(team, instruction="First seal", score="0.2")
    make_pair(team, instruction="Second seal", score="0.7", dataset=other)
    third = make_pair(team, instruction="Third whale", score="0.9", completion="It is a SEAL too.")
    decide_pair(actor, third, verdict="approve", version=1)
    for query, found in {
        "": ["Third whale", "Second seal", "First seal"],
        "?sort=created": ["First seal", "Second seal", "Third whale"],
        "?sort=-score": ["Third whale", "Second seal", "First seal"],
        "?sort=score": ["First seal", "Second seal", "Third whale"],
        "?status=proposed": ["Second seal", "First seal"],
        "?status=approved": ["Third whale"],
        "?q=seal": ["Third whale", "Second seal", "First seal"],
        "?q=second+SEAL": ["Second seal"],
        f"?dataset={other.pk}": ["Second seal"],
        "?least=0.7": ["Third whale", "Second seal"],
        "?least=0.3&most=0.8": ["Second seal"],
        "?sort=bogus&status=bogus&least=x&dataset=x": ["Third whale", "Second seal", "First seal"],
        "?q=%25": [],
    }.items():
        assert titles(rita_client.get(f"/pairs/{query}")) == found, query


def test_the_list_counts_its_states(team: Team, actor: Actor, rita_client: Client) -> None:
    pairs = [make_pair(team) for _ in range(3)]
    decide_pair(actor, pairs[0], verdict="approve", version=1)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", rita_client.get("/pairs/").content.decode()))
    assert "All 3 To review 2 Approved 1 Rejected 0" in page


def test_an_empty_list_says_what_it_is_for_and_an_empty_search_what_to_do(team: Team, rita_client: Client) -> None:
    assert "No pairs yet" in rita_client.get("/pairs/").content.decode()
    make_pair(team)
    assert "No pair matches" in rita_client.get("/pairs/?q=zebra").content.decode()


def test_the_list_says_who_is_on_a_pair(team: Team, actor: Actor, rita_client: Client) -> None:
    make_pair(team)
    claim_pairs(actor, limit=1)
    assert "Rita is on it" in rita_client.get("/pairs/").content.decode()


def test_the_pages_of_a_pair_are_the_team_s_alone(team: Team, bob: User, charlie: User, client_for: Clients) -> None:
    pair = make_pair(team)
    assert client_for(bob).get(f"/pairs/{pair.pk}/").status_code == 200
    assert client_for(charlie).get(f"/pairs/{pair.pk}/").status_code == 404
    assert titles(client_for(charlie).get("/pairs/")) == []
    assert client_for(charlie).get(f"/pairs/?after={pair.pk}").status_code == 200


def test_a_pair_shows_its_history_with_edits_and_reasons(team: Team, actor: Actor, rita_client: Client) -> None:
    pair = make_pair(team)
    decide_pair(actor, pair, verdict="approve", version=1, text="Twenty hours exactly.", seconds=31)
    decision = Decision.objects.get()
    page = rita_client.get(f"/pairs/{pair.pk}/").content.decode()
    assert "Approved with an edit" in page
    assert "Twenty hours exactly." in page
    assert decision.digest in page
    assert "after 31 s" in page


def test_a_decision_is_taken_back_from_the_page_of_the_pair(team: Team, actor: Actor, rita_client: Client) -> None:
    pair = make_pair(team)
    decide_pair(actor, pair, verdict="reject", version=1, reason_code="style")
    response = rita_client.post(f"/pairs/{pair.pk}/undo/", {"version": 1})
    assert response.url == f"/pairs/{pair.pk}/"
    assert Pair.objects.get().is_proposed
    assert rita_client.post(f"/pairs/{pair.pk}/undo/", {"version": 1}).status_code == 409
    assert rita_client.post(f"/pairs/{pair.pk}/undo/", {"version": "x"}).status_code == 422


def test_an_owner_takes_over_from_the_page_of_the_pair(
    team: Team, actor: Actor, alice: User, client_for: Clients
) -> None:
    pair = make_pair(team)
    claim_pairs(actor, limit=1)
    client = client_for(alice)
    assert "Take over" in client.get(f"/pairs/{pair.pk}/").content.decode()
    assert client.post(f"/pairs/{pair.pk}/take-over/").url == f"/review/?pair={pair.pk}"
    assert Pair.objects.get().holder == alice


def bulk(client: Client, pairs: list[Pair], **data: str) -> Any:
    return client.post("/pairs/bulk/", {"pair": [f"{pair.pk}:1" for pair in pairs], **data})


def test_many_are_decided_only_after_a_page_that_says_what_will_happen(
    team: Team, actor: Actor, rita_client: Client
) -> None:
    pairs = [make_pair(team) for _ in range(3)]
    decide_pair(actor, pairs[2], verdict="reject", version=1, reason="No.")
    asked = bulk(rita_client, pairs, verdict="approve")
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "Approve 2 pairs?" in page
    assert "1 of the selected pairs is decided already" in page
    assert Pair.objects.approved().count() == 0
    done = bulk(rita_client, pairs, verdict="approve", confirm="1")
    assert done.status_code == 302
    assert Pair.objects.approved().count() == 2


def test_many_are_not_rejected_without_a_reason(team: Team, rita_client: Client) -> None:
    pairs = [make_pair(team) for _ in range(2)]
    refused = bulk(rita_client, pairs, verdict="reject", confirm="1")
    assert refused.status_code == 422
    assert "A rejection needs a reason" in refused.content.decode()
    assert bulk(rita_client, pairs, verdict="reject", confirm="1", reason_code="style").status_code == 302
    assert Pair.objects.filter(status="rejected").count() == 2


def test_nothing_selected_leads_back_to_the_list(team: Team, rita_client: Client) -> None:
    assert bulk(rita_client, [], verdict="approve").url == "/pairs/"
    assert rita_client.post("/pairs/bulk/", {"pair": ["x:1", "1"], "verdict": "approve"}).url == "/pairs/"


def test_pairs_of_another_team_are_not_among_the_many(team: Team, charlie: User, rita_client: Client) -> None:
    theirs = make_pair(charlie.teams.get())
    bulk(rita_client, [theirs], verdict="approve", confirm="1")
    assert Pair.objects.get().is_proposed
