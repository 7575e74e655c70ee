"""The door to pairs and data sets."""

from uuid import UUID

from datasets.models import Dataset, Pair
from studio.accounts.access import Actor, Right, team_object


def access_pair(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Pair:
    """The pair, with its holder loaded; 404 for other teams, 403 without the right."""
    return team_object(Pair.objects.select_related("leased_by"), actor, pk, right=right)


def access_dataset(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Dataset:
    """The data set; 404 for other teams, 403 without the right."""
    return team_object(Dataset.objects.all(), actor, pk, right=right)
