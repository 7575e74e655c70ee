"""API tokens: bearer secrets of one person for one team, shown once and stored as a hash."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from studio.accounts.access import SCOPES, Actor, Scope, actor_for, require
from studio.accounts.actions.links import digest
from studio.accounts.actions.log import record
from studio.accounts.models import ApiToken, Team, User
from studio.web.errors import Forbidden

TOKEN_PREFIX = "acx_"  # noqa: S105  the public beginning of every token


def create_token(actor: Actor, *, name: str, scopes: list[Scope], days: int = 0) -> tuple[ApiToken, str]:
    """A token of the actor for the team they work in; raises Forbidden for a scope beyond their rights.

    days: how long it lives; 0 means until it is revoked.
    """
    beyond = [scope for scope in scopes if not SCOPES[scope] <= actor.rights]
    if beyond:
        raise Forbidden(f"Your role does not reach as far as a token that may {' and '.join(beyond)}.")
    expires = timezone.now() + timedelta(days=days) if days else None
    return create_api_token(actor.user, actor.team, name=name, scopes=scopes, expires=expires)


def create_api_token(
    user: User, team: Team, *, name: str, scopes: list[Scope], expires: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is never shown again. Whatever its scopes, it can do no more than the role."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            team=team,
            name=name,
            scopes=scopes,
            prefix=secret[:10],
            token_hash=digest(secret),
            expires=expires,
        )
        record(team, "token.created", {**_named(token), "scopes": scopes}, by=user)
    return token, secret


def revoke_token(actor: Actor, token: ApiToken) -> None:
    """End a token: one's own, or with the right to administer anybody's in the team. A second time changes nothing."""
    if token.user_id != actor.user.pk:
        require(actor, "administer")
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
            record(token.team, "token.revoked", _named(token), by=actor.user)


def revoke_all(tokens: QuerySet[ApiToken]) -> None:
    """End tokens whose holder lost their place; the caller writes down why."""
    tokens.filter(revoked=None).update(revoked=timezone.now())


def actor_of_token(secret: str) -> Actor | None:
    """Who acts with this token, or None when it is unknown, revoked or expired, or its holder lost their place."""
    now = timezone.now()
    token = ApiToken.objects.usable().filter(token_hash=digest(secret)).select_related("user", "team").first()
    if token is None:
        return None
    if token.last_used is None or now - token.last_used > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return actor_for(token.user, token.team, scopes=token.scopes)


def _named(token: ApiToken) -> dict[str, str]:
    return {"token_id": str(token.pk), "name": token.name, "prefix": token.prefix}
