"""What is shown where an answer cites nothing: the passages that were found, to read for oneself."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.chat.queries import EXCERPT, beginning, thread
from studio.vault.models import Document
from tests.conftest import ApiClient
from tests.studio.chat.world import actor_of, answered, stock_vault

pytestmark = pytest.mark.django_db
NO_ANSWER = "The documents do not answer this question."


def test_an_answer_that_cites_nothing_shows_the_closest_passages(
    client_for: Callable[[User], Client], alice: User
) -> None:
    answer = answered(alice, "What is for lunch?", says=NO_ANSWER)
    page = client_for(alice).get(reverse("chat:conversation_detail", args=[answer.conversation_id])).content.decode()
    assert "Nothing is cited." in page
    assert "Refunds are paid within fourteen (14) days." in page
    document = Document.objects.get(title="Document 1")
    assert document.span_url(1000, 1096).partition("?")[0] in page


def test_an_answer_with_citations_shows_only_those(client_for: Callable[[User], Client], alice: User) -> None:
    answer = answered(alice)
    assert [item.closest for item in thread(answer.conversation)] == [(), ()]


def test_a_forgotten_passage_is_not_shown(alice: User) -> None:
    answer = answered(alice, "What is for lunch?", says=NO_ANSWER)
    Document.objects.get(title="Document 1").delete()
    shown = thread(answer.conversation)[-1].closest
    assert [passage.title for passage in shown] == ["Document 2"]


def test_the_api_lists_what_the_answer_was_looked_for_in(api_for: Callable[..., ApiClient], alice: User) -> None:
    stocked = stock_vault(actor_of(alice).team)
    answer = answered(alice, "What is for lunch?", says=NO_ANSWER)
    question, reply = api_for(alice).get(f"/api/v1/conversations/{answer.conversation_id}").json()["messages"]
    assert question["passages"] == []
    places = [(p["document_id"], p["chunk_id"], p["start"], p["end"]) for p in reply["passages"]]
    assert places == [(p.document_id, p.chunk_id, p.start, p.end) for p in stocked]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("word " * 100, " ".join(["word"] * (EXCERPT // 5)) + " …"),
        ("x" * 500, "x" * EXCERPT + " …"),
    ],
)
def test_a_long_passage_is_cut_between_words(text: str, shown: str) -> None:
    assert beginning(text) == shown
