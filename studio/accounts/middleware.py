"""Puts the actor on each request: the signed-in person in the team they work in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Team, User
from studio.web.http import Forbidden

TEAM_KEY = "team"


class NoTeam(Forbidden):
    """You are in no team yet. Ask a team's owner for an invitation link."""


def actor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """`request.actor`, looked up when first used; raises NoTeam for people without a team."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: current_actor(request))  # type: ignore[attr-defined]  # on our HttpRequest
        return get_response(request)

    return middleware


def current_actor(request: HttpRequest) -> Actor:
    """The person in the team that the session names, else in the team they joined first."""
    user = request.user
    if not isinstance(user, User):
        raise NoTeam("Sign in first.")
    chosen = request.session.get(TEAM_KEY)
    teams = Team.objects.filter(memberships__user=user).order_by("memberships__created")
    team = teams.filter(pk=chosen).first() if chosen else None
    found = actor_for(user, team) if team else None
    if found is None:
        team = teams.first()
        found = actor_for(user, team) if team else None
    if found is None:
        raise NoTeam(NoTeam.__doc__ or "")
    return found
