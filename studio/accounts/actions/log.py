"""What a team is told about itself: changed counts, and who did what to people and the ways in."""

from collections.abc import Mapping
from typing import Any

from studio.accounts.kinds import What
from studio.accounts.models import Team, User
from studio.events.actions import append


def announce(team: Team, what: What) -> None:
    """Tell open pages that something which they count or list has changed."""
    append(f"team:{team.pk}", "team.changed", {"what": what})


def record(team: Team, kind: str, data: Mapping[str, Any], *, by: User | None) -> None:
    """Write down who changed people or the ways in, inside the transaction of the change. Never give it a secret."""
    append(f"team:{team.pk}", kind, data, actor=by)
    announce(team, "members")


def person(user: User) -> dict[str, Any]:
    """How entries name a person: readable even after the account is gone."""
    return {"user_id": user.pk, "name": str(user)}
