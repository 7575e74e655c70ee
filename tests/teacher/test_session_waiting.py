"""Many sessions and one endpoint: who asks, who waits, and how all of them end."""

import threading
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from studio.endpoints import circuits
from studio.endpoints.actions import run_test
from studio.endpoints.gates import Gate
from studio.endpoints.models import Circuit, Endpoint
from studio.events.models import Event
from studio.jobs.models import Job
from studio.llm.steps import Refusal, Reply
from teacher.models import Session
from tests.core.llm.server import answering, serving
from tests.jobs import run_all
from tests.support.waiting import LIMIT_S
from tests.teacher.sessions import make_session, run_through
from tests.teacher.test_session_faults import by_role, ended, error, good, set_up

pytestmark = pytest.mark.django_db
AWAY = Refusal(kind="unavailable", message="The teacher's server is not answering properly.", cause="HTTP 503")
LIMITED = Refusal(kind="rate_limited", message="Too fast.", cause="HTTP 429")
LIMITED_FOR_A_WHILE = Refusal(kind="rate_limited", message="Too fast.", cause="HTTP 429", retry_after_s=60.0)
ANSWERED = Reply(text="yes")


@pytest.fixture
def endpoint(team):
    return Endpoint.objects.create(team=team, name="Far", base_url="http://127.0.0.1:9", model="m")


def later(seconds: float) -> None:
    """As if that much time had passed for the circuit."""
    for circuit in Circuit.objects.exclude(open_until=None):
        circuit.open_until -= timedelta(seconds=seconds)
        circuit.save()


OFTEN = 10


def has_failed_often(endpoint: Endpoint) -> None:
    """Its next pause is the longest one, and does not end while a slow machine looks."""
    Circuit.objects.create(pk=endpoint.circuit_key, failures=OFTEN)


def test_an_endpoint_that_failed_is_left_alone_twice_as_long_each_time(endpoint):
    for pause in (2, 4, 8, 16, 32, 64, 120, 120, 120):
        circuits.record(endpoint, AWAY)
        circuit = Circuit.objects.get()
        assert circuit.open_until - circuit.failed == timedelta(seconds=pause)
        later(pause)


def test_failures_of_one_moment_count_once(endpoint):
    has_failed_often(endpoint)
    for _ in range(20):
        circuits.record(endpoint, AWAY)
    assert Circuit.objects.get().failures == OFTEN + 1


def test_one_question_tries_and_the_others_wait_for_what_becomes_of_it(endpoint):
    has_failed_often(endpoint)
    circuits.record(endpoint, AWAY)
    assert circuits.admit(endpoint).message == AWAY.message
    later(120)
    assert circuits.admit(endpoint) is None
    assert [circuits.admit(endpoint).retry_after_s for _ in range(3)] == [1.0] * 3
    circuits.record(endpoint, ANSWERED)
    assert [circuits.admit(endpoint) for _ in range(3)] == [None] * 3


def test_a_try_that_nobody_ended_does_not_close_the_way_for_ever(endpoint):
    circuits.record(endpoint, AWAY)
    later(3)
    assert circuits.admit(endpoint) is None
    later(circuits.TRIAL_S + 1)
    assert circuits.admit(endpoint) is None


def test_the_time_an_endpoint_asks_for_is_never_undercut(endpoint):
    circuits.record(endpoint, Refusal(kind="rate_limited", message="Too fast.", retry_after_s=300.0))
    circuits.record(endpoint, LIMITED)
    assert 200 < circuits.admit(endpoint).retry_after_s <= 300


def test_too_many_at_once_is_a_matter_of_the_gate_and_keeps_nobody_away(endpoint):
    circuits.record(endpoint, LIMITED)
    assert circuits.admit(endpoint) is None


@pytest.mark.parametrize("kind", ["bad_request", "context_length", "content"])
def test_a_question_that_is_wrong_is_no_failure_of_the_endpoint(endpoint, kind):
    circuits.record(endpoint, Refusal(kind=kind, message="No."))
    assert circuits.admit(endpoint) is None


@pytest.mark.parametrize("kind", ["auth", "balance"])
def test_what_a_person_must_mend_is_shown_and_may_be_tried_at_any_time(client_for, alice, endpoint, kind):
    circuits.record(endpoint, Refusal(kind=kind, message="The teacher refused the key.", cause="HTTP 401"))
    assert circuits.admit(endpoint) is None
    page = client_for(alice).get(reverse("endpoints:endpoint_list")).content.decode()
    assert "The teacher refused the key. (HTTP 401)" in page


def test_a_test_that_works_closes_the_circuit(endpoint):
    circuits.record(endpoint, AWAY)
    with serving(answering("ready")) as server:
        Endpoint.objects.filter(pk=endpoint.pk).update(base_url=server.url)
        run_test(Endpoint.objects.get())
    assert circuits.admit(endpoint) is None


def test_sessions_leave_an_endpoint_alone_that_failed_another(team, bob):
    with serving(error(503)) as server:
        has_failed_often(set_up(team, server))
        sessions = [make_session(bob) for _ in range(5)]
        run_all()
        asked = len(server.requests)
        states = [ended(session) for session in sessions]
    assert states == [("waiting", "")] * 5
    assert asked == 3  # the tries of one question
    assert {session.message for session in sessions} == {AWAY.message}
    told = Event.objects.of(sessions[-1].stream).get(kind="session.waiting").data
    assert (told["teacher"], told["cause"]) == ("Scripted", "HTTP 503")


def test_all_sessions_of_a_dead_endpoint_end_without_a_score(team, bob):
    with serving(error(503, Retry_After="0")) as server:
        set_up(team, server)
        sessions = [make_session(bob) for _ in range(8)]
        run_through()
    assert {ended(session) for session in sessions} == {("degraded", "teacher_unavailable")}
    assert {session.score for session in sessions} == {None}


def test_a_busy_endpoint_that_answers_others_is_waited_for(team, bob):
    with serving(by_role(**good())) as server:
        endpoint = set_up(team, server)
        session = make_session(bob)
        Session.objects.filter(pk=session.pk).update(waits=3, waiting_since=timezone.now() - timedelta(minutes=5))
        circuits.record(endpoint, ANSWERED)
        circuits.record(endpoint, LIMITED_FOR_A_WHILE)
        run_all()
        assert ended(session) == ("waiting", "")
        run_through()
    assert ended(session) == ("done", "accepted")


def test_waiting_sessions_do_not_come_back_at_the_same_moment(team, bob):
    with serving(error(429, Retry_After="60")) as server:
        set_up(team, server)
        sessions = [make_session(bob) for _ in range(6)]
        before = timezone.now()
        run_all()
    times = sorted(job.run_at for job in Job.objects.filter(status=Job.Status.QUEUED))
    assert len(times) == len(sessions)
    assert times[-1] - times[0] > timedelta(milliseconds=100)
    assert times[0] >= before + timedelta(seconds=60)


def test_a_gate_is_halved_once_for_a_crowd_and_grows_with_answers():
    now = [0.0]
    gate = Gate(most=8, clock=lambda: now[0])
    for _ in range(4):
        assert gate.enter(patience_s=0)
    for _ in range(4):
        now[0] += 0.1
        gate.leave(LIMITED)
    assert gate.limit == 4
    for _ in range(30):
        assert gate.enter(patience_s=0)
        gate.leave(ANSWERED)
    assert 7 < gate.limit <= 8


def test_a_gate_never_closes_and_never_lets_too_many_in():
    now = [0.0]
    gate = Gate(most=8, clock=lambda: now[0])
    for _ in range(9):
        now[0] += 2
        assert gate.enter(patience_s=0)
        gate.leave(LIMITED)
    assert gate.limit == 1
    assert gate.enter(patience_s=0)
    assert not gate.enter(patience_s=0)
    assert not gate.enter(patience_s=99, stopped=lambda: True)


def test_many_questions_at_once_find_a_servers_limit(team):
    most, inside, worst, lock = 3, [0], [0], threading.Lock()
    gate = Gate(most=16)
    refused, answered = [], []

    def question():
        assert gate.enter(patience_s=LIMIT_S)
        with lock:
            inside[0] += 1
            worst[0] = max(worst[0], inside[0])
            too_many = inside[0] > most
        threading.Event().wait(0.002)
        with lock:
            inside[0] -= 1
        (refused if too_many else answered).append(1)
        gate.leave(LIMITED if too_many else ANSWERED)

    threads = [threading.Thread(target=question) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gate.in_flight == 0
    assert len(refused) + len(answered) == 60
    assert worst[0] <= 16
