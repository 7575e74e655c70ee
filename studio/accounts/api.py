"""Bearer tokens of the API."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from studio.accounts.access import Actor
from studio.accounts.actions import actor_of_token


class BearerToken(HttpBearer):
    """`Authorization: Bearer <token>`; `request.auth` is the actor."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return actor_of_token(token)
