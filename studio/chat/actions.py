"""What people do with conversations: ask, edit, regenerate, stop, rename, delete, bring back."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from studio.accounts.access import Actor, require
from studio.accounts.actions import announce
from studio.accounts.models import Team
from studio.chat.models import Conversation, Message
from studio.events.actions import append
from studio.events.models import Stream
from studio.jobs.actions import cancel, enqueue
from studio.web.errors import Conflict, Invalid

LONGEST_QUESTION = 8_000
LONGEST_TITLE = 120
KEPT_AFTER_DELETION = timedelta(days=7)
JOB = "chat.answer_message"


def start_conversation(actor: Actor, question: str) -> Message:
    """Begin a conversation with a question; returns the answer, which a job will write."""
    require(actor, "ask")
    question = _checked(question)
    with transaction.atomic():
        conversation = Conversation.objects.create(team=actor.team, title=_title(question), created_by=actor.user)
        answer = _ask(actor, conversation, question, parent=None)
        announce(actor.team, "conversations")
    return answer


def ask(actor: Actor, conversation: Conversation, question: str, *, parent: Message | None) -> Message:
    """Put a question below an answer, or as another beginning when there is no parent; returns the new answer.

    Raises Conflict while the answer above is still being written.
    """
    require(actor, "ask")
    question = _checked(question)
    if parent is not None and parent.state == Message.State.STREAMING:
        raise Conflict("The answer above is still being written. Wait for it, or stop it.", code="answer_streaming")
    with transaction.atomic():
        return _ask(actor, conversation, question, parent=parent)


def edit_question(actor: Actor, question: Message, text: str) -> Message:
    """Ask again in other words, beside the first wording; returns the new answer."""
    require(actor, "ask")
    text = _checked(text)
    with transaction.atomic():
        return _ask(actor, question.conversation, text, parent=question.parent)


def regenerate(actor: Actor, answer: Message) -> Message:
    """Have the same question answered once more, beside the first answer.

    Raises Conflict while the first answer is still being written.
    """
    require(actor, "ask")
    if answer.state == Message.State.STREAMING:
        raise Conflict("This answer is still being written. Stop it first.", code="answer_streaming")
    question = answer.parent
    if question is None:
        raise Invalid("This answer has no question.")
    with transaction.atomic():
        return _answer_to(actor, question)


def stop_answer(answer: Message) -> bool:
    """End an answer where it is and keep its text; returns False when it had ended already."""
    with transaction.atomic():
        streaming = Message.objects.filter(pk=answer.pk, state=Message.State.STREAMING)
        stopped = streaming.update(state=Message.State.STOPPED, finished=timezone.now())
        if stopped:
            cancel(JOB, answer.job_key)
            append(answer.conversation.stream, "answer.stopped", {"message_id": str(answer.pk)})
    return bool(stopped)


def rename_conversation(actor: Actor, conversation: Conversation, title: str) -> None:
    """Give a conversation another title."""
    require(actor, "ask")
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(f"A title has 1 to {LONGEST_TITLE} characters.", code="bad_title")
    with transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(title=title)
        append(conversation.stream, "conversation.renamed", {"title": title}, actor=actor.user)
        announce(conversation.team, "conversations")


def delete_conversation(actor: Actor, conversation: Conversation) -> None:
    """Put a conversation out of sight; it can be brought back for a week."""
    require(actor, "ask")
    with transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk, deleted=None).update(deleted=timezone.now())
        for answer in conversation.messages.filter(state=Message.State.STREAMING).select_related("conversation"):
            stop_answer(answer)
        announce(conversation.team, "conversations")
    forget_deleted(conversation.team)


def restore_conversation(actor: Actor, conversation: Conversation) -> None:
    """Bring a deleted conversation back."""
    require(actor, "ask")
    with transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(deleted=None)
        announce(conversation.team, "conversations")


def forget_deleted(team: Team) -> int:
    """Remove for good what was deleted more than a week ago, with its events; returns how many conversations."""
    due = Conversation.objects.filter(team=team, deleted__lt=timezone.now() - KEPT_AFTER_DELETION)
    forgotten = 0
    for conversation in due[:100]:
        with transaction.atomic():
            answers = conversation.messages.filter(role=Message.Role.ASSISTANT).values_list("pk", flat=True)
            streams = [conversation.stream, *(answer_stream(pk) for pk in answers)]
            Stream.objects.filter(name__in=streams).delete()
            conversation.delete()
        forgotten += 1
    return forgotten


def answer_stream(message_id: object) -> str:
    """Name of the stream in which the flow of one answer is recorded; nobody watches it."""
    return f"answer:{message_id}"


def _ask(actor: Actor, conversation: Conversation, question: str, *, parent: Message | None) -> Message:
    message = Message.objects.create(
        conversation=conversation, parent=parent, role=Message.Role.USER, text=question, created_by=actor.user
    )
    return _answer_to(actor, message)


def _answer_to(actor: Actor, question: Message) -> Message:
    """An empty answer and the job that writes it; within the caller's transaction."""
    conversation = question.conversation
    answer = Message.objects.create(
        conversation=conversation,
        parent=question,
        role=Message.Role.ASSISTANT,
        state=Message.State.STREAMING,
        created_by=actor.user,
    )
    Conversation.objects.filter(pk=conversation.pk).update(updated=answer.created)
    ids = {"message_id": str(question.pk), "answer_id": str(answer.pk)}
    append(conversation.stream, "question.asked", ids, actor=actor.user)
    enqueue(JOB, key=answer.job_key, team=actor.team, message_id=str(answer.pk))
    return answer


def _checked(question: str) -> str:
    question = question.replace("\r\n", "\n").replace("\x00", "").strip()
    if not question:
        raise Invalid("Write a question first.", code="empty_question")
    if len(question) > LONGEST_QUESTION:
        raise Invalid(f"A question has at most {LONGEST_QUESTION:,} characters.", code="long_question")
    return question


def _title(question: str) -> str:
    """The question's first line, shortened at a word."""
    line = " ".join(question.split())
    if len(line) <= 80:
        return line
    return line[:80].rsplit(" ", 1)[0].rstrip(".,;:") + "…"
