"""A person's own page."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from studio.accounts.actions import end_sessions
from studio.accounts.forms import ProfileForm, posted
from studio.accounts.models import User
from studio.web.http import HttpRequest


def profile(request: HttpRequest) -> HttpResponse:
    """One's name, password and sessions."""
    user = request.actor.user
    form = ProfileForm(posted(request), initial={"name": user.name})
    if form.is_valid():
        User.objects.filter(pk=user.pk).update(name=form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
        return redirect("accounts:profile")
    context = {"form": form, "person": user}
    return render(request, "accounts/profile.html", context, status=422 if form.is_bound else 200)


@require_POST
def profile_end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out in every other browser."""
    user = request.actor.user
    end_sessions(user)
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    messages.success(request, "You are signed out everywhere but here.")
    return redirect("accounts:profile")
