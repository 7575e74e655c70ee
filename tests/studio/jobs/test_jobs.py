"""Jobs: one claim at a time, nothing lost, every end recorded."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from studio.jobs import runner
from studio.jobs.actions import cancel, enqueue, forget_finished, sweep
from studio.jobs.models import Job
from studio.jobs.registry import JobFailed, Retry, job
from studio.jobs.runner import JobContext

pytestmark = pytest.mark.django_db

ran: list[str] = []
told: list[str] = []


@pytest.fixture(autouse=True)
def forget() -> None:
    ran.clear()
    told.clear()


@job("sample.work", queue="io", on_failure=lambda ids, sentence: told.append(sentence))
def work(ctx: JobContext, what: str) -> None:
    ran.append(what)
    ctx.progress(1, 1)
    if what == "later":
        raise Retry(60, "the provider asked us to wait")
    if what == "hopeless":
        raise JobFailed("The file holds no text.", cause="empty")
    if what == "crash":
        raise ZeroDivisionError("1/0")
    if what == "nested":
        cancel("sample.work", "nested")
        assert ctx.stopped()


def make(what: str, **fields: Any) -> Job:
    made = enqueue("sample.work", key=what, what=what)
    Job.objects.filter(pk=made.pk).update(**fields)
    return made


def state(made: Job) -> Job:
    made.refresh_from_db()
    return made


def test_a_job_runs_once_and_is_done() -> None:
    made = make("a")
    assert runner.run(str(made.pk))
    assert not runner.run(str(made.pk))
    assert (ran, state(made).status, made.progress_done) == (["a"], "done", 1)


def test_a_live_job_of_the_same_key_is_returned() -> None:
    assert make("a").pk == make("a").pk
    assert Job.objects.count() == 1


def test_a_finished_job_does_not_stop_a_new_one() -> None:
    first = make("a")
    runner.run(str(first.pk))
    assert make("a").pk != first.pk


def test_a_rolled_back_reason_leaves_no_job() -> None:
    with transaction.atomic():
        make("a")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_job_that_asks_for_later_waits_and_has_not_failed() -> None:
    made = make("later")
    runner.run(str(made.pk))
    assert (state(made).status, made.attempts) == ("queued", 0)
    assert made.run_at > timezone.now() + timedelta(seconds=50)
    assert not runner.run(str(made.pk))


def test_a_hopeless_job_fails_at_once_and_its_object_is_told() -> None:
    made = make("hopeless")
    runner.run(str(made.pk))
    assert (state(made).status, made.message, made.cause) == ("failed", "The file holds no text.", "empty")
    assert told == ["The file holds no text."]


def test_a_crash_is_tried_again_and_fails_after_three() -> None:
    made = make("crash")
    for _ in range(5):
        Job.objects.update(run_at=timezone.now())
        runner.run(str(made.pk))
    assert (state(made).status, len(ran), len(told)) == ("failed", 3, 1)
    assert "ZeroDivisionError" in made.cause
    assert "ZeroDivisionError" not in made.message


def test_a_waiting_job_that_is_called_off_never_runs() -> None:
    made = make("a")
    assert cancel("sample.work", "a")
    assert not runner.run(str(made.pk))
    assert (ran, state(made).status) == ([], "cancelled")


def test_a_running_job_that_is_called_off_learns_it() -> None:
    made = make("nested")
    runner.run(str(made.pk))
    assert state(made).status == "cancelled"


def test_calling_off_what_is_not_there_says_so() -> None:
    assert not cancel("sample.work", "nothing")


def test_the_sweeper_gives_back_a_job_whose_lease_ran_out() -> None:
    made = make(
        "a", status="running", attempts=1, claims=1, worker="1@elsewhere", lease_until=timezone.now() - timedelta(1)
    )
    sweep()
    assert state(made).status == "queued"
    assert runner.run(str(made.pk))


def test_the_sweeper_gives_back_a_job_whose_process_is_gone_at_once() -> None:
    lease = timezone.now() + timedelta(hours=1)
    made = make("a", status="running", attempts=1, claims=1, worker="x", lease_until=lease)
    sweep(is_alive=lambda worker: False)
    assert state(made).status == "queued"


def test_the_sweeper_leaves_a_running_job_alone() -> None:
    lease = timezone.now() + timedelta(hours=1)
    made = make("a", status="running", attempts=1, claims=1, worker="1@elsewhere", lease_until=lease)
    sweep()
    assert state(made).status == "running"


def test_a_job_that_kills_its_worker_again_and_again_is_parked() -> None:
    lease = timezone.now() - timedelta(seconds=1)
    made = make("a", status="running", attempts=3, claims=3, worker="1@elsewhere", lease_until=lease)
    sweep()
    assert (state(made).status, told) == ("failed", ["It was interrupted too often."])


def test_a_step_forward_forgives_earlier_interruptions() -> None:
    made = make("a", attempts=2)
    held = runner.claim(str(made.pk))
    assert held is not None
    JobContext(held).progressed()
    assert state(made).attempts == 1


def test_a_lost_message_is_published_again() -> None:
    made = make("a", published=timezone.now() - timedelta(minutes=1))
    assert sweep() == 1
    assert state(made).published > timezone.now() - timedelta(seconds=30)


def test_a_job_that_asked_for_later_is_not_published_before() -> None:
    make("a", run_at=timezone.now() + timedelta(hours=1), published=None, message="The month's budget is spent.")
    assert sweep() == 0


def test_a_worker_that_lost_its_lease_changes_nothing() -> None:
    made = make("a")
    held = runner.claim(str(made.pk))
    assert held is not None
    Job.objects.filter(pk=made.pk).update(claims=held.claims + 1)
    context = JobContext(held)
    context.progress(7, 7)
    assert context.stopped()
    assert state(made).progress_done == 0


def test_old_rows_are_forgotten_and_live_ones_stay() -> None:
    old = make("old")
    runner.run(str(old.pk))
    Job.objects.filter(pk=old.pk).update(finished=timezone.now() - timedelta(days=30))
    live = make("live")
    assert forget_finished() == 1
    assert list(Job.objects.all()) == [live]
