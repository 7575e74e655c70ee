"""The team page: members, invitations, tokens, what happened last; and changing teams."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from studio.accounts.access import Actor, require
from studio.accounts.actions import create_team, leave_team, rename_team
from studio.accounts.forms import InvitationForm, TeamForm, TokenForm, posted, roles_for
from studio.accounts.middleware import TEAM_KEY
from studio.accounts.models import ApiToken, Invitation, Membership, Team
from studio.accounts.requests import HttpRequest
from studio.accounts.views.log import lines, log_of
from studio.events.queries import last_seq
from studio.web.htmx import render_partial
from studio.web.http import safe_next

LATEST = 8


@never_cache
@require_safe
def team_detail(request: HttpRequest) -> HttpResponse:
    """Who is in the team, the ways in, and what happened; htmx gets the members alone."""
    context = team_context(request)
    return render_partial(request, "accounts/team_detail.html", context, part="accounts/_members.html")


def team_context(request: HttpRequest, **forms: Any) -> dict[str, Any]:
    """What the team page shows. forms: bound forms to show instead of fresh ones."""
    actor = request.actor
    stream, is_admin = f"team:{actor.team.pk}", actor.may("administer")
    tokens = ApiToken.objects.usable().filter(team=actor.team).select_related("user").order_by("-pk")
    return {
        "stream": stream,
        "last_seq": last_seq(stream),
        "members": Membership.objects.filter(team=actor.team).select_related("user").order_by("created", "pk"),
        "roles": roles_for(actor),
        "is_admin": is_admin,
        "is_owner": actor.may("own"),
        "invitations": _open_invitations(actor),
        "tokens": tokens if is_admin else tokens.filter(user=actor.user),
        "lines": lines(log_of(actor).select_related("actor").order_by("-seq"), LATEST) if is_admin else [],
        "team_form": TeamForm(initial={"name": actor.team.name}, auto_id="team_%s"),
        "invitation_form": InvitationForm(actor=actor, auto_id="invitation_%s"),
        "token_form": TokenForm(actor=actor, auto_id="token_%s"),
        **forms,
    }


def _open_invitations(actor: Actor) -> Any:
    if not actor.may("administer"):
        return Invitation.objects.none()
    return Invitation.objects.usable().filter(team=actor.team).select_related("invited_by").order_by("-pk")


@require_POST
def team_rename(request: HttpRequest) -> HttpResponse:
    """Another name for the team."""
    require(request.actor, "administer")
    form = TeamForm(request.POST, auto_id="team_%s")
    if not form.is_valid():
        return render(request, "accounts/team_detail.html", team_context(request, team_form=form), status=422)
    rename_team(request.actor, form.cleaned_data["name"])
    messages.success(request, "The team has a new name.")
    return redirect("accounts:team_detail")


@require_POST
def team_leave(request: HttpRequest) -> HttpResponse:
    """The person leaves the team they work in."""
    left = request.actor.team
    leave_team(request.actor)
    request.session.pop(TEAM_KEY, None)
    messages.success(request, f"You have left {left}.")
    return redirect("home")


def team_create(request: HttpRequest) -> HttpResponse:
    """An owner starts another team and works in it from now on."""
    require(request.actor, "own")
    form = TeamForm(posted(request))
    if form.is_valid():
        team = create_team(request.actor.user, form.cleaned_data["name"])
        request.session[TEAM_KEY] = str(team.pk)
        messages.success(request, f"{team} is ready. Invite people below.")
        return redirect("accounts:team_detail")
    return render(request, "accounts/team_create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def team_switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's teams."""
    team = _own_team(request, request.POST.get("team", ""))
    request.session[TEAM_KEY] = str(team.pk)
    return redirect(safe_next(request, "/"))


def _own_team(request: HttpRequest, pk: str | UUID) -> Team:
    try:
        return Team.objects.get(pk=pk, memberships__user=request.actor.user)
    except (Team.DoesNotExist, ValidationError, ValueError):
        raise Http404("You are in no such team.") from None
