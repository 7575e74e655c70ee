"""Sessions that rest: because a person wants it, or because the team's budget for the day is used up."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from studio.accounts.access import actor_for
from studio.endpoints import budgets
from studio.endpoints.account import ask_on_account
from studio.endpoints.models import Budget, Spending
from studio.events.models import Event
from studio.jobs.models import Job
from studio.web.errors import Conflict
from teacher import actions, running
from teacher.models import Session
from tests.core.llm.server import serving
from tests.jobs import run_all
from tests.teacher.sessions import make_session
from tests.teacher.test_session_faults import by_role, ended, good, set_up

pytestmark = pytest.mark.django_db


def actor_of(user):
    return actor_for(user, user.teams.get())


def is_paused():
    return Session.objects.filter(state="paused").exists()


def test_a_paused_session_asks_nothing_until_it_goes_on(client_for, team, bob):
    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        client_for(bob).post(reverse("teacher:session_pause", args=[session.pk]))
        run_all(waiting=True)
        assert (ended(session), len(server.requests)) == (("paused", ""), 0)
        client_for(bob).post(reverse("teacher:session_resume", args=[session.pk]))
        run_all()
    assert ended(session) == ("done", "accepted")
    kinds = list(Event.objects.of(session.stream).values_list("kind", flat=True))
    assert (kinds.count("session.paused"), kinds.count("session.resumed")) == (1, 1)


def test_pausing_while_a_model_answers_asks_nothing_twice_that_was_answered(team, bob):
    asked = []

    def paused_meanwhile(endpoint, ask, *, stopped, on_text):
        asked.append(ask.key)
        if ask.key == "revise.1":
            actions.pause_session(actor_of(bob), session)
        return ask_on_account(endpoint, ask, stopped=stopped)

    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        with pytest.raises(running.Superseded):
            running.run_session(str(session.pk), stopped=is_paused, ask_model=paused_meanwhile)
        assert ended(session) == ("paused", "")
        actions.resume_session(actor_of(bob), session)
        run_all()
    assert ended(session) == ("done", "accepted")
    assert asked == ["verify.1", "critique.1", "revise.1"]
    assert Event.objects.of(session.stream).filter(kind="step.answered").count() == 5


def test_an_answer_that_came_as_the_session_was_paused_is_not_paid_twice(team, bob):
    asked = []

    def paused_behind_it(endpoint, ask, *, stopped, on_text):
        asked.append(ask.key)
        answer = ask_on_account(endpoint, ask)
        if ask.key == "critique.1":
            actions.pause_session(actor_of(bob), session)
        return answer

    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        with pytest.raises(running.Superseded):
            running.run_session(str(session.pk), stopped=is_paused, ask_model=paused_behind_it)
        actions.resume_session(actor_of(bob), Session.objects.get())
        run_all()
    assert (ended(session), len(server.requests)) == (("done", "accepted"), 5)
    assert asked == ["verify.1", "critique.1"]


def test_only_a_session_under_way_can_be_paused(bob):
    session = make_session(bob)
    actions.pause_session(actor_of(bob), session)
    with pytest.raises(Conflict):
        actions.pause_session(actor_of(bob), session)
    session.refresh_from_db()
    actions.cancel_session(actor_of(bob), session)
    assert ended(session) == ("cancelled", "cancelled")
    with pytest.raises(Conflict):
        actions.pause_session(actor_of(bob), session)


def test_the_api_pauses_and_goes_on(api_for, bob):
    session, api = make_session(bob), api_for(bob)
    assert api.post(f"/api/v1/sessions/{session.pk}/pause").json()["state"] == "paused"
    assert api.post(f"/api/v1/sessions/{session.pk}/pause").status_code == 409
    assert api.get(f"/api/v1/sessions/{session.pk}").json()["message"] == "Somebody paused the session."
    assert api.post(f"/api/v1/sessions/{session.pk}/resume").json()["state"] == "queued"
    run_all()
    assert api.get(f"/api/v1/sessions/{session.pk}").json()["state"] == "done"


def test_a_used_up_budget_lets_sessions_rest_and_says_so(client_for, team, alice, bob):
    with serving(by_role(**good())) as server:
        set_up(team, server)
        Budget.objects.create(team=team, tokens=1_000)
        session = make_session(bob)
        run_all()
        session.refresh_from_db()
        assert (session.state, session.score) == ("paused", None)
        assert "budget" in session.message
        assert len(server.requests) == 0
        assert Job.objects.get(status="queued").run_at - timezone.now() <= timedelta(days=1)
        page = client_for(bob).get(reverse("teacher:session_detail", args=[session.pk])).content.decode()
        assert "The team&#x27;s budget for today" in page
        response = client_for(alice).post(reverse("teacher:budget"), {"tokens": "50000", "cost_usd": ""})
        assert response.status_code == 302
        run_all()
    assert ended(session) == ("done", "accepted")
    assert Spending.objects.get().tokens == session.tokens == 600


def test_a_session_that_rests_for_the_budget_goes_on_the_next_day(team, bob):
    with serving(by_role(**good())) as server:
        set_up(team, server)
        Budget.objects.create(team=team, tokens=20_000)
        Spending.objects.create(team=team, day=budgets.today(), tokens=19_000)
        session = make_session(bob)
        run_all()
        assert ended(session) == ("paused", "")
        Spending.objects.update(day=budgets.today() - timedelta(days=1))
        Session.objects.update(next_try=timezone.now())
        run_all(waiting=True)
    assert ended(session) == ("done", "accepted")


def test_a_person_s_pause_is_not_ended_by_a_new_budget(alice, bob):
    session = make_session(bob)
    actions.pause_session(actor_of(bob), session)
    actions.set_budget(actor_of(alice), 10, None)
    run_all(waiting=True)
    assert ended(session) == ("paused", "")


def test_the_built_in_teacher_needs_no_budget(team, bob):
    Budget.objects.create(team=team, tokens=0, cost_usd=0)
    session = make_session(bob)
    run_all()
    assert ended(session) == ("done", "accepted")


@pytest.mark.parametrize("data", [{"tokens": "-1"}, {"cost_usd": "-0.01"}, {"tokens": "many"}, {"cost_usd": "NaN"}])
def test_a_budget_that_makes_no_sense_comes_back(client_for, alice, data):
    assert client_for(alice).post(reverse("teacher:budget"), data).status_code == 422
    assert not Budget.objects.exists()


def test_members_cannot_set_the_budget(client_for, bob):
    assert client_for(bob).post(reverse("teacher:budget"), {"tokens": "1"}).status_code == 403
