"""A page of the team's sessions: filtered, sorted, by keyset."""

from typing import Any

from studio.accounts.models import Team
from studio.web.paging import BY_AGE, Page, keyset_page, row_at
from teacher.models import Session

_LONG = ("given_draft", "evidence", "versions", "cause", "draft", "best_text", "claims", "critique", "models_used")


def session_page(team: Team, filters: dict[str, Any]) -> Page[Session]:
    """The sessions that fit the filters of the FilterForm. The cursor is a session's id; a vanished one is none."""
    sessions = Session.objects.of(team)
    rows = sessions.select_related("created_by").defer(*_LONG)
    if filters["state"]:
        rows = rows.filter(state=filters["state"])
    if filters["q"]:
        rows = rows.filter(question__icontains=filters["q"])
    return keyset_page(
        rows,
        sort=filters["sort"] or "-created",
        fields=BY_AGE | {"cost": "cost_usd"},
        before=row_at(sessions, filters["before"]),
        after=row_at(sessions, filters["after"]),
    )
