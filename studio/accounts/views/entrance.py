"""The ways in that need no account yet: one-time links, the welcome after the first, and invitations."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from studio.accounts.actions.invitations import accept_invitation, invitation_of, sign_up
from studio.accounts.actions.links import LinkGone, is_open, use_sign_in_link
from studio.accounts.actions.sessions import remember
from studio.accounts.actions.teams import FIRST_TEAM, NOBODY, welcome_owner
from studio.accounts.forms import SignUpForm, WelcomeForm, posted
from studio.accounts.middleware import TEAM_KEY
from studio.accounts.models import Invitation, Membership, User
from studio.accounts.requests import HttpRequest
from studio.accounts.throttle import throttle
from studio.web.errors import Conflict


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows a button, so that programs which look at links do not use it up; POST signs in."""
    if request.method == "POST":
        throttle(request, "sign_in_link", tries=10, seconds=60)
        user = use_sign_in_link(secret)
        login(request, user)
        remember(request, user)
        return redirect("home" if user.has_usable_password() else "accounts:welcome")
    if not is_open(secret):
        raise LinkGone
    return render(request, "accounts/sign_in_link.html")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Who came by a sign-in link says who they are and sets a password."""
    actor = request.actor
    if actor.user.has_usable_password():
        return redirect("home")
    known = {
        "name": "" if actor.user.email == NOBODY else actor.user.name,
        "email": "" if actor.user.email == NOBODY else actor.user.email,
        "team_name": "" if actor.team.name == FIRST_TEAM else actor.team.name,
    }
    form = WelcomeForm(posted(request), actor=actor, initial=known)
    if not form.is_valid():
        return render(request, "accounts/welcome.html", {"form": form}, status=422 if form.is_bound else 200)
    answers = form.cleaned_data
    welcome_owner(
        actor,
        name=answers["name"],
        email=answers["email"],
        password=answers["password"],
        team_name=answers.get("team_name", ""),
    )
    actor.user.refresh_from_db()
    update_session_auth_hash(request, actor.user)
    remember(request, actor.user)
    return redirect("home")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Join a team: with one click when signed in, with a new account otherwise."""
    found = invitation_of(secret)
    if isinstance(request.user, User):
        return _join(request, found, secret, request.user)
    if request.method == "POST":
        throttle(request, "invitation", tries=10, seconds=60)
    form = SignUpForm(posted(request), fixed_email=found.email)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        answers = form.cleaned_data
        try:
            user = sign_up(secret, email=answers["email"], name=answers["name"], password=answers["password"])
        except Conflict as conflict:
            form.add_error("email", conflict.message)
            status = conflict.status
        else:
            login(request, user)
            remember(request, user)
            return _welcomed(request, found)
    context = {"form": form, "invitation": found, "sign_in_next": request.path}
    return render(request, "accounts/invitation.html", context, status=status)


def _join(request: HttpRequest, found: Invitation, secret: str, user: User) -> HttpResponse:
    if request.method == "POST":
        accept_invitation(secret, user)
        return _welcomed(request, found)
    if Membership.objects.filter(team=found.team, user=user).exists():
        messages.info(request, f"You are in {found.team} already; the invitation was not used.")
        return redirect("accounts:team_detail")
    is_for_other = bool(found.email) and found.email != user.email
    return render(request, "accounts/invitation_join.html", {"invitation": found, "is_for_other": is_for_other})


def _welcomed(request: HttpRequest, found: Invitation) -> HttpResponse:
    request.session[TEAM_KEY] = str(found.team_id)
    messages.success(request, f"Welcome to {found.team}. You are in as {found.get_role_display().lower()}.")
    return redirect("home")
