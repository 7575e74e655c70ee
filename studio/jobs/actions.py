"""Asking for work, calling it off, and repairing what brokers and killed workers lost."""

import logging
import os
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

from celery import current_app
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from studio.accounts.models import Team
from studio.jobs.models import Job
from studio.jobs.registry import Queue, definition, recorded

RUN_TASK = "studio.jobs.run_job"
REPUBLISH = timedelta(seconds=3)
MOST_MESSAGES = 200
LONGEST_PAUSE = timedelta(minutes=1)
TRIED_AGAIN = "It will be tried again."
log = logging.getLogger("studio.jobs")


def enqueue(
    name: str,
    *,
    key: str = "",
    team: Team | None = None,
    is_long: bool = False,
    **ids: str,
) -> Job:
    """Put work on its queue, inside the transaction that creates the reason for it; it is published on commit.

    key: while a job of this name and key is live, it is returned instead of a second one.
    is_long: minutes rather than seconds of a processor; such jobs never take all processes of a machine.
    ids: arguments of the job function; text ids only.
    """
    job = Job(name=name, key=key, team=team, kwargs=ids, queue=definition(name).queue, is_long=is_long)
    with transaction.atomic():
        live = None
        while live is None:  # the one that was in the way may have ended before it could be read
            Job.objects.bulk_create([job], ignore_conflicts=True)  # waits for another transaction that adds the same
            live = Job.objects.live().filter(name=name, key=key).first() if key else job
        if live.pk == job.pk:
            transaction.on_commit(lambda: publish(job))
    return live


def publish(job: Job) -> None:
    """Send the wake-up for a job; a broker that cannot take it is no error, the sweeper publishes again."""
    Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED).update(published=timezone.now())
    with suppress(OperationalError, OSError):
        current_app.send_task(RUN_TASK, args=[str(job.pk)], queue=job.queue)


def cancel(name: str, key: str) -> bool:
    """Call off the live job of that name and key; a running one is asked to stop. Returns whether there was one."""
    rows = Job.objects.filter(name=name, key=key)
    with transaction.atomic():
        called_off = rows.live().update(cancel_requested=True)  # locks them: none can be claimed before the next line
        rows.filter(status=Job.Status.QUEUED).update(
            status=Job.Status.CANCELLED, finished=timezone.now(), message="Called off before it began."
        )
    return bool(called_off)


def sweep(*, is_alive: Callable[[str], bool] | None = None) -> int:
    """Repair pass, safe to run often and in several places at once: returns how many jobs it put back or published.

    Jobs whose lease ran out, or whose worker (on this machine) is gone, return to their queue or fail after too many
    attempts; due jobs that nobody has claimed are published again. A clock that was set back makes no job wait for it.
    """
    is_alive = is_alive or _is_alive
    repaired = 0
    for job in Job.objects.filter(status=Job.Status.RUNNING).order_by("lease_until")[:500]:
        is_expired = job.lease_until is not None and job.lease_until < timezone.now()
        if is_expired or not is_alive(job.worker):
            try:
                repaired += _give_back(job)
            except Exception:  # one job's trouble must not keep the others from being repaired
                log.exception("job could not be given back", extra={"job": job.name, "key": job.key})
    return repaired + _pull_forward() + sum(map(_publish_again, get_args(Queue)))


def _give_back(job: Job) -> int:
    mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, claims=job.claims)
    if job.attempts >= recorded(job.name).max_attempts:
        return fail(mine, job, "It was interrupted too often.", cause=f"{job.attempts} claims ended without an answer")
    return _requeue(mine)


def _requeue(rows: QuerySet[Job], **fields: Any) -> int:
    now = timezone.now()
    return rows.update(status=Job.Status.QUEUED, run_at=now, published=None, worker="", lease_until=None, **fields)


def _pull_forward() -> int:
    """Make jobs due whose time can only be ahead because the clock was set back. Who raised `Retry` gave a reason."""
    ahead = Job.objects.filter(status=Job.Status.QUEUED, run_at__gt=timezone.now() + LONGEST_PAUSE)
    stuck = list(ahead.filter(message__in=["", TRIED_AGAIN]).values_list("pk", flat=True)[:500])
    return _requeue(ahead.filter(pk__in=stuck)) if stuck else 0


def _publish_again(queue: str) -> int:
    """Publish due jobs that nobody has claimed, but never pile up more messages than workers will soon take."""
    now = timezone.now()
    # Published later than now: it was before the clock was set back.
    unseen = Q(published__isnull=True) | ~Q(published__range=(now - REPUBLISH, now + REPUBLISH))
    jobs = list(Job.objects.due().filter(unseen, queue=queue).order_by("run_at", "pk")[:MOST_MESSAGES])
    if jobs:
        jobs = jobs[: max(0, MOST_MESSAGES - messages(queue))]
    for job in jobs:
        publish(job)
    return len(jobs)


def messages(queue: str) -> int:
    """How many messages wait in the broker; 0 when it cannot say."""
    with suppress(OperationalError, OSError), current_app.connection_for_write() as connection:
        return int(connection.default_channel.queue_declare(queue=queue).message_count)
    return 0


def hand_over(workers: Collection[str]) -> int:
    """Put the running jobs of workers that are about to end back on their queues; it is no failed attempt of theirs."""
    return _requeue(Job.objects.filter(status=Job.Status.RUNNING, worker__in=workers), attempts=F("attempts") - 1)


def fail(rows: QuerySet[Job], job: Job, message: str, *, cause: str) -> int:
    """End a job as failed if the conditional rows still match, and tell the object it worked on. Returns 1 or 0."""
    on_failure = recorded(job.name).on_failure
    with transaction.atomic():  # both or neither: a crash between them would leave the object waiting for ever
        changed = rows.update(
            status=Job.Status.FAILED, finished=timezone.now(), message=message, cause=cause, worker="", lease_until=None
        )
        if changed and on_failure:
            on_failure(job.kwargs, message)
    if changed:
        log.error("job failed", extra={"job": job.name, "key": job.key, "cause": cause})
    return changed


def forget_finished(*, older_than: timedelta = timedelta(days=14)) -> int:
    """Delete rows of jobs that ended long ago."""
    ended = ~Q(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
    return Job.objects.filter(ended, finished__lt=timezone.now() - older_than).delete()[0]


def worker_name(pid: int | None = None) -> str:
    """A process of this machine, this one by default, as a claim names it."""
    return f"{pid or os.getpid()}@{machine()}"


@cache
def machine() -> str:
    """Where a process id means the same process: host and process namespace, for containers may share a host's name."""
    with suppress(OSError):
        return f"{socket.gethostname()[:40]}/{Path('/proc/self/ns/pid').readlink().name[:20]}"
    return socket.gethostname()[:40]


def _is_alive(worker: str) -> bool:
    """Whether the claiming process may still run: unknown (another machine) counts as alive, its lease decides."""
    pid, _, where = worker.partition("@")
    if not pid.isdecimal() or where != machine():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
