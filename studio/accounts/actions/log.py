"""What a team is told about itself: changed counts, and who did what to people and the ways in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from studio.accounts.kinds import What
from studio.accounts.models import Team, User
from studio.accounts.whence import whence
from studio.events.actions import append, forget


def announce(team: Team, what: What) -> None:
    """Tell open pages that something which they count or list has changed."""
    append(f"team:{team.pk}", "team.changed", {"what": what})


def forget_announcements(*, older_than: timedelta = timedelta(days=14)) -> int:
    """Delete what open pages were told long ago; returns how many events."""
    teams = Team.objects.order_by("pk").values_list("pk", flat=True)
    return sum(forget(f"team:{pk}", older_than=older_than) for pk in teams)


def record(team: Team, kind: str, data: Mapping[str, Any], *, by: User | None, what: What | None = "members") -> None:
    """Write into the team's log who did what and from where, inside the transaction of the change. Never give it a
    secret. what: of which open pages hear; None where no page shows it."""
    append(f"log:{team.pk}", kind, {**data, "by": str(by or ""), **whence()}, actor=by)
    if what:
        announce(team, what)


def record_everywhere(user: User, kind: str, **more: Any) -> None:
    """Write something that a person did with their account into the log of each of their teams."""
    for team in user.teams.order_by("pk"):
        record(team, kind, {**person(user), **more}, by=user, what=None)


def person(user: User) -> dict[str, Any]:
    """How entries name a person: readable even after the account is gone."""
    return {"user_id": user.pk, "name": str(user)}
