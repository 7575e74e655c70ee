"""Posts of the team page: roles and removals, invitations, tokens."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from studio.accounts.access import access_invitation, access_member, access_token, require
from studio.accounts.actions import (
    change_role,
    create_token,
    deactivate,
    invite,
    reactivate,
    remove_member,
    revoke_invitation,
    revoke_token,
)
from studio.accounts.forms import InvitationForm, RoleForm, TokenForm
from studio.accounts.requests import HttpRequest
from studio.accounts.views.team import team_context
from studio.web.errors import Conflict, Invalid


@require_POST
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    member = access_member(request.actor, pk, "administer")
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("There is no such role.")
    change_role(request.actor, member, form.cleaned_data["role"])
    messages.success(request, f"{member.user} has another role now.")
    return redirect("accounts:team_detail")


@require_POST
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a member out of the team."""
    member = access_member(request.actor, pk, "administer")
    remove_member(request.actor, member)
    messages.success(request, f"{member.user} is out of the team.")
    return redirect("accounts:team_detail")


@require_POST
def member_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a member's account."""
    member = access_member(request.actor, pk, "own")
    deactivate(request.actor, member)
    messages.success(request, f"The account of {member.user} is closed.")
    return redirect("accounts:team_detail")


@require_POST
def member_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a member's account again."""
    member = access_member(request.actor, pk, "own")
    reactivate(request.actor, member)
    messages.success(request, f"The account of {member.user} is open again.")
    return redirect("accounts:team_detail")


@never_cache
def invitation_create(request: HttpRequest) -> HttpResponse:
    """Make an invitation and show its link, once: the answer to the post is the only page that has it."""
    if request.method != "POST":
        return redirect("accounts:team_detail")
    actor = request.actor
    require(actor, "administer")
    form = InvitationForm(request.POST, actor=actor, auto_id="invitation_%s")
    status = 422
    if form.is_valid():
        try:
            invitation, secret = invite(actor, role=form.cleaned_data["role"], email=form.cleaned_data["email"])
        except Conflict as conflict:
            form.add_error("email", conflict.message)
            status = conflict.status
        else:
            link = settings.STUDIO_BASE_URL + reverse("accounts:invitation", args=[secret])
            context = {"invitation": invitation, "link": link}
            return render(request, "accounts/invitation_created.html", context, status=201)
    return render(request, "accounts/team_detail.html", team_context(request, invitation_form=form), status=status)


@require_POST
def invitation_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make an invitation useless."""
    revoke_invitation(request.actor, access_invitation(request.actor, pk))
    messages.success(request, "The invitation is revoked.")
    return redirect("accounts:team_detail")


@never_cache
def token_create(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, once, with an example of its use."""
    if request.method != "POST":
        return redirect("accounts:team_detail")
    form = TokenForm(request.POST, actor=request.actor, auto_id="token_%s")
    if not form.is_valid():
        return render(request, "accounts/team_detail.html", team_context(request, token_form=form), status=422)
    answers = form.cleaned_data
    token, secret = create_token(request.actor, name=answers["name"], scopes=answers["scopes"], days=answers["days"])
    example = f'curl -H "Authorization: Bearer {secret}" {settings.STUDIO_BASE_URL}/api/v1/'
    context = {"token": token, "secret": secret, "example": example}
    return render(request, "accounts/token_created.html", context, status=201)


@require_POST
def token_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a token."""
    revoke_token(request.actor, access_token(request.actor, pk))
    messages.success(request, "The token is revoked. Nothing can use it any more.")
    return redirect("accounts:team_detail")
