"""Puts the actor on each request: the signed-in person in the team they work in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from studio.accounts.access import Actor, actor_of
from studio.accounts.models import Membership, User
from studio.accounts.whence import coming_from
from studio.web.errors import Forbidden

View = Callable[..., HttpResponseBase]
TEAM_KEY = "team"
API_PAGES = {"openapi-view", "api-root"}  # documentation, for people


class LoginRequired(LoginRequiredMiddleware):
    """Pages need a signed-in person; the API's operations check their bearer token themselves."""

    def process_view(
        self, request: HttpRequest, view_func: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match and match.app_name == "ninja" and match.url_name not in API_PAGES:
            return None
        return super().process_view(request, view_func, args, kwargs)


class NoTeam(Forbidden):
    """You are in no team. Open an invitation link of a team's owner, or sign out at /accounts/logout/."""


def actor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """`request.actor`, looked up when first used; raises NoTeam for people without a team. The log learns whence."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: current_actor(request))  # type: ignore[attr-defined]  # on our HttpRequest
        with coming_from(request):
            return get_response(request)

    return middleware


def current_actor(request: HttpRequest) -> Actor:
    """The person in the team that the session names, else in the team they joined first."""
    user = request.user
    if not isinstance(user, User):
        raise NoTeam("Sign in first.")
    chosen = request.session.get(TEAM_KEY)
    memberships = list(Membership.objects.filter(user=user).select_related("user", "team").order_by("created", "pk"))
    named = [membership for membership in memberships if str(membership.team_id) == chosen]
    found = actor_of((named or memberships)[0]) if memberships else None
    if found is None:
        raise NoTeam(NoTeam.__doc__ or "")
    return found
