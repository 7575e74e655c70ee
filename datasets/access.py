"""The door to pairs, data sets, exports, keys and imports."""

from uuid import UUID

from datasets.models import Dataset, Export, Import, Pair, SigningKey
from studio.accounts.access import Actor, Right, team_object


def access_pair(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Pair:
    """The pair, with its holder loaded; 404 for other teams, 403 without the right."""
    return team_object(Pair.objects.select_related("leased_by"), actor, pk, right=right)


def access_dataset(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Dataset:
    """The data set; 404 for other teams, 403 without the right."""
    return team_object(Dataset.objects.all(), actor, pk, right=right)


def access_export(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Export:
    """The export with its data set; 404 for other teams, 403 without the right."""
    found = Export.objects.select_related("team", "dataset", "supersedes", "created_by", "ledger_entry")
    return team_object(found, actor, pk, right=right)


def access_key(actor: Actor, pk: UUID | str, *, right: Right = "read") -> SigningKey:
    """The signing key; 404 for other teams, 403 without the right."""
    return team_object(SigningKey.objects.all(), actor, pk, right=right)


def access_import(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Import:
    """The import; 404 for other teams, 403 without the right."""
    return team_object(Import.objects.select_related("team", "dataset"), actor, pk, right=right)
