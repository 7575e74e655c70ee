"""Websockets of programs: they come with an API token instead of a session."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser

from studio.accounts.actions import actor_of_token
from studio.accounts.models import User

App = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """The person of a token that may read, bound to the token's team; nobody once it is revoked."""

    secret: str = field(repr=False)

    def __call__(self) -> User | AnonymousUser:
        actor = actor_of_token(self.secret)
        if actor is None or not actor.may("read"):
            return AnonymousUser()
        actor.user.only_team = actor.team.pk
        return actor.user


class BearerToken:
    """An ASGI application in front of two: with `Authorization: Bearer …` the first, otherwise the second.

    No page can make a browser send that header, so the first needs no check of the origin.
    """

    def __init__(self, app: App, *, otherwise: App) -> None:
        self._app = app
        self._otherwise = otherwise

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        header = dict(scope.get("headers", ())).get(b"authorization", b"").decode("latin-1")
        scheme, _, secret = header.partition(" ")
        if scheme.lower() == "bearer" and secret:
            return await self._app({**scope, "who": TokenHolder(secret.strip())}, receive, send)
        return await self._otherwise(scope, receive, send)
