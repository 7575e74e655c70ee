"""Who may see and do what with conversations: members their team's, strangers nothing."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.chat import actions
from studio.chat.models import Conversation, Message
from studio.events.watch import may_watch
from tests.studio.chat.world import actor_of, answered

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
GETS = ["conversation_detail", "conversation_delete"]
POSTS = ["conversation_rename", "conversation_delete", "conversation_restore", "message_create"]
ON_MESSAGES = ["message_edit", "message_regenerate", "message_stop"]


@pytest.fixture
def answer(alice: User) -> Message:
    return answered(alice)


def state_of_everything() -> list[object]:
    rows = Conversation.objects.order_by("pk").values_list("title", "deleted")
    return [*rows, *Message.objects.order_by("pk").values_list("text", "state")]


@pytest.mark.parametrize("name", GETS)
def test_a_stranger_sees_nothing(client_for: ClientFor, charlie: User, answer: Message, name: str) -> None:
    assert client_for(charlie).get(reverse(f"chat:{name}", args=[answer.conversation_id])).status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_a_stranger_changes_nothing(client_for: ClientFor, charlie: User, answer: Message, name: str) -> None:
    if name == "conversation_restore":
        actions.delete_conversation(actor_of(charlie), answer.conversation)
    before = state_of_everything()
    sent = {"question": "x", "title": "x", "parent": str(answer.pk)}
    assert client_for(charlie).post(reverse(f"chat:{name}", args=[answer.conversation_id]), sent).status_code == 404
    assert state_of_everything() == before


@pytest.mark.parametrize("name", ON_MESSAGES)
def test_a_stranger_reaches_no_message(client_for: ClientFor, charlie: User, answer: Message, name: str) -> None:
    pk = answer.parent_id if name == "message_edit" else answer.pk
    before = state_of_everything()
    path = reverse(f"chat:{name}", args=[answer.conversation_id, pk])
    assert client_for(charlie).post(path, {"question": "x"}).status_code == 404
    assert state_of_everything() == before


@pytest.mark.parametrize("name", ON_MESSAGES)
def test_a_message_is_not_found_through_another_conversation(
    client_for: ClientFor, alice: User, charlie: User, answer: Message, name: str
) -> None:
    """Neither one's own through a stranger's conversation, nor a stranger's through one's own."""
    theirs = answered(charlie)
    for person, conversation, message in ((alice, answer, theirs), (charlie, theirs, answer), (alice, theirs, answer)):
        pk = message.parent_id if name == "message_edit" else message.pk
        path = reverse(f"chat:{name}", args=[conversation.conversation_id, pk])
        assert client_for(person).post(path, {"question": "x"}).status_code == 404
    assert Message.objects.count() == 4


def test_a_question_cannot_be_asked_below_a_message_of_another_conversation(
    client_for: ClientFor, alice: User, charlie: User, answer: Message
) -> None:
    path = reverse("chat:message_create", args=[answer.conversation_id])
    for parent in (answered(charlie).pk, answered(alice).pk, answer.parent_id, uuid4()):
        assert client_for(alice).post(path, {"question": "x", "parent": str(parent)}).status_code == 404
    assert answer.conversation.messages.count() == 2


@pytest.mark.parametrize(
    ("name", "wrong"), [("message_edit", "answer"), ("message_stop", "question"), ("message_regenerate", "question")]
)
def test_an_answer_is_no_question_and_the_other_way_round(
    client_for: ClientFor, alice: User, answer: Message, name: str, wrong: str
) -> None:
    pk = answer.pk if wrong == "answer" else answer.parent_id
    path = reverse(f"chat:{name}", args=[answer.conversation_id, pk])
    assert client_for(alice).post(path, {"question": "x"}).status_code == 404


def test_a_colleague_reads_and_asks_on(client_for: ClientFor, bob: User, answer: Message) -> None:
    client = client_for(bob)
    assert client.get(reverse("chat:conversation_detail", args=[answer.conversation_id])).status_code == 200
    path = reverse("chat:message_create", args=[answer.conversation_id])
    assert client.post(path, {"question": "And then?", "parent": str(answer.pk)}).status_code == 302


def test_lists_and_searches_show_the_own_team_only(client_for: ClientFor, charlie: User, answer: Message) -> None:
    queries: list[dict[str, str]] = [{}, {"q": "refunds"}, {"deleted": str(answer.conversation_id)}]
    for query in queries:
        html = client_for(charlie).get(reverse("chat:conversation_list"), query).content.decode()
        assert "When are refunds paid?" not in html


def test_the_way_back_is_offered_to_the_own_team_only(
    client_for: ClientFor, alice: User, charlie: User, answer: Message
) -> None:
    actions.delete_conversation(actor_of(alice), answer.conversation)
    restore = reverse("chat:conversation_restore", args=[answer.conversation_id])
    query = {"deleted": str(answer.conversation_id)}
    assert restore in client_for(alice).get(reverse("chat:conversation_list"), query).content.decode()
    assert restore not in client_for(charlie).get(reverse("chat:conversation_list"), query).content.decode()


def test_members_watch_the_stream_of_a_conversation_and_strangers_do_not(
    bob: User, charlie: User, answer: Message
) -> None:
    stream = answer.conversation.stream
    assert may_watch(bob, stream)
    assert not may_watch(charlie, stream)
    assert not may_watch(bob, actions.answer_stream(answer.pk))
    assert not may_watch(bob, "conversation:nonsense")


def test_nobody_watches_a_deleted_conversation(alice: User, answer: Message) -> None:
    actions.delete_conversation(actor_of(alice), answer.conversation)
    assert not may_watch(alice, answer.conversation.stream)


def test_evidence_of_another_team_is_never_shown(
    client_for: ClientFor, alice: User, charlie: User, answer: Message
) -> None:
    """A citation row that names a stranger's document and passage leads nowhere."""
    theirs = answered(charlie).citations.get(n=1)
    answer.citations.filter(n=1).update(
        document_id=theirs.document_id, chunk_id=theirs.chunk_id, text_sha256=theirs.text_sha256
    )
    html = client_for(alice).get(reverse("chat:conversation_detail", args=[answer.conversation_id])).content.decode()
    assert "The source was forgotten or has changed since." in html
