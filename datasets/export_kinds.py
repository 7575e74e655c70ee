"""Event kinds and watch rules of exports, keys and imports."""

from django.core.exceptions import ValidationError

from datasets.models import Export, Import
from studio.accounts.access import is_member
from studio.accounts.kinds import LogEntry
from studio.accounts.models import User
from studio.events.kinds import Payload, kind
from studio.events.watch import watch


@watch("export")
def may_watch_export(user: User, object_id: str) -> bool:
    """Members follow the exports of their team."""
    return _is_of_team(user, object_id, Export)


@watch("import")
def may_watch_import(user: User, object_id: str) -> bool:
    """Members follow the imports of their team."""
    return _is_of_team(user, object_id, Import)


@watch("datasets")
def may_watch_datasets(user: User, object_id: str) -> bool:
    """Members see what happens to their team's exports and keys."""
    return is_member(user, object_id)


def _is_of_team(user: User, object_id: str, model: type[Export] | type[Import]) -> bool:
    try:
        team = model._default_manager.filter(pk=object_id).values_list("team_id", flat=True).first()
    except (ValueError, ValidationError):
        return False
    return team is not None and is_member(user, team)


@kind("export.started")
class ExportStarted(Payload):
    """Approved pairs were taken for an export."""

    export_id: str
    rows: int


@kind("export.ordered")
class ExportOrdered(LogEntry):
    says = "{actor} ordered version {version} of “{dataset}”, {rows} pairs"
    export_id: str
    rows: int
    dataset: str
    version: str


@kind("export.progressed")
class ExportProgressed(Payload):
    """So many of the rows are written; said about once a second."""

    done: int
    rows: int


@kind("export.finished")
class ExportFinished(Payload):
    """The export is signed and complete."""

    export_id: str
    rows: int
    key_id: str


@kind("export.waiting")
class ExportWaiting(Payload):
    """The export is written and waits for the signature of an outside key."""

    export_id: str


@kind("export.failed")
class ExportFailed(Payload):
    """The export ended without a result; nothing has left."""

    export_id: str
    reason: str


@kind("keys.changed")
class KeysChanged(Payload):
    """A signing key was made, retired or revoked."""

    key_id: str
    change: str


@kind("key.changed")
class KeyChanged(LogEntry):
    """change: made, added (its public half) or revoked."""

    says = "{actor} {change} the signing key “{name}” ({key_id})"
    key_id: str
    name: str
    change: str


@kind("key.shared")
class KeyShared(LogEntry):
    """A secret for frames, which is shared with those who read them."""

    says = "{actor} made the frame secret “{signer_id}” ({fingerprint})"
    signer_id: str
    fingerprint: str


@kind("import.changed")
class ImportChanged(Payload):
    """An import has moved on."""

    import_id: str
    state: str
