"""The door to sessions."""

from uuid import UUID

from studio.accounts.access import Actor, Right, team_object
from teacher.models import Session


def access_session(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Session:
    """A session of the actor's team."""
    return team_object(Session.objects.select_related("team", "created_by"), actor, pk, right=right)
