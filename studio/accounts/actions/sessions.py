"""The browsers in which a person is signed in, and their end."""

from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from studio.accounts.actions.links import withdraw_links
from studio.accounts.actions.log import record_everywhere
from studio.accounts.models import OpenSession, User
from studio.accounts.whence import whence


def remember(request: HttpRequest, user: User) -> None:
    """Put the session in which the person has just signed in on their list."""
    request.session.save()
    OpenSession.objects.create(user=user, session_id=request.session.session_key or "", **whence())


def open_sessions(user: User) -> QuerySet[OpenSession]:
    """Where the person is signed in, the latest first."""
    return OpenSession.objects.filter(user=user, session__expire_date__gt=timezone.now()).order_by("-pk")


def end_session(user: User, pk: UUID) -> None:
    """Sign a person out in one browser; its open pages are cut off too. Raises Http404 for a session of others."""
    with transaction.atomic():
        chosen = OpenSession.objects.filter(user=user, pk=pk).values("session")
        ended, _ = Session.objects.filter(pk__in=chosen).delete()
        if not ended:
            raise Http404("You are not signed in there any more.")
        record_everywhere(user, "member.signed_out_elsewhere")


def end_sessions(user: User) -> None:
    """Sign the person out everywhere. Whoever does this to themselves and stays must renew their session's hash."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    OpenSession.objects.filter(user=user).delete()


def end_other_sessions(request: HttpRequest, user: User) -> None:
    """Sign the person out everywhere but in the browser that asks for it."""
    with transaction.atomic():
        end_sessions(user)
        record_everywhere(user, "member.signed_out_elsewhere")
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    remember(request, user)


def password_changed(request: HttpRequest, user: User) -> None:
    """What follows from a new password: nothing older lets anybody in, and this browser is the only one left."""
    with transaction.atomic():
        withdraw_links(user)
        OpenSession.objects.filter(user=user).delete()
        record_everywhere(user, "member.password_changed")
    remember(request, user)
