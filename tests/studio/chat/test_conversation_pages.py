"""The pages of conversations."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.chat import actions
from studio.chat.answering import OnText, Stopped
from studio.chat.models import Conversation, Message
from studio.events.models import Event
from studio.jobs.models import Job
from studio.llm.steps import Answer, Ask, Reply
from studio.vault.models import Document
from teacher.models import Session
from tests.studio.chat.passages import PASSAGES, REFUNDS, SHIPPING
from tests.studio.chat.world import GOOD_SHOWN, actor_of, answered, host, passages_in, stock_vault, write

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


@pytest.fixture
def client(client_for: ClientFor, alice: User) -> Client:
    """Alice's browser."""
    return client_for(alice)


def page_of(answer: Message) -> str:
    return reverse("chat:conversation_detail", args=[answer.conversation_id])


def do(name: str, message: Message) -> str:
    return reverse(f"chat:message_{name}", args=[message.conversation_id, message.pk])


def follow_up(client: Client, answer: Message, question: str) -> Message:
    path = reverse("chat:message_create", args=[answer.conversation_id])
    response = client.post(path, {"question": question, "parent": str(answer.pk)})
    assert response.status_code == 302, response.content.decode()
    return Message.objects.filter(role="assistant").latest("created")


def test_a_question_begins_a_conversation_and_leads_to_its_answer(client: Client) -> None:
    response = client.post(reverse("chat:conversation_list"), {"question": "  When are refunds paid?\r\nPlease. "})
    answer = Message.objects.get(role="assistant")
    assert response.headers["Location"] == f"{page_of(answer)}?at={answer.pk}#message-{answer.pk}"
    assert answer.parent is not None
    assert answer.parent.text == "When are refunds paid?\nPlease."
    assert answer.conversation.title == "When are refunds paid? Please."
    assert Job.objects.get().key == answer.job_key
    assert Event.objects.filter(stream=answer.conversation.stream).get().kind == "question.asked"


@pytest.mark.parametrize("question", ["", " \n", "x" * 8001])
def test_a_question_that_cannot_be_asked_comes_back_with_its_text(client: Client, question: str) -> None:
    response = client.post(reverse("chat:conversation_list"), {"question": question})
    assert response.status_code == 422
    assert question.strip() in response.content.decode()
    assert not Conversation.objects.exists()


def test_the_ask_page_takes_a_question_from_its_address(client: Client) -> None:
    page = client.get(reverse("chat:conversation_list"), {"question": "How long is <b>the</b> warranty?"})
    assert "How long is &lt;b&gt;the&lt;/b&gt; warranty?</textarea>" in page.content.decode()


def test_an_answer_links_each_number_to_the_exact_words(client: Client, alice: User) -> None:
    answer = answered(alice)
    html = client.get(page_of(answer)).content.decode()
    citation = answer.citations.get(n=1)
    document = Document.objects.get(pk=citation.document_id)
    assert citation.start is not None
    assert citation.end is not None
    assert f'class="cite" href="{document.span_url(citation.start, citation.end)}"' in unescape(html)
    assert "<mark>within fourteen (14) days</mark>" in html
    assert "Refunds are paid <mark>" in html


def test_an_answer_that_teachers_improve_keeps_its_numbers_on_their_passages(client: Client, alice: User) -> None:
    says = (
        'On Monday [2: "Orders ship on Monday"], from Tromsø [2: "Orders ship from Tromsø"]. 14 days [1: "(14) days"].'
    )
    html = unescape(client.get(page_of(answered(alice, says=says))).content.decode())
    assert "On Monday [1], from Tromsø [2]. 14 days [3]." in html
    fields = re.findall(r'name="(question|draft|chunk)" value="([^"]*)"', html)
    sent = {name: [value for named, value in fields if named == name] for name, _ in fields}
    client.post(reverse("teacher:session_create"), sent | {"threshold": "0.8", "max_iterations": "1"})
    session = Session.objects.get()
    assert session.given_draft == "On Monday [1], from Tromsø [1]. 14 days [2]."
    assert [entry["text"] for entry in session.evidence] == [SHIPPING, REFUNDS]


def test_under_an_answer_stand_model_tokens_and_cost(client: Client, alice: User) -> None:
    answer = answered(alice)
    Message.objects.filter(pk=answer.pk).update(tokens_in=1500, tokens_out=27, cost_usd="0.0123")
    html = client.get(page_of(answer)).content.decode()
    assert "Test endpoint · tiny-1 · 1\u202f527 tokens · $0.01" in html


def test_what_did_not_stand_is_counted_and_listed_apart(client: Client, alice: User) -> None:
    html = client.get(page_of(answered(alice, says='It is free [1: "free of charge"]. Yes [2].'))).content.decode()
    assert "2 citations did not stand and were removed" in html
    assert "Not in your documents: <q>free of charge</q>" in html
    assert 'class="cite"' not in html


def test_a_forgotten_source_is_named_and_no_longer_linked(client: Client, alice: User) -> None:
    answer = answered(alice)
    Document.objects.filter(pk=answer.citations.get(n=1).document_id).delete()
    html = client.get(page_of(answer)).content.decode()
    assert "The source was forgotten or has changed since." in html
    assert "within fourteen (14) days" not in html
    assert html.count('class="cite" href=') == 1


def test_a_source_with_another_text_is_no_longer_linked(client: Client, alice: User) -> None:
    answer = answered(alice)
    Document.objects.filter(pk=answer.citations.get(n=1).document_id).update(text_sha256="f" * 64)
    assert client.get(page_of(answer)).content.decode().count('class="cite" href=') == 1


def test_the_page_of_an_answer_in_the_making_shows_its_text_and_where_the_log_stands(
    client: Client, alice: User
) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    Message.objects.filter(pk=answer.pk).update(text="They <take\n14 days")
    html = client.get(page_of(answer)).content.decode()
    assert "data-answer-text>They &lt;take\n14 days</div>" in html
    assert f'data-stream="conversation:{answer.conversation_id}" data-after="1"' in html
    assert do("stop", answer) in html


def test_a_growing_answer_is_rendered_with_the_citations_that_stand_already(client: Client, alice: User) -> None:
    answer = answered(alice)
    Message.objects.filter(pk=answer.pk).update(state="streaming", text="They **take 14 days** [1], <b>and [7")
    for address in (page_of(answer), do("text", answer)):
        html = client.get(address).content.decode()
        assert "They <strong>take 14 days</strong> <a class=" in html
        assert "&lt;b&gt;and [7" in html
        assert html.count('class="cite" href=') == 1


def test_the_thread_can_be_fetched_alone_with_its_evidence(client: Client, alice: User) -> None:
    answer = answered(alice)
    part = client.get(page_of(answer), headers={"HX-Request": "true", "HX-Target": "thread"}).content.decode()
    assert part.startswith('<div id="thread"') or '<div id="thread"' in part
    assert "<html" not in part
    assert re.search(r'<aside[^>]* id="evidence"[^>]* hx-swap-oob="true"', part)
    assert f'value="{answer.pk}" hx-swap-oob="true"' in part


def test_a_stop_ends_the_answer_at_once(client: Client, alice: User) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    client.post(do("stop", answer))
    answer.refresh_from_db()
    assert answer.state == "stopped"
    assert "Stopped before anything was written." in client.get(page_of(answer)).content.decode()


def test_a_stop_from_the_page_answers_with_the_thread(client: Client, alice: User) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    part = client.post(do("stop", answer), headers={"HX-Request": "true", "HX-Target": "thread"}).content.decode()
    assert "Stopped before anything was written." in part
    assert "<html" not in part


def test_a_stop_that_comes_too_late_changes_nothing(client: Client, alice: User) -> None:
    answer = answered(alice)
    assert client.post(do("stop", answer)).status_code == 302
    answer.refresh_from_db()
    assert answer.state == "done"


def test_a_follow_up_stands_below_the_answer_it_was_asked_on(client: Client, alice: User) -> None:
    answer = answered(alice)
    second = follow_up(client, answer, "And shipping?")
    assert second.parent is not None
    assert second.parent.parent_id == answer.pk


def test_asking_below_an_unfinished_answer_is_refused_and_keeps_the_text(client: Client, alice: User) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    path = reverse("chat:message_create", args=[answer.conversation_id])
    response = client.post(path, {"question": "And shipping?", "parent": str(answer.pk)})
    assert response.status_code == 409
    assert "And shipping?</textarea>" in response.content.decode()
    assert Message.objects.count() == 2


def test_an_edited_question_becomes_a_branch_and_both_stay_reachable(client: Client, alice: User) -> None:
    first = answered(alice)
    assert first.parent is not None
    client.post(do("edit", first.parent), {"question": "When is the money back?"})
    second = Message.objects.filter(role="assistant").latest("created")
    newest = client.get(page_of(first)).content.decode()
    assert "When is the money back?" in newest
    assert GOOD_SHOWN.split(" [")[0] not in newest
    assert "2 of 2" in newest
    older = client.get(page_of(first), {"at": str(first.pk)}).content.decode()
    assert "1 of 2" in older
    assert "They take 14 days" in older
    assert f"?at={second.parent_id}#message-{second.parent_id}" in older


def test_an_edit_without_words_comes_back_open(client: Client, alice: User) -> None:
    answer = answered(alice)
    assert answer.parent is not None
    response = client.post(do("edit", answer.parent), {"question": " "})
    assert response.status_code == 422
    assert '<details class="edit" open>' in response.content.decode()


def test_regenerating_answers_the_same_question_once_more(client: Client, alice: User) -> None:
    first = answered(alice)
    client.post(do("regenerate", first))
    second = Message.objects.filter(role="assistant").latest("created")
    assert second.pk != first.pk
    assert second.parent_id == first.parent_id
    assert second.state == "streaming"


def test_an_unfinished_answer_is_not_regenerated(client: Client, alice: User) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    assert client.post(do("regenerate", answer)).status_code == 409
    assert Message.objects.count() == 2


def test_an_earlier_turn_reaches_the_next_question_as_history(client: Client, alice: User) -> None:
    answer = answered(alice)
    second = follow_up(client, answer, "And shipping?")
    asked: list[str] = []

    def says(question: Ask, stopped: Stopped, on_text: OnText) -> Answer:
        asked.extend(message["content"] for message in question.messages)
        return Reply(text="On Monday.")

    write(second, host(passages_in(answer.conversation.team), says))
    assert asked[1:3] == ["When are refunds paid?", "They take 14 days, and ship on Monday."]
    second.refresh_from_db()
    assert second.trace["query"] == "When are refunds paid? And shipping?"


def test_a_conversation_is_renamed(client: Client, alice: User) -> None:
    answer = answered(alice)
    client.post(reverse("chat:conversation_rename", args=[answer.conversation_id]), {"title": "  Refund\ntimes "})
    answer.conversation.refresh_from_db()
    assert answer.conversation.title == "Refund times"


@pytest.mark.parametrize("title", ["", " ", "x" * 121])
def test_a_bad_title_comes_back_with_the_form_open(client: Client, alice: User, title: str) -> None:
    answer = answered(alice)
    response = client.post(reverse("chat:conversation_rename", args=[answer.conversation_id]), {"title": title})
    assert response.status_code == 422
    assert "data-menu open" in response.content.decode()


def test_a_deletion_is_confirmed_and_can_be_undone(client: Client, alice: User) -> None:
    answer = answered(alice)
    path = reverse("chat:conversation_delete", args=[answer.conversation_id])
    assert "Its 2 messages" in client.get(path).content.decode()
    assert client.get(page_of(answer)).status_code == 200

    after = client.post(path, follow=True).content.decode()
    assert client.get(page_of(answer)).status_code == 404
    restore = reverse("chat:conversation_restore", args=[answer.conversation_id])
    assert restore in after
    client.post(restore)
    assert client.get(page_of(answer)).status_code == 200


def test_a_deletion_stops_what_is_being_written(client: Client, alice: User) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    client.post(reverse("chat:conversation_delete", args=[answer.conversation_id]))
    answer.refresh_from_db()
    assert answer.state == "stopped"


def test_what_was_deleted_a_week_ago_is_gone_with_its_events(client: Client, alice: User) -> None:
    old, young = answered(alice), actions.start_conversation(actor_of(alice), "Another?")
    streams = [old.conversation.stream, actions.answer_stream(old.pk)]
    week = timezone.now() - actions.KEPT_AFTER_DELETION
    assert Event.objects.filter(stream__in=streams).exists()
    Conversation.objects.filter(pk=old.conversation_id).update(deleted=week)
    client.post(reverse("chat:conversation_delete", args=[young.conversation_id]))
    assert list(Conversation.objects.values_list("pk", flat=True)) == [young.conversation_id]
    assert not Event.objects.filter(stream__in=streams).exists()


def test_the_search_looks_at_titles_questions_and_answers(client: Client, alice: User) -> None:
    answered(alice)
    actions.start_conversation(actor_of(alice), "Where is Tromsø?")
    path = reverse("chat:conversation_list")
    assert titles(client, path, q="tromsø") == ["Where is Tromsø?"]
    assert titles(client, path, q="ship on monday") == ["When are refunds paid?"]
    assert titles(client, path, q="nothing like it") == []


def titles(client: Client, path: str, **query: str) -> list[str]:
    return re.findall(r'<a class="title"[^>]*>(.*?)</a>', client.get(path, query).content.decode())


def make_conversations(team: Team, count: int) -> None:
    Conversation.objects.bulk_create(Conversation(team=team, title=f"Number {n:03}") for n in range(count))


def test_the_list_leads_through_all_conversations_and_back(client: Client, team: Team) -> None:
    make_conversations(team, 70)
    path = reverse("chat:conversation_list")
    seen, address = [], path
    while address:
        html = unescape(client.get(address).content.decode())
        seen.append(re.findall(r'<a class="title"[^>]*>(.*?)</a>', html))
        found = re.search(r'rel="next" href="([^"]*)"', html)
        address = path + found[1] if found else ""
    assert [len(page) for page in seen] == [30, 30, 10]
    assert len({title for page in seen for title in page}) == 70
    found = re.search(r'rel="prev" href="([^"]*)"', html)
    assert found is not None
    assert titles(client, path + found[1]) == seen[1]


@pytest.mark.parametrize("cursor", ["x", "2026-01-01_x", "2026-01-01T00:00:00_00000000-0000-7000-8000-000000000000"])
def test_a_broken_cursor_shows_the_first_page(client: Client, team: Team, cursor: str) -> None:
    make_conversations(team, 2)
    assert len(titles(client, reverse("chat:conversation_list"), before=cursor)) == 2


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "</textarea><script>alert(1)</script>",
    "{{ 7|add:7 }}{% debug %}",
    '"><svg onload=alert(1)>',
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_inert_wherever_it_is_shown(client: Client, alice: User, hostile: str) -> None:
    passages = tuple(replace(p, title=hostile, text=f"{hostile} The fee is 30 euro.") for p in PASSAGES)
    answer = actions.start_conversation(actor_of(alice), hostile)
    actions.rename_conversation(actor_of(alice), answer.conversation, hostile[:120])
    raw = f'{hostile} [1: "The fee is 30 euro"] [2: "{hostile} made up"]'
    write(answer, host(stock_vault(answer.conversation.team, passages), raw))
    for html in (
        client.get(page_of(answer)).content.decode(),
        client.get(reverse("chat:conversation_list"), {"q": hostile, "question": hostile}).content.decode(),
        client.get(reverse("chat:conversation_delete", args=[answer.conversation_id])).content.decode(),
    ):
        body = html.split("<body", 1)[1]
        assert "<script>alert" not in body
        assert "<img" not in body
        assert "<svg onload" not in body
        assert not [link for link in re.findall(r'href="([^"]*)"', body) if link.startswith("javascript")]
        assert 'src="https://evil' not in body


def test_the_page_needs_as_many_statements_for_a_long_thread_as_for_a_short_one(client: Client, alice: User) -> None:
    def statements(answer: Message) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(page_of(answer)).status_code == 200
        return len(found)

    answer = answered(alice)
    few = statements(answer)
    for number in range(6):
        answer = follow_up(client, answer, f"And what about {number}?")
        write(answer, host(passages_in(answer.conversation.team)))
    make_conversations(answer.conversation.team, 40)
    assert statements(answer) == few


def test_the_list_needs_as_many_statements_for_many_conversations_as_for_one(client: Client, team: Team) -> None:
    counts = []
    for more in (1, 200):
        make_conversations(team, more)
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("chat:conversation_list"))
        counts.append(len(found))
    assert counts[0] == counts[1]
