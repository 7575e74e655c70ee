"""Bearer tokens of the API, and who they say one is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.security import HttpBearer

from studio import __version__
from studio.accounts.access import Actor
from studio.accounts.actions import actor_of_token
from studio.web import views

router = Router(tags=["People"])


class BearerToken(HttpBearer):
    """`Authorization: Bearer <token>`; `request.auth` is the actor."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return actor_of_token(token)


class Self(Schema):
    """rights: what role and scopes together allow, by name."""

    version: str
    user: str
    email: str
    team: str
    team_id: UUID
    role: str
    rights: list[str]


@router.get("/", response=Self, summary="Who this token speaks for")
def who_am_i(request: HttpRequest) -> Self:
    actor: Actor = request.auth  # type: ignore[attr-defined]  # set by the bearer authentication
    return Self(
        version=__version__,
        user=str(actor.user),
        email=actor.user.email,
        team=actor.team.name,
        team_id=actor.team.pk,
        role=actor.role,
        rights=sorted(actor.rights),
    )


class Health(Schema):
    """status: "ok", or "no database" with 503."""

    status: str
    version: str


@router.get(
    "/health", auth=None, response={200: Health, 503: Health}, tags=["Health"], summary="Whether the studio is well"
)
def health(request: HttpRequest) -> HttpResponse:
    """For load balancers and watchers; needs no token."""
    return views.health(request)
