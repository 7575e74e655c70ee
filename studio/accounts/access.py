"""Who acts, what they may do, and the one door to a team's objects."""

from dataclasses import dataclass
from typing import Literal, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404

from studio.accounts.models import ApiToken, Invitation, Membership, Role, Team, User
from studio.web.errors import Forbidden

Right = Literal["read", "ask", "upload", "teach", "propose", "review", "export", "administer", "own"]
Scope = Literal["read", "write", "review", "export", "admin"]
M = TypeVar("M", bound=Model)

_MEMBER: frozenset[Right] = frozenset({"read", "ask", "upload", "teach", "propose"})
_REVIEWER: frozenset[Right] = _MEMBER | {"review"}
_ADMIN: frozenset[Right] = _REVIEWER | {"export", "administer"}
RIGHTS: dict[str, frozenset[Right]] = {
    Role.MEMBER: _MEMBER,
    Role.REVIEWER: _REVIEWER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN | {"own"},
}
SCOPES: dict[Scope, frozenset[Right]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"ask", "upload", "teach", "propose"}),
    "review": frozenset({"review"}),
    "export": frozenset({"export"}),
    "admin": frozenset({"administer"}),
}
_NEEDS: dict[Right, str] = {
    "review": "Only reviewers, admins and owners decide pairs.",
    "export": "Only admins and owners export data sets and manage signing keys.",
    "administer": "Only admins and owners change the team.",
    "own": "Only an owner may do this.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person acting in one team, through the browser or with an API token.

    rights: what role and token scopes together allow.
    """

    user: User
    team: Team
    role: str
    rights: frozenset[Right]

    def may(self, right: Right) -> bool:
        return right in self.rights


def actor_for(user: User, team: Team, *, scopes: list[Scope] | None = None) -> Actor | None:
    """The person in that team, or None when they are not in it or not active; scopes narrow what the role allows."""
    membership = Membership.objects.filter(user=user, team=team).select_related("user", "team").first()
    return actor_of(membership, scopes=scopes) if membership else None


def actor_of(membership: Membership, *, scopes: list[Scope] | None = None) -> Actor | None:
    """Who acts by that membership, or None when the person is not active."""
    if not membership.user.is_active:
        return None
    rights = RIGHTS[membership.role]
    if scopes is not None:
        rights &= frozenset().union(*(SCOPES[scope] for scope in scopes if scope in SCOPES))
    return Actor(user=membership.user, team=membership.team, role=membership.role, rights=rights)


def require(actor: Actor, right: Right) -> None:
    """Raise Forbidden (403) unless the actor has the right."""
    if not actor.may(right):
        raise Forbidden(_NEEDS.get(right, "Your role or token does not allow this."), code=f"needs_{right}")


def team_object(queryset: QuerySet[M], actor: Actor, pk: UUID | str | int, *, right: Right = "read") -> M:
    """The object with that id in the actor's team: 404 when there is none, 403 when the right is missing.

    queryset: of a model with a `team` field. Every `access_*` function is a thin wrapper of this one, so nothing of
    another team is ever told apart from nothing at all.
    """
    require(actor, "read")
    try:
        found = queryset.filter(team=actor.team, pk=pk).first()
    except (ValueError, ValidationError):
        found = None
    if found is None:
        raise Http404("There is nothing at this address, or it belongs to another team.")
    require(actor, right)
    return found


def access_member(actor: Actor, pk: int, right: Right = "read") -> Membership:
    """A member of the actor's team."""
    return team_object(Membership.objects.select_related("user", "team"), actor, pk, right=right)


def access_invitation(actor: Actor, pk: UUID, right: Right = "administer") -> Invitation:
    """An invitation to the actor's team."""
    return team_object(Invitation.objects.all(), actor, pk, right=right)


def access_token(actor: Actor, pk: UUID) -> ApiToken:
    """A token for the actor's team that they may see: their own, or anybody's for those who administer."""
    tokens = ApiToken.objects.select_related("team")
    return team_object(tokens if actor.may("administer") else tokens.filter(user=actor.user), actor, pk)


def is_member(user: User, team_id: UUID | str) -> bool:
    """Whether the person may see what the team sees; used by watch rules, which know no current team."""
    return _membership(user, team_id) is not None


def may_administer(user: User, team_id: UUID | str) -> bool:
    """Whether the person may see what only those who administer the team do; for watch rules too. Never by a token."""
    membership = _membership(user, team_id)
    return membership is not None and user.only_team is None and "administer" in RIGHTS[membership.role]


def _membership(user: User, team_id: UUID | str) -> Membership | None:
    """The place of an active person in a team that they may watch now."""
    try:
        found = Membership.objects.filter(user=user, team_id=team_id).first()
    except (ValueError, ValidationError):
        return None
    is_theirs = found is not None and user.is_active and user.only_team in (None, found.team_id)
    return found if is_theirs else None
