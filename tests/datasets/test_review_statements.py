"""How many SQL statements the review takes; those that only open and close transactions are not counted."""

from collections.abc import Callable
from copy import copy
from uuid import uuid4

from django.test import Client

from datasets.access import access_pair
from datasets.actions import claim_pairs, decide_pair
from datasets.models import Dataset, Pair
from studio.accounts.access import actor_for
from studio.accounts.models import Team, User
from tests.conftest import ApiClient
from tests.datasets.pairs import make_pair
from tests.datasets.statements import statements

Clients = Callable[[User], Client]
SIGN_IN = 4  # every page: the session, the person, their team, their role in it


def many(team: Team, number: int) -> None:
    first = make_pair(team)
    rows = []
    for count in range(number - 1):
        row = copy(first)
        row.pk, row.session_id, row.score = uuid4(), uuid4(), (count % 1000) / 1000
        rows.append(row)
    Pair.objects.bulk_create(rows)


def test_a_decision_and_the_next_pair_take_at_most_10_statements(team: Team, rita: User) -> None:
    for _ in range(6):
        make_pair(team)
    actor = actor_for(rita, team)
    assert actor is not None
    [first] = claim_pairs(actor, limit=1)
    with statements() as found:
        decide_pair(actor, access_pair(actor, first.pk), verdict="approve", version=1, text="Edited.")
        assert len(claim_pairs(actor, limit=1, without=[first.pk])) == 1
    assert len(found) <= 10, "\n".join(found)


def test_the_whole_request_adds_only_the_sign_in(team: Team, rita: User, client_for: Clients) -> None:
    pairs = [make_pair(team) for _ in range(6)]
    client = client_for(rita)
    client.get("/review/")
    data = {"verdict": "approve", "version": 1, "have": [str(pair.pk) for pair in pairs[1:4]]}
    with statements() as found:
        answer = client.post(f"/pairs/{pairs[0].pk}/decide/", data, headers={"HX-Request": "true"})
    assert str(pairs[4].pk) in answer.content.decode()
    assert len(found) <= 10 + SIGN_IN, "\n".join(found)


def test_the_list_takes_the_same_statements_for_20_and_for_2000_pairs(
    team: Team, rita: User, client_for: Clients
) -> None:
    client = client_for(rita)
    counts = []
    for number in (20, 1980):
        many(team, number)
        middle = Pair.objects.order_by("id")[Pair.objects.count() // 2]
        for query in ("", "?sort=-score", f"?after={middle.pk}&status=proposed", f"?before={middle.pk}&sort=score"):
            with statements() as found:
                assert client.get(f"/pairs/{query}").status_code == 200
            counts.append(len(found))
    assert Dataset.objects.count() == 1
    assert counts[:4] == counts[4:]


def test_the_api_s_list_takes_the_same_statements_for_20_and_for_2000_pairs(
    team: Team, rita: User, api_for: Callable[..., ApiClient]
) -> None:
    api = api_for(rita)
    api.get("/api/v1/pairs")  # notes that the token was used
    counts = []
    for number in (20, 1980):
        many(team, number)
        with statements() as found:
            assert len(api.get("/api/v1/pairs", {"limit": 20}).json()["results"]) == 20
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_the_queue_takes_the_same_statements_for_20_and_for_2000_pairs(
    team: Team, rita: User, client_for: Clients
) -> None:
    client = client_for(rita)
    counts = []
    for number in (20, 1980):
        many(team, number)
        with statements() as found:
            assert client.get("/review/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
