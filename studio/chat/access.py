"""The doors to conversations and their messages."""

from uuid import UUID

from django.http import Http404

from studio.accounts.access import Actor, Right, team_object
from studio.chat.models import Conversation, Message


def access_conversation(actor: Actor, pk: UUID | str, *, right: Right = "read") -> Conversation:
    """A conversation of the actor's team that is not deleted."""
    return team_object(Conversation.objects.kept().select_related("team"), actor, pk, right=right)


def access_deleted_conversation(actor: Actor, pk: UUID | str) -> Conversation:
    """A deleted conversation that may still be brought back."""
    return team_object(Conversation.objects.filter(deleted__isnull=False), actor, pk, right="ask")


def access_message(conversation: Conversation, pk: UUID | str, *, role: Message.Role) -> Message:
    """A message of that role in that very conversation; 404 for one of another conversation."""
    found = conversation.messages.filter(pk=pk, role=role).select_related("parent").first()
    if found is None:
        raise Http404("There is no such message in this conversation.")
    return found
