"""A person's own page: name, password, and where they are signed in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from studio.accounts.actions import end_other_sessions, end_session, open_sessions, rename
from studio.accounts.forms import ProfileForm, posted
from studio.accounts.requests import HttpRequest


def profile(request: HttpRequest) -> HttpResponse:
    """One's name, password and sessions."""
    user = request.actor.user
    form = ProfileForm(posted(request), initial={"name": user.name})
    if form.is_valid():
        rename(user, form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
        return redirect("accounts:profile")
    here = request.session.session_key
    sessions = [(session, session.session_id == here) for session in open_sessions(user)]
    context = {"form": form, "person": user, "sessions": sessions}
    return render(request, "accounts/profile.html", context, status=422 if form.is_bound else 200)


@require_POST
def profile_end_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign out in one browser."""
    end_session(request.actor.user, pk)
    messages.success(request, "You are signed out there.")
    return redirect("accounts:profile")


@require_POST
def profile_end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out in every other browser."""
    end_other_sessions(request, request.actor.user)
    messages.success(request, "You are signed out everywhere but here.")
    return redirect("accounts:profile")
