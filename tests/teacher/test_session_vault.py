"""A session over documents of the vault: found, cited, and linked to the exact place."""

import pytest
from django.urls import reverse

from datasets.models import Pair
from studio.accounts.access import actor_for
from studio.vault.actions import store_document
from studio.vault.models import Document
from studio.vault.reading import text_of
from teacher.models import Session
from tests.core.llm.documents import LEAVE_POLICY, PUMP_MANUAL
from tests.jobs import run_all
from tests.teacher.sessions import make_session

pytestmark = pytest.mark.django_db
QUESTION = "How many days of annual leave do full-time employees get?"


def upload(user, passages):
    text = "\n\n".join(passage["text"] for passage in passages)
    return store_document(actor_for(user, user.teams.get()), [text.encode()], title=passages[0]["title"])[0]


@pytest.fixture
def vault(bob):
    upload(bob, LEAVE_POLICY)
    upload(bob, PUMP_MANUAL)
    run_all()
    assert set(Document.objects.values_list("state", flat=True)) == {"ready"}


def test_a_session_rests_on_the_exact_places_of_stored_documents(client_for, bob, vault):
    session = make_session(bob, question=QUESTION, draft="Full-time employees get 30 days of paid leave.", texts=[])
    run_all()
    session.refresh_from_db()
    assert (session.state, session.stop_reason) == ("done", "accepted")
    assert "25 days" in session.best_text
    texts = {str(document.pk): text_of(document) for document in Document.objects.all()}
    for entry in session.evidence:
        assert texts[entry["document_id"]][entry["start"] : entry["end"]] == entry["text"]
    quotes = [quote for claim in session.claims for quote in claim["quotes"]]
    assert quotes
    for quote in quotes:
        assert texts[quote["document_id"]][quote["start"] : quote["end"]] == quote["text"]
    page = client_for(bob).get(reverse("teacher:session_detail", args=[session.pk])).content.decode()
    place = f"?start={quotes[0]['start']}&amp;end={quotes[0]['end']}"
    assert reverse("vault:document_detail", args=[quotes[0]["document_id"]]) + place in page
    assert Pair.objects.get().evidence[0]["document_id"] in texts


def test_the_same_question_twice_gives_the_same_words(bob, vault):
    for _ in range(2):
        make_session(bob, question=QUESTION, draft="", texts=[])
    run_all()
    first, second = Session.objects.all()
    assert first.best_text == second.best_text != ""
    assert first.score == second.score


def test_what_the_documents_do_not_say_is_not_accepted(bob, vault):
    session = make_session(bob, question="What is the policy on company cars?", draft="", texts=[])
    run_all()
    session.refresh_from_db()
    assert session.best_text == "The documents do not answer this question."
    assert not session.is_accepted
    assert session.score < session.threshold
