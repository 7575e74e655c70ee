"""Event kinds of the stream `vault:<team id>`, and who may watch it. Titles are in them, document text never is."""

from studio.accounts.access import is_member
from studio.accounts.kinds import LogEntry
from studio.accounts.models import User
from studio.events.kinds import Payload, kind
from studio.events.watch import watch


@watch("vault")
def may_watch_vault(user: User, object_id: str) -> bool:
    """Members see what happens in their team's vault."""
    return is_member(user, object_id)


@kind("document.stored")
class DocumentStored(Payload):
    """A file came in, or waits to be read again."""

    document_id: str
    title: str
    size: int


@kind("document.progressed")
class DocumentProgressed(Payload):
    """percent: of the indexing; stage: what is being done."""

    document_id: str
    percent: int
    stage: str


@kind("document.ready")
class DocumentReady(Payload):
    """Its passages can be found."""

    document_id: str
    title: str
    kind: str
    chunks: int


@kind("document.failed")
class DocumentFailed(Payload):
    """Its text could not be read; reason is a sentence for people."""

    document_id: str
    title: str
    reason: str


@kind("document.changed")
class DocumentChanged(Payload):
    """It got another title or collection."""

    document_id: str
    title: str


@kind("document.forgotten")
class DocumentForgotten(Payload):
    """Its file, text, passages and vectors are gone."""

    document_id: str
    title: str
    sha256: str


@kind("document.removed")
class DocumentRemoved(LogEntry):
    """The same for the team's log."""

    says = "{actor} forgot the document “{title}” (SHA-256 {sha256})"
    document_id: str
    title: str
    sha256: str
