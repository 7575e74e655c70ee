"""The door to a team's documents."""

from uuid import UUID

from studio.accounts.access import Actor, Right, team_object
from studio.vault.models import Document
from studio.web.errors import Forbidden


def access_document(actor: Actor, pk: UUID | str, right: Right = "read") -> Document:
    """A document of the actor's team."""
    return team_object(Document.objects.select_related("collection", "uploaded_by"), actor, pk, right=right)


def may_forget(actor: Actor, document: Document) -> bool:
    """People may have forgotten what they uploaded; admins anything."""
    return actor.may("administer") or (actor.may("upload") and document.uploaded_by_id == actor.user.pk)


def require_forget(actor: Actor, document: Document) -> None:
    """Raise Forbidden unless the actor may have the document forgotten."""
    if not may_forget(actor, document):
        raise Forbidden("Only who uploaded a document, or an admin, can have it forgotten.", code="needs_administer")
