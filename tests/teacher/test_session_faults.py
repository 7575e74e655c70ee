"""Teachers that fail, over a real server on loopback; cancelling, resuming, and a worker that dies on the way."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from datasets.models import Pair
from studio.endpoints.account import ask_on_account
from studio.endpoints.models import Endpoint
from studio.events.actions import append
from studio.events.models import Event
from studio.jobs.models import Job
from studio.jobs.registry import Retry
from studio.jobs.runner import JobContext
from studio.jobs.runner import claim as claim_job
from teacher import actions, running, tasks
from teacher.models import Session
from tests.core.llm.server import answering, serving
from tests.core.teacher.scripts import QUESTION, TRUE, claim, critique, rewrite, verdicts
from tests.jobs import run_all
from tests.teacher.sessions import EVIDENCE, FALSE_DRAFT, make_session, run_through

pytestmark = pytest.mark.django_db
FALSE = verdicts(claim(FALSE_DRAFT, "CONTRADICTED", ("1", "Goods may be returned within 30 days of delivery.")))
GOOD = verdicts(claim(TRUE))


def by_role(**answers):
    """A model that recognises the task by the prompt."""

    def handle(exchange):
        task = exchange.body["messages"][1]["content"]
        role = next(name for name in ("check", "judge", "revise", "answer") if f"TASK: {name}" in task)
        answer = answers[role]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        answer(exchange) if callable(answer) else answering(answer)(exchange)

    return handle


def set_up(team, server, **fields):
    usual = {"team": team, "name": "Scripted", "base_url": server.url, "model": "m", "family": "f"}
    return Endpoint.objects.create(**{**usual, **fields})


def error(status, **headers):
    return lambda exchange: exchange.error(status, "no", **headers)


def _html(exchange):
    exchange.head(200, "text/html")
    exchange.write("<h1>Welcome to nginx</h1>")


def ended(session):
    session.refresh_from_db()
    return session.state, session.stop_reason


def good():
    return {"answer": TRUE, "check": [FALSE, GOOD], "judge": [critique(4), critique(5)], "revise": rewrite(TRUE)}


def test_a_model_behind_a_real_server_walks_the_session(team, bob):
    with serving(by_role(**good())) as server:
        set_up(team, server, input_usd=Decimal(1), output_usd=Decimal(2))
        session = make_session(bob)
        run_all()
    assert ended(session) == ("done", "accepted")
    assert session.best_text == TRUE
    assert (session.tokens, session.cost_usd) == (600, Decimal("0.000700"))
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("fault", "reason", "tries"),
    [
        (error(401), "teacher_unavailable", 1),
        (error(402), "teacher_unavailable", 1),
        (error(400), "request_rejected", 1),
        (error(503, Retry_After="0"), "teacher_unavailable", 12),
        (error(429, Retry_After="0"), "teacher_unavailable", 12),
        (error(429, Retry_After="9999"), "teacher_unavailable", 1),
        (answering("I would rather chat."), "unparsable", 2),
        (answering(""), "unparsable", 2),
        (answering("{}", finish="length"), "unparsable", 2),
        (answering("x", finish="content_filter"), "refused", 1),
        (_html, "teacher_unavailable", 4),
    ],
    ids=["key", "balance", "request", "down", "limited", "long wait", "chatter", "empty", "cut", "filter", "nonsense"],
)
def test_a_verifier_that_fails_leaves_the_draft_and_no_score(team, bob, fault, reason, tries):
    with serving(by_role(check=fault)) as server:
        set_up(team, server)
        session = make_session(bob)
        run_through()
    assert ended(session) == ("degraded", reason)
    assert (session.score, session.best_text) == (None, FALSE_DRAFT)
    assert session.message
    assert len(server.requests) == tries
    assert not Pair.objects.exists()


def test_a_drafter_that_fails_leaves_nothing(team, bob):
    with serving(by_role(answer=error(401))) as server:
        set_up(team, server)
        session = make_session(bob, draft="")
        run_through()
    assert ended(session) == ("failed", "teacher_unavailable")
    assert (session.draft, session.best_text, session.score) == ("", "", None)


def test_a_reviser_that_fails_leaves_the_judged_draft_in_the_queue_flagged(team, bob):
    with serving(by_role(**good() | {"revise": error(401)})) as server:
        set_up(team, server)
        session = make_session(bob)
        run_through()
    assert ended(session) == ("degraded", "teacher_unavailable")
    assert session.score is not None
    assert Pair.objects.get().flags == ["teacher_unavailable"]


def test_a_teacher_that_is_away_for_a_moment_is_waited_for(team, bob):
    away = error(503, Retry_After="60")
    with serving(by_role(**good() | {"check": [away, _say(FALSE), _say(GOOD)]})) as server:
        set_up(team, server)
        session = make_session(bob)
        run_all()
        assert ended(session) == ("waiting", "")
        assert session.next_try > timezone.now()
        run_through()
    assert ended(session) == ("done", "accepted")
    assert Event.objects.of(session.stream).filter(kind="session.waiting").count() == 1


def _say(text):
    return lambda exchange: answering(text)(exchange)


def test_a_worker_that_dies_costs_no_answer_twice(team, bob):
    """It dies right after an answer was recorded: the second run asks only what is missing."""

    def dying(endpoint, ask, *, stopped, on_text):
        if ask.key == "critique.1":
            raise MemoryError("the worker was killed")
        return ask_on_account(endpoint, ask, stopped=stopped)

    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        with pytest.raises(MemoryError):
            running.run_session(str(session.pk), stopped=lambda: False, ask_model=dying)
        assert ended(session) == ("running", "")
        run_all()
    assert ended(session) == ("done", "accepted")
    assert len(server.requests) == 5
    answered = Event.objects.of(session.stream).filter(kind="step.answered")
    assert sorted(e.data["step"] for e in answered) == ["critique.1", "critique.2", "revise.1", "verify.1", "verify.2"]


def test_a_second_delivery_of_a_finished_session_changes_nothing(bob):
    session = make_session(bob)
    run_all()
    before = list(Event.objects.of(session.stream).values_list("seq", "kind"))
    running.run_session(str(session.pk), stopped=lambda: False)
    assert list(Event.objects.of(session.stream).values_list("seq", "kind")) == before


def test_a_cancelled_session_ends_at_once_and_asks_nothing(client_for, team, bob):
    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        client_for(bob).post(reverse("teacher:session_cancel", args=[session.pk]))
        assert ended(session) == ("cancelled", "cancelled")
        run_through()
    assert server.requests == []
    assert session.best_text == FALSE_DRAFT
    assert not Pair.objects.exists()


def test_cancelling_while_a_model_answers_keeps_what_was_found(client_for, team, bob):
    asked = []

    def cancelled_meanwhile(endpoint, ask, *, stopped, on_text):
        asked.append(ask.key)
        if ask.key == "revise.1":
            client_for(bob).post(reverse("teacher:session_cancel", args=[session.pk]))
        return ask_on_account(endpoint, ask, stopped=stopped)

    def is_over():
        return not Session.objects.filter(pk=session.pk).active().exists()

    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        with pytest.raises(running.Superseded):
            running.run_session(str(session.pk), stopped=is_over, ask_model=cancelled_meanwhile)
    assert ended(session) == ("cancelled", "cancelled")
    assert (session.iterations, session.score is None) == (1, False)
    assert asked == ["verify.1", "critique.1", "revise.1"]
    assert Event.objects.of(session.stream).last().kind == "session.finished"


def test_cancelling_twice_is_a_conflict(client_for, bob):
    session = make_session(bob)
    client = client_for(bob)
    address = reverse("teacher:session_cancel", args=[session.pk])
    assert [client.post(address).status_code, client.post(address).status_code] == [302, 409]


def test_a_resumed_session_goes_on_without_asking_again(client_for, team, bob):
    with serving(by_role(**good() | {"revise": [error(401), _say(rewrite(TRUE))]})) as server:
        set_up(team, server)
        session = make_session(bob)
        run_through()
        assert ended(session) == ("degraded", "teacher_unavailable")
        before = len(server.requests)
        client_for(bob).post(reverse("teacher:session_resume", args=[session.pk]))
        run_through()
    assert ended(session) == ("done", "accepted")
    assert len(server.requests) - before == 3
    assert session.best_text == TRUE


def test_a_cancelled_session_can_go_on(client_for, bob):
    session = make_session(bob)
    client = client_for(bob)
    client.post(reverse("teacher:session_cancel", args=[session.pk]))
    assert client.post(reverse("teacher:session_resume", args=[session.pk])).status_code == 302
    run_through()
    assert ended(session) == ("done", "accepted")


def test_a_session_that_came_to_its_end_does_not_go_on(client_for, bob):
    session = make_session(bob)
    run_all()
    assert client_for(bob).post(reverse("teacher:session_resume", args=[session.pk])).status_code == 409


def _called_off(session):
    """The session's job, running, and asked to stop."""
    job = claim_job(str(Job.objects.get(name=actions.JOB, key=session.job_key).pk))
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    return JobContext(job)


def test_a_job_that_is_called_off_ends_the_session(bob):
    session = make_session(bob)
    context = _called_off(session)
    Session.objects.filter(pk=session.pk).update(state="running")
    tasks.run_session(context, str(session.pk))
    assert ended(session) == ("cancelled", "cancelled")


def test_a_session_resumed_before_its_old_job_ended_is_not_lost(client_for, bob):
    session = make_session(bob)
    context = _called_off(session)
    client = client_for(bob)
    client.post(reverse("teacher:session_cancel", args=[session.pk]))
    client.post(reverse("teacher:session_resume", args=[session.pk]))
    with pytest.raises(Retry):
        tasks.run_session(context, str(session.pk))
    assert ended(session) == ("queued", "")


def test_a_changed_flow_fails_plainly_and_keeps_the_draft(bob):
    session = make_session(bob)
    record = {"step": "verify.1", "fingerprint": "other", "answer": {}}
    append(session.stream, "step.answered", record, key="answer:verify.1")
    run_all()
    assert ended(session) == ("degraded", "interrupted")
    assert session.message == "The studio was updated while this session was under way. Start a new one."
    assert session.best_text == FALSE_DRAFT


def test_a_named_teacher_that_is_gone_is_said_so(team, bob):
    endpoint = Endpoint.objects.create(team=team, name="Gone", base_url="http://127.0.0.1:9", model="m")
    session = make_session(bob, teacher="Gone")
    endpoint.delete()
    run_all()
    assert ended(session) == ("degraded", "teacher_unavailable")
    assert "not set up any more" in session.message


def test_a_named_teacher_serves_every_role(team, bob):
    Endpoint.objects.create(team=team, name="Away", base_url="http://127.0.0.1:9", model="m")
    session = make_session(bob, teacher="built-in")
    run_all()
    assert ended(session) == ("done", "accepted")


def test_a_person_can_put_a_degraded_answer_into_review(client_for, team, bob):
    with serving(by_role(check=error(401))) as server:
        set_up(team, server)
        session = make_session(bob)
        run_all()
    client_for(bob).post(reverse("teacher:session_propose", args=[session.pk]))
    session.refresh_from_db()
    pair = Pair.objects.get()
    assert (pair.pk, pair.flags, pair.score) == (session.pair_id, ["teacher_unavailable"], None)


def test_no_prompt_and_no_key_is_in_the_log_of_events(team, bob):
    with serving(by_role(**good())) as server:
        set_up(team, server)
        session = make_session(bob)
        run_all()
    logged = json.dumps(list(Event.objects.of(session.stream).values_list("data", flat=True)))
    assert "TASK:" not in logged
    assert QUESTION in logged
    assert EVIDENCE not in logged
