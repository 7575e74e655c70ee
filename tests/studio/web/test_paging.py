"""Lists by keyset, over rows with ties and without values."""

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.accounts.models import Team
from studio.web.ids import as_uuid, uuid7
from studio.web.paging import BY_AGE, Page, keyset_page, ordered, row_at
from teacher.models import Session

FIELDS = BY_AGE | {"cost": "cost_usd"}
SORTS = [sign + name for name in ("created", "score", "cost", "state") for sign in ("", "-")]

score = st.none() | st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)])
row = st.tuples(score, st.sampled_from([Decimal(0), Decimal("0.01")]), st.sampled_from(["done", "failed", "queued"]))


def make_sessions(team: Team, rows: list[tuple[Any, ...]]) -> QuerySet[Session]:
    Session.objects.all().delete()
    Session.objects.bulk_create(
        Session(team=team, question="Why?", score=score, cost_usd=cost, state=state) for score, cost, state in rows
    )
    return Session.objects.filter(team=team)


def page(rows: QuerySet[Session], sort: str, size: int, **edges: str | None) -> Page[Session]:
    found = {name: row_at(rows, as_uuid(cursor or "")) for name, cursor in edges.items()}
    return keyset_page(rows, sort=sort, fields=FIELDS, size=size, **found)


def in_order(rows: QuerySet[Session], sort: str) -> list[Session]:
    """What the order means, said in Python."""
    name = sort.removeprefix("-")
    field = FIELDS.get(name, name)

    def key(session: Session) -> tuple[Any, ...]:
        value = getattr(session, field)
        return (value is not None, value if value is not None else 0, session.pk)

    return sorted(rows, key=key, reverse=sort.startswith("-"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(row, max_size=14), sort=st.sampled_from(SORTS), size=st.integers(1, 5))
def test_walking_forward_and_back_visits_each_row_once_in_order(
    team: Team, rows: list[tuple[Any, ...]], sort: str, size: int
) -> None:
    sessions = make_sessions(team, rows)
    whole = in_order(sessions, sort)
    assert list(ordered(sessions, sort, FIELDS)) == whole
    here = page(sessions, sort, size)
    forward = [here.rows]
    while here.next is not None:
        here = page(sessions, sort, size, after=here.next)
        forward.append(here.rows)
    assert [session for part in forward for session in part] == whole
    assert {len(part) for part in forward[:-1]} <= {size}
    back = [here.rows]
    while here.previous is not None:
        here = page(sessions, sort, size, before=here.previous)
        back.insert(0, here.rows)
    assert back == forward


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_is_one_statement(team: Team, sort: str, django_assert_num_queries: Any) -> None:
    sessions = make_sessions(team, [(None, Decimal(0), "done")] * 5)
    middle = sessions.order_by("pk")[2]
    for edges in ({}, {"before": middle}, {"after": middle}):
        with django_assert_num_queries(1):
            keyset_page(sessions, sort=sort, fields=FIELDS, size=2, **edges)


def test_an_edge_need_not_be_stored_nor_fit_the_filters(team: Team) -> None:
    sessions = make_sessions(team, [(Decimal(0), Decimal(0), "done"), (Decimal(1), Decimal(0), "done")])
    edge = Session(score=Decimal("0.5"), state="failed")
    (found,) = keyset_page(sessions.filter(state="done"), sort="-score", after=edge).rows
    assert found.score == 0


def test_a_cursor_that_names_no_row_is_none(team: Team) -> None:
    sessions = make_sessions(team, [])
    assert row_at(sessions, None) is row_at(sessions, uuid7()) is as_uuid("nonsense") is None
