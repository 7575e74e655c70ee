"""API of conversations: ask, ask on, read."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Field, Router, Schema, Status
from pydantic import WithJsonSchema

from studio.accounts.idempotency import IdempotencyKey, once
from studio.accounts.requests import ApiRequest
from studio.chat import actions
from studio.chat.access import access_conversation, access_message
from studio.chat.models import Citation, Conversation, Message
from studio.web.http import Problem

router = Router(tags=["Conversations"])
# Described where it stands: in the OpenAPI document two classes named State would be one.
State = Annotated[Message.State, WithJsonSchema({"type": "string", "enum": Message.State.values})]


class Question(Schema):
    """A question to the team's documents."""

    question: str = Field(max_length=actions.LONGEST_QUESTION)


class FollowUp(Question):
    """A question in a conversation; parent: the answer it is asked below, without one the newest."""

    parent: UUID | None = None


class Asked(Schema):
    """Where the answer will be: read the conversation until its state is no longer `streaming`."""

    id: UUID
    question_id: UUID
    answer_id: UUID
    state: State


class CitationOut(Schema):
    """A proved citation: `quote` is exactly the document's text[start:end]; `n` is its number in the answer.

    text_sha256: digest of the document's text at that time.
    """

    n: int
    document_id: UUID
    chunk_id: int
    title: str
    start: int
    end: int
    quote: str
    text_sha256: str


class PassageOut(Schema):
    """A passage that the answerer was given: the document's text[start:end]."""

    document_id: UUID
    chunk_id: int
    title: str
    start: int
    end: int
    score: float


class MessageOut(Schema):
    """A question or an answer. removed: citations that did not stand and were taken out of the text.

    passages: what the answer was looked for in, best first; where an answer cites nothing, the places to look oneself.
    """

    id: UUID
    parent: UUID | None
    role: Message.Role
    state: State
    text: str
    error: str
    model: str
    endpoint: str
    tokens: int
    cost_usd: Decimal | None
    citations: list[CitationOut]
    removed: int
    passages: list[PassageOut]
    created: datetime


class ConversationOut(Schema):
    """A conversation with all its messages, oldest first; alternatives have the same parent."""

    id: UUID
    title: str
    created: datetime
    messages: list[MessageOut]


@router.post("/conversations", response={201: Asked}, summary="Ask a question")
def create_conversation(request: ApiRequest, data: Question, key: IdempotencyKey = None) -> Status[Asked]:
    answer = once(request, key, data, Message, lambda: actions.start_conversation(request.auth, data.question))
    return Status(201, _asked(answer))


@router.post(
    "/conversations/{uuid:pk}/messages", response={201: Asked, 409: Problem}, summary="Ask on in a conversation"
)
def create_message(request: ApiRequest, pk: UUID, data: FollowUp, key: IdempotencyKey = None) -> Status[Asked]:
    """409 while the answer above is still being written."""
    return Status(201, _asked(once(request, key, data, Message, lambda: _ask_on(request, pk, data))))


def _ask_on(request: ApiRequest, pk: UUID, data: FollowUp) -> Message:
    conversation = access_conversation(request.auth, pk, right="ask")
    answers = conversation.messages.filter(role=Message.Role.ASSISTANT)
    if data.parent is None:
        parent = answers.order_by("created", "id").last()
    else:
        parent = access_message(conversation, data.parent, role=Message.Role.ASSISTANT)
    return actions.ask(request.auth, conversation, data.question, parent=parent)


@router.get("/conversations/{uuid:pk}", response=ConversationOut, summary="Read a conversation")
def read_conversation(request: ApiRequest, pk: UUID) -> ConversationOut:
    return conversation_out(access_conversation(request.auth, pk))


def conversation_out(conversation: Conversation) -> ConversationOut:
    """The conversation as it is read by others and handed in as a file."""
    messages = conversation.messages.order_by("created", "id").prefetch_related("citations")
    return ConversationOut(
        id=conversation.pk,
        title=conversation.title,
        created=conversation.created,
        messages=[_message(message) for message in messages],
    )


def _asked(answer: Message) -> Asked:
    assert answer.parent_id is not None  # noqa: S101  a constraint of the table
    return Asked(
        id=answer.conversation_id,
        question_id=answer.parent_id,
        answer_id=answer.pk,
        state=Message.State(answer.state),
    )


def _message(message: Message) -> MessageOut:
    citations = list(message.citations.all())
    return MessageOut(
        id=message.pk,
        parent=message.parent_id,
        role=Message.Role(message.role),
        state=Message.State(message.state),
        text=message.text,
        error=message.error,
        model=message.model,
        endpoint=message.endpoint,
        tokens=message.tokens,
        cost_usd=message.cost_usd,
        citations=[_citation(citation) for citation in citations if citation.stands],
        removed=sum(not citation.stands for citation in citations),
        passages=[PassageOut.model_validate(passage) for passage in message.passages],
        created=message.created,
    )


def _citation(citation: Citation) -> CitationOut:
    return CitationOut.model_validate(citation, from_attributes=True)
