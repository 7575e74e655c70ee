"""Asking for work, calling it off, and repairing what brokers and killed workers lost."""

import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from studio.accounts.models import Team
from studio.jobs.models import Job
from studio.jobs.registry import definition

RUN_TASK = "studio.jobs.run_job"
REPUBLISH = timedelta(seconds=3)
log = logging.getLogger("studio.jobs")


def enqueue(name: str, *, key: str = "", team: Team | None = None, run_at: datetime | None = None, **ids: str) -> Job:
    """Put work on its queue, inside the transaction that creates the reason for it; it is published on commit.

    key: while a job of this name and key is live, it is returned instead of a second one.
    ids: arguments of the job function; text ids only.
    """
    with transaction.atomic():
        if key and (live := Job.objects.live().filter(name=name, key=key).first()):
            return live
        job = Job.objects.create(
            name=name, key=key, team=team, kwargs=ids, queue=definition(name).queue, run_at=run_at or timezone.now()
        )
        transaction.on_commit(lambda: publish(job))
    return job


def publish(job: Job) -> None:
    """Send the wake-up for a job; a broker that cannot take it is no error, the sweeper publishes again."""
    Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED).update(published=timezone.now())
    with suppress(OperationalError, OSError):
        current_app.send_task(RUN_TASK, args=[str(job.pk)], queue=job.queue)


def cancel(name: str, key: str) -> bool:
    """Call off the live job of that name and key; a running one is asked to stop. Returns whether there was one."""
    now = timezone.now()
    live = Job.objects.filter(name=name, key=key)
    waiting = live.filter(status=Job.Status.QUEUED).update(
        status=Job.Status.CANCELLED, finished=now, message="Called off before it began."
    )
    running = live.filter(status=Job.Status.RUNNING).update(cancel_requested=True)
    return bool(waiting or running)


def sweep(*, is_alive: Callable[[str], bool] | None = None) -> int:
    """Repair pass, safe to run often and in several places at once: returns how many jobs it put back or published.

    Jobs whose lease ran out, or whose worker (on this machine) is gone, return to their queue or fail after too many
    attempts; due jobs that nobody has claimed are published again.
    """
    is_alive = is_alive or _is_alive
    repaired = 0
    for job in Job.objects.filter(status=Job.Status.RUNNING)[:500]:
        is_expired = job.lease_until is not None and job.lease_until < timezone.now()
        if is_expired or not is_alive(job.worker):
            repaired += _give_back(job)
    unseen = Q(published__isnull=True) | Q(published__lt=timezone.now() - REPUBLISH)
    for job in Job.objects.due().filter(unseen)[:200]:
        publish(job)
        repaired += 1
    return repaired


def _give_back(job: Job) -> int:
    mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, claims=job.claims)
    if job.attempts >= definition(job.name).max_attempts:
        return fail(mine, job, "It was interrupted too often.", cause=f"{job.attempts} claims ended without an answer")
    return mine.update(status=Job.Status.QUEUED, run_at=timezone.now(), published=None, worker="", lease_until=None)


def fail(rows: QuerySet[Job], job: Job, message: str, *, cause: str) -> int:
    """End a job as failed if the conditional rows still match, and tell the object it worked on. Returns 1 or 0."""
    changed = rows.update(status=Job.Status.FAILED, finished=timezone.now(), message=message, cause=cause, worker="")
    if changed and (on_failure := definition(job.name).on_failure):
        on_failure(job.kwargs, message)
    if changed:
        log.error("job failed", extra={"job": job.name, "key": job.key, "cause": cause})
    return changed


def forget_finished(*, older_than: timedelta = timedelta(days=14)) -> int:
    """Delete rows of jobs that ended long ago."""
    ended = ~Q(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
    return Job.objects.filter(ended, finished__lt=timezone.now() - older_than).delete()[0]


def worker_name() -> str:
    """This process, as a claim names it."""
    return f"{os.getpid()}@{socket.gethostname()}"


def _is_alive(worker: str) -> bool:
    """Whether the claiming process may still run: unknown (another machine) counts as alive, its lease decides."""
    pid, _, host = worker.partition("@")
    if not pid.isdecimal() or host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
