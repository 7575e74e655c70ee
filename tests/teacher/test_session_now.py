"""While a model writes for a minute, the page shows that it lives; no event is stored for that."""

import pytest
from django.urls import reverse

from studio.endpoints.account import ask_on_account
from studio.events.actions import append
from studio.events.models import Event
from teacher import now, running
from teacher.models import Session
from tests.core.llm.server import serving
from tests.teacher.sessions import make_session
from tests.teacher.test_session_faults import by_role, ended, good, set_up

pytestmark = pytest.mark.django_db


def test_the_page_says_what_is_asked_and_how_much_has_come(client_for, team, bob):
    seen = {}

    def looking(endpoint, ask, *, stopped, on_text):
        now.Written(session, pause_s=0)("x" * 456)
        client = client_for(bob)
        seen[ask.key] = client.get(reverse("teacher:session_now", args=[session.pk])).content.decode()
        seen["page"] = client.get(reverse("teacher:session_detail", args=[session.pk])).content.decode()
        return ask_on_account(endpoint, ask, stopped=stopped, on_text=on_text)

    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        running.run_session(str(session.pk), stopped=lambda: False, ask_model=looking)
    assert ended(session) == ("done", "accepted")
    assert "Checking the claims" in seen["verify.1"]
    assert "Revising the answer" in seen["revise.1"]
    assert all("456 characters so far" in html and "every 2s" in html for html in seen.values())
    assert session.written == 0
    kinds = set(Event.objects.of(session.stream).values_list("kind", flat=True))
    assert not {kind for kind in kinds if "written" in kind or "grew" in kind}


@pytest.mark.parametrize("state", [state for state in Session.State if state != Session.State.RUNNING])
def test_a_session_that_is_not_at_work_is_not_asked_about_again(client_for, bob, state):
    session = make_session(bob)
    Session.objects.update(state=state)
    html = client_for(bob).get(reverse("teacher:session_now", args=[session.pk])).content.decode()
    assert "hx-trigger" not in html
    assert "characters" not in html


def test_little_text_is_not_worth_a_write(bob, django_assert_num_queries):
    written = now.Written(make_session(bob), pause_s=3_600)
    with django_assert_num_queries(0):
        written("x")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("draft", "Drafting an answer"),
        ("verify.2", "Checking the claims"),
        ("verify.2.3", "Checking the claims, part 3"),
        ("verify.2.3.longer.again", "Checking the claims, part 3, once more"),
        ("critique.1.again", "Judging the answer, once more"),
        ("something", "Asking"),
    ],
)
def test_a_question_is_named_in_words(bob, step, words):
    session = make_session(bob)
    session.state = Session.State.RUNNING
    append(session.stream, "step.started", {"step": step, "role": "x", "fingerprint": "f"})
    assert now.under_way(session).words == words
