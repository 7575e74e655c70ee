"""Every change of people, teams and the ways into them."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from studio.accounts.access import Actor, Scope, actor_for
from studio.accounts.kinds import What
from studio.accounts.models import ApiToken, Team, User
from studio.events.actions import append

TOKEN_PREFIX = "acx_"  # noqa: S105  the public beginning of every token


def announce(team: Team, what: What) -> None:
    """Tell open pages that something which they count or list has changed."""
    append(f"team:{team.pk}", "team.changed", {"what": what})


def digest(secret: str) -> str:
    """How links and tokens are stored; they are long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_api_token(user: User, team: Team, *, name: str, scopes: list[Scope]) -> tuple[ApiToken, str]:
    """A new token and its secret, which is never shown again."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, team=team, name=name, scopes=scopes, prefix=secret[:10], token_hash=digest(secret)
    )
    return token, secret


def actor_of_token(secret: str) -> Actor | None:
    """Who acts with this token, or None when it is unknown, revoked or expired."""
    now = timezone.now()
    valid = ApiToken.objects.filter(Q(expires=None) | Q(expires__gt=now), token_hash=digest(secret), revoked=None)
    token = valid.select_related("user", "team").first()
    if token is None:
        return None
    if token.last_used is None or now - token.last_used > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return actor_for(token.user, token.team, scopes=token.scopes)
