"""Sessions from the form to the review queue, with the built-in teacher."""

import pytest
from django.urls import reverse

from datasets.models import Pair
from studio.events.models import Event
from teacher.models import Session
from tests.jobs import run_all
from tests.teacher.sessions import EVIDENCE, FALSE_DRAFT, QUESTION, form

pytestmark = pytest.mark.django_db


def test_a_posted_question_becomes_a_session_and_the_page_opens(client_for, bob):
    response = client_for(bob).post(reverse("teacher:session_create"), form())
    session = Session.objects.get()
    assert response.status_code == 302
    assert response.url == reverse("teacher:session_detail", args=[session.pk])
    assert (session.state, session.created_by, session.team) == ("queued", bob, bob.teams.get())


def test_a_false_draft_is_corrected_and_proposed(client_for, bob):
    client_for(bob).post(reverse("teacher:session_create"), form(draft=FALSE_DRAFT))
    run_all()
    session = Session.objects.get()
    assert (session.state, session.stop_reason) == ("done", "accepted")
    assert "30 days" in session.best_text
    assert "60 days" not in session.best_text
    pair = Pair.objects.get()
    assert (pair.pk, pair.session_id) == (session.pair_id, session.pk)
    assert (pair.instruction, pair.draft, pair.completion) == (QUESTION, FALSE_DRAFT, session.best_text)
    assert pair.flags == []
    assert pair.provenance["teachers"] == [
        {"model": "built-in (extractive, no language model)", "provider": "Built-in teacher"}
    ]


def test_every_step_is_an_event_in_order(client_for, bob):
    client_for(bob).post(reverse("teacher:session_create"), form(draft=FALSE_DRAFT))
    run_all()
    session = Session.objects.get()
    kinds = Event.objects.of(session.stream).exclude(kind__startswith="step.").values_list("kind", flat=True)
    assert list(kinds) == [
        "session.started",
        "evidence.packed",
        "draft.finished",
        "claims.verified",
        "critique.finished",
        "decision.made",
        "revision.finished",
        "claims.verified",
        "critique.finished",
        "decision.made",
        "session.finished",
        "session.proposed",
    ]


def test_the_page_shows_the_whole_session(client_for, bob):
    client = client_for(bob)
    client.post(reverse("teacher:session_create"), form(draft=FALSE_DRAFT))
    before = client.get(reverse("teacher:session_detail", args=[Session.objects.get().pk]))
    run_all()
    session = Session.objects.get()
    page = client.get(reverse("teacher:session_detail", args=[session.pk])).content.decode()
    assert before.status_code == 200
    assert "The answer" in page
    assert "Contradicted" in page
    assert "is needed; the evidence contradicts 1 claim" in page
    assert "Goods may be returned within 30 days of delivery." in page
    assert "<del" in page
    assert reverse("datasets:pair_detail", args=[session.pair_id]) in page


def test_the_evidence_can_be_fetched_when_it_has_been_found(client_for, bob):
    client = client_for(bob)
    client.post(reverse("teacher:session_create"), form())
    session = Session.objects.get()
    part = client.get(reverse("teacher:session_evidence", args=[session.pk])).content.decode()
    assert EVIDENCE in part
    assert "<html" not in part


def test_a_session_without_evidence_in_vault_or_form_fails_plainly(client_for, bob):
    client_for(bob).post(reverse("teacher:session_create"), form(evidence=""))
    run_all()
    session = Session.objects.get()
    assert (session.state, session.stop_reason, session.score) == ("failed", "no_evidence", None)
    assert not Pair.objects.exists()


def test_evidence_is_numbered_and_split_at_the_line(client_for, bob):
    client_for(bob).post(reverse("teacher:session_create"), form(evidence="One.\n---\nTwo."))
    assert [(entry["label"], entry["text"]) for entry in Session.objects.get().evidence] == [
        ("1", "One."),
        ("2", "Two."),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question": ""}, "question"),
        ({"question": "x" * 9_000}, "question"),
        ({"threshold": "0.2"}, "threshold"),
        ({"threshold": "2"}, "threshold"),
        ({"max_iterations": "0"}, "max_iterations"),
        ({"max_iterations": "11"}, "max_iterations"),
        ({"teacher": "nobody"}, "teacher"),
    ],
)
def test_a_form_that_makes_no_sense_comes_back_with_its_text(client_for, bob, change, field):
    response = client_for(bob).post(reverse("teacher:session_create"), form(**change))
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert EVIDENCE in response.content.decode()
    assert not Session.objects.exists()


def test_the_short_form_of_a_chat_answer_is_enough(client_for, bob):
    data = {"question": QUESTION, "draft": FALSE_DRAFT, "chunk": ["1", "x", "99999999999999999999"]}
    assert client_for(bob).post(reverse("teacher:session_create"), data).status_code == 302
    assert Session.objects.get().given_draft == FALSE_DRAFT
