"""The lists of the API: newest first, by state, page by page, of one's own team."""

from collections.abc import Callable
from typing import Any

import pytest

from studio.accounts.models import Team, User
from studio.vault.models import Document
from studio.web.ids import uuid7
from teacher.models import Session
from tests.conftest import ApiClient
from tests.datasets.pairs import make_pair

pytestmark = pytest.mark.django_db
ApiFor = Callable[..., ApiClient]


def document(team: Team, number: int, **fields: Any) -> Document:
    return Document.objects.create(team=team, title=f"D{number}", sha256=f"{number:064}", size=1, **fields)


def session(team: Team, number: int, **fields: Any) -> Session:
    return Session.objects.create(team=team, question=f"Q{number}?", **fields)


LISTS = [("documents", document, "failed"), ("sessions", session, "cancelled")]


@pytest.mark.parametrize(("name", "make", "state"), LISTS)
def test_a_list_is_followed_page_by_page_while_rows_come_and_go(
    alice: User, team: Team, api_for: ApiFor, name: str, make: Callable[..., Any], state: str
) -> None:
    rows = [make(team, number) for number in range(5)]
    first = api_for(alice).get(f"/api/v1/{name}?limit=2").json()
    assert [row["id"] for row in first["results"]] == [str(rows[4].pk), str(rows[3].pk)]
    make(team, 5)
    rows[3].delete()
    second = api_for(alice).get(f"/api/v1/{name}?limit=3&cursor={first['next']}").json()
    assert [row["id"] for row in second["results"]] == [str(rows[number].pk) for number in (2, 1, 0)]
    assert second["next"] is None


@pytest.mark.parametrize(("name", "make", "state"), LISTS)
def test_a_list_is_filtered_by_state(
    alice: User, team: Team, api_for: ApiFor, name: str, make: Callable[..., Any], state: str
) -> None:
    make(team, 1)
    other = make(team, 2, state=state)
    found = api_for(alice).get(f"/api/v1/{name}?state={state}").json()["results"]
    assert [(row["id"], row["state"]) for row in found] == [(str(other.pk), state)]
    assert api_for(alice).get(f"/api/v1/{name}?state=none").status_code == 422


@pytest.mark.parametrize(("name", "make", "state"), LISTS)
def test_a_list_takes_as_many_statements_for_many_rows_as_for_one(
    alice: User,
    team: Team,
    api_for: ApiFor,
    statements: Callable[[Callable[[], object]], int],
    name: str,
    make: Callable[..., Any],
    state: str,
) -> None:
    api = api_for(alice)
    api.get("/api/v1/")
    make(team, 1)
    one = statements(lambda: api.get(f"/api/v1/{name}"))
    for number in range(2, 20):
        make(team, number)
    assert statements(lambda: api.get(f"/api/v1/{name}")) == one


@pytest.mark.parametrize(("name", "make", "state"), LISTS)
def test_a_list_has_nothing_of_another_team(
    alice: User, charlie: User, team: Team, api_for: ApiFor, name: str, make: Callable[..., Any], state: str
) -> None:
    row = make(team, 1)
    for cursor in ("", row.pk, uuid7()):
        assert api_for(charlie).get(f"/api/v1/{name}?cursor={cursor}").json() == {"results": [], "next": None}


def test_data_sets_are_listed_with_their_ids(alice: User, charlie: User, team: Team, api_for: ApiFor) -> None:
    dataset = make_pair(team).dataset
    assert [row["id"] for row in api_for(alice).get("/api/v1/datasets").json()] == [str(dataset.pk)]
    assert str(dataset.pk) not in api_for(charlie).get("/api/v1/datasets").content.decode()
