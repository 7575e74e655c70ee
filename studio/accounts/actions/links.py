"""One-time links that sign a person in without a password."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from studio.accounts.actions.log import record_everywhere
from studio.accounts.models import SignInLink, User
from studio.web.errors import StudioError

LINK_LIFE = timedelta(hours=24)


class LinkGone(StudioError):
    """This link has been used, was withdrawn or has expired. Ask for a new one."""

    status = 410


def digest(secret: str) -> str:
    """How links and tokens are stored; they are long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_sign_in_link(user: User) -> str:
    """The address of a link that signs the person in once, within 24 hours; links made for them before end."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        withdraw_links(user)
        SignInLink.objects.create(user=user, token_hash=digest(secret), expires=timezone.now() + LINK_LIFE)
    return settings.STUDIO_BASE_URL + reverse("accounts:sign_in_link", args=[secret])


def withdraw_links(user: User) -> None:
    """End the person's unused sign-in links."""
    user.sign_in_links.filter(used=None).delete()


def use_sign_in_link(secret: str) -> User:
    """The person to sign in; the link is used up by this. Raises LinkGone."""
    now = timezone.now()
    open_links = SignInLink.objects.filter(token_hash=digest(secret), used=None, expires__gt=now, user__is_active=True)
    with transaction.atomic():
        link = open_links.select_related("user").first()
        if link is None or not SignInLink.objects.filter(pk=link.pk, used=None).update(used=now):
            raise LinkGone
        record_everywhere(link.user, "member.signed_in_by_link")
    return link.user


def is_open(secret: str) -> bool:
    """Whether the link could be used now."""
    return SignInLink.objects.filter(token_hash=digest(secret), used=None, expires__gt=timezone.now()).exists()
