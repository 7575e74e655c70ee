"""What repairs jobs: rows that outlive their code, calls that race, brokers that hoard, workers that end."""

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from studio.jobs import actions, runner
from studio.jobs.actions import cancel, enqueue, hand_over, messages, sweep, worker_name
from studio.jobs.models import Job
from studio.jobs.registry import UNKNOWN_ATTEMPTS, JobFailed, job
from studio.jobs.runner import JobContext
from tests.support.waiting import LIMIT_S

ran: list[str] = []


def refuse(kwargs: dict[str, str], sentence: str) -> None:
    Job.objects.filter(name="repair.note").delete()
    if kwargs["what"] == "untold":
        raise DatabaseError("the object could not be told")


@job("repair.work", queue="io", on_failure=refuse)
def work(ctx: JobContext, what: str) -> None:
    ran.append(what)
    if what == "hopeless":
        raise JobFailed("It cannot be done.")


@pytest.fixture(autouse=True)
def forget() -> None:
    ran.clear()


def running(what: str, **fields: object) -> Job:
    made = enqueue("repair.work", key=what, what=what)
    lease = timezone.now() + timedelta(hours=1)
    fields = {"status": "running", "attempts": 1, "claims": 1, "worker": "1@elsewhere", "lease_until": lease, **fields}
    Job.objects.filter(pk=made.pk).update(**fields)
    made.refresh_from_db()
    return made


def late() -> dict[str, object]:
    return {"lease_until": timezone.now() - timedelta(seconds=1)}


@pytest.mark.django_db
def test_a_job_whose_function_has_vanished_is_tried_with_growing_pauses_and_then_fails() -> None:
    made = Job.objects.create(name="gone.do_it", queue="io")
    pauses = []
    for _ in range(UNKNOWN_ATTEMPTS):
        Job.objects.update(run_at=timezone.now())
        runner.run(str(made.pk))
        made.refresh_from_db()
        pauses.append(round((made.run_at - timezone.now()).total_seconds()))
    assert made.status == Job.Status.FAILED
    assert "knows no such job" in made.cause
    assert pauses[0] < pauses[1] < pauses[2]
    assert max(pauses) <= actions.LONGEST_PAUSE.total_seconds()


@pytest.mark.django_db
def test_a_job_that_cannot_be_given_back_does_not_keep_others_from_being_repaired() -> None:
    running("untold", attempts=3, **late())
    other = running("other", **late())
    sweep()
    other.refresh_from_db()
    assert other.status == Job.Status.QUEUED


@pytest.mark.django_db
def test_a_failed_job_whose_object_could_not_be_told_fails_again_later() -> None:
    made = running("untold", attempts=3, **late())
    sweep()
    made.refresh_from_db()
    assert made.status == Job.Status.RUNNING


@pytest.mark.django_db
def test_a_vanished_job_does_not_stop_the_sweeper() -> None:
    Job.objects.create(name="gone.do_it", queue="io", status="running", attempts=99, **late())
    other = running("other", **late())
    sweep()
    other.refresh_from_db()
    assert other.status == Job.Status.QUEUED
    assert Job.objects.get(name="gone.do_it").status == Job.Status.FAILED


@pytest.mark.django_db
def test_a_broker_that_holds_enough_messages_gets_no_more() -> None:
    made = [Job(name="repair.work", queue="io", kwargs={"what": str(n)}) for n in range(actions.MOST_MESSAGES + 40)]
    Job.objects.bulk_create(made)
    for _ in range(3):
        Job.objects.update(published=timezone.now() - timedelta(minutes=1))
        sweep()
    assert messages("io") == actions.MOST_MESSAGES


@pytest.mark.django_db
def test_a_long_queue_of_one_kind_does_not_keep_the_other_from_being_published() -> None:
    Job.objects.bulk_create(Job(name="repair.work", queue="io", kwargs={"what": str(n)}) for n in range(300))
    Job.objects.create(name="repair.work", queue="cpu", kwargs={"what": "x"})
    sweep()
    assert messages("cpu") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("message", ["", actions.TRIED_AGAIN])
def test_a_job_that_was_due_before_the_clock_was_set_back_is_due_again(message: str) -> None:
    made, then = enqueue("repair.work", what="a"), timezone.now() + timedelta(hours=1)
    Job.objects.filter(pk=made.pk).update(run_at=then, published=then, message=message)
    sweep()
    assert messages("io") == 1
    assert runner.run_next("io")
    assert ran == ["a"]


@pytest.mark.django_db
def test_a_message_that_was_sent_before_the_clock_was_set_back_and_got_lost_is_sent_again() -> None:
    made = enqueue("repair.work", what="a")
    Job.objects.filter(pk=made.pk).update(published=timezone.now() + timedelta(hours=1))
    sweep()
    assert messages("io") == 1


@pytest.mark.django_db
def test_work_that_is_handed_over_waits_again_and_has_not_failed() -> None:
    made, other = running("mine", worker=worker_name()), running("other")
    assert hand_over([worker_name(), worker_name(1)]) == 1
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.status, made.attempts, made.worker) == ("queued", 0, "")
    assert other.status == Job.Status.RUNNING


@pytest.mark.django_db
def test_a_claim_names_the_process_and_where_its_number_counts() -> None:
    pid, _, machine = worker_name().partition("@")
    assert int(pid) == os.getpid()
    assert machine.endswith(Path("/proc/self/ns/pid").readlink().name[:20])
    assert len(worker_name(2**22)) <= Job._meta.get_field("worker").max_length


@pytest.mark.django_db
def test_calling_off_a_waiting_job_that_is_claimed_at_that_moment_is_never_lost() -> None:
    made = running("a")
    assert cancel("repair.work", "a")
    held = Job.objects.get(pk=made.pk)
    assert JobContext(held).stopped()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_that_enqueue_the_same_at_once_get_one_job() -> None:
    gate, made = threading.Barrier(8), []

    def one() -> None:
        gate.wait()
        made.append(enqueue("repair.work", key="same", what="same").pk)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1


ENDS = """
import os, sys, threading, types, django
django.setup()
from studio.jobs import draining
draining.hand_over = lambda workers: print(*workers, flush=True)
draining.DRAIN_SECONDS = 0.05
draining.begin()
threading.Event().wait()
"""


def test_a_worker_that_was_asked_to_end_hands_over_and_is_gone() -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", ENDS]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )
    assert done.returncode == 0
    assert done.stdout.split("@")[0].isdecimal()
