"""A page of the team's sessions: filtered, sorted, by keyset, so that page 200 costs what page 1 costs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Value
from django.db.models.functions import Coalesce

from studio.accounts.models import Team
from teacher.models import Session, SessionQuerySet

PAGE = 50
_FIELDS = {"created": "id", "score": "sort_score", "cost": "cost_usd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """sessions: of this page. previous, next: ids to page `before` and `after`, or None."""

    sessions: list[Session]
    previous: UUID | None
    next: UUID | None


def session_page(team: Team, filters: dict[str, Any]) -> Page:
    """The sessions that fit the filters of the FilterForm. The cursor is a session's id; a vanished one is none."""
    rows = _sortable(team).select_related("created_by").defer("evidence", "claims", "critique", "draft", "best_text")
    if filters["state"]:
        rows = rows.filter(state=filters["state"])
    if filters["q"]:
        rows = rows.filter(question__icontains=filters["q"])
    sort = filters["sort"] or "-created"
    field, descending = _FIELDS[sort.lstrip("-")], sort.startswith("-")
    cursor_id = filters["before"] or filters["after"]
    cursor = _sortable(team).filter(pk=cursor_id).first() if cursor_id else None
    backwards = cursor is not None and filters["before"] is not None
    if cursor is not None:
        rows = rows.filter(_beyond(cursor, field, descending=descending != backwards))
    sign = "-" if descending != backwards else ""
    order = [f"{sign}id"] if field == "id" else [f"{sign}{field}", f"{sign}id"]
    found = list(rows.order_by(*order)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_previous, has_next = (more, True) if backwards else (cursor is not None, more)
    return Page(
        sessions=found,
        previous=found[0].pk if found and has_previous else None,
        next=found[-1].pk if found and has_next else None,
    )


def state_counts(team: Team) -> dict[str, int]:
    """How many sessions the team has in each state; every state is named."""
    found = dict(Session.objects.of(team).values_list("state").annotate(Count("pk")).order_by())
    return {state: found.get(state, 0) for state in Session.State.values}


def _sortable(team: Team) -> SessionQuerySet:
    """Sessions with a score to sort by: those without one come below all others in both databases."""
    return Session.objects.of(team).annotate(sort_score=Coalesce("score", Value(Decimal(-1))))


def _beyond(cursor: Session, field: str, *, descending: bool) -> Q:
    compare = "lt" if descending else "gt"
    if field == "id":
        return Q(**{f"id__{compare}": cursor.pk})
    value = getattr(cursor, field)
    return Q(**{f"{field}__{compare}": value}) | Q(**{field: value, f"id__{compare}": cursor.pk})
