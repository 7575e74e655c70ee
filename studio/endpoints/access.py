"""The door to endpoints."""

from uuid import UUID

from studio.accounts.access import Actor, Right, team_object
from studio.endpoints.models import Endpoint


def access_endpoint(actor: Actor, pk: UUID | str, *, right: Right = "administer") -> Endpoint:
    """An endpoint of the actor's team."""
    return team_object(Endpoint.objects.all(), actor, pk, right=right)
