"""Event kinds and the watch rule of conversations.

Folding the `answer.*` events of a message gives its text at every moment: `grew` keeps the first `at` characters
(Unicode code points) and appends `text`; `restarted` empties it.
"""

from django.core.exceptions import ValidationError

from studio.accounts.access import is_member
from studio.accounts.models import User
from studio.chat.models import Conversation
from studio.events.kinds import Payload, kind
from studio.events.watch import watch


@watch("conversation")
def may_watch_conversation(user: User, object_id: str) -> bool:
    """Members of its team."""
    try:
        conversation = Conversation.objects.kept().filter(pk=object_id).only("team_id").first()
    except (ValueError, ValidationError):
        return False
    return conversation is not None and is_member(user, conversation.team_id)


@kind("question.asked")
class QuestionAsked(Payload):
    """A question was put, and an empty answer stands below it."""

    message_id: str
    answer_id: str


@kind("answer.grew")
class AnswerGrew(Payload):
    message_id: str
    at: int
    text: str


@kind("answer.restarted")
class AnswerRestarted(Payload):
    """The worker that wrote it died; another one begins again."""

    message_id: str


@kind("answer.finished")
class AnswerFinished(Payload):
    """citations: how many stand in the text. removed: how many did not stand and were taken out."""

    message_id: str
    citations: int
    removed: int


@kind("answer.stopped")
class AnswerStopped(Payload):
    message_id: str


@kind("answer.failed")
class AnswerFailed(Payload):
    message_id: str
    error: str


@kind("conversation.renamed")
class ConversationRenamed(Payload):
    title: str
