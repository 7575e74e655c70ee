"""Which job is next, and taking it for this process: everybody's turn comes, and long work leaves room for short."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Min
from django.utils import timezone

from studio.jobs.actions import machine, worker_name
from studio.jobs.models import Job, JobQuerySet

TRIES = 5
"""How many jobs of a team are tried when others claim at the same moment."""


def claim(job_id: str) -> Job | None:
    """Take a due job for this process, or None when somebody else has it or it is not wanted any more."""
    claimed = (
        Job.objects.due()
        .filter(pk=UUID(job_id))
        .update(
            status=Job.Status.RUNNING,
            claims=F("claims") + 1,
            attempts=F("attempts") + 1,
            worker=worker_name(),
            lease_until=lease(),
            cancel_requested=False,
        )
    )
    return Job.objects.get(pk=job_id) if claimed else None


def claim_next(queue: str) -> Job | None:
    """Take the job of a queue whose turn it is, or None when none is due.

    It is the turn of the team for which the fewest jobs run, among equals of the one that waits longest, and of its
    oldest job: who uploads one file does not wait for the five hundred of others.
    """
    return next((job for pk in _in_turn(queue) if (job := claim(str(pk)))), None)


def lease() -> datetime:
    """Until when a claim holds that is made or renewed now."""
    return timezone.now() + timedelta(seconds=settings.STUDIO_JOB_LEASE_SECONDS)


def _in_turn(queue: str) -> Iterator[UUID]:
    rows = Job.objects.filter(queue=queue)
    due = _with_room(queue, rows.due())
    waiting = dict(due.order_by().values_list("team").annotate(Min("run_at")))
    running = rows.filter(status=Job.Status.RUNNING).order_by().values_list("team").annotate(Count("pk"))
    busy = dict(running) if len(waiting) > 1 else {}
    for team in sorted(waiting, key=lambda team: (busy.get(team, 0), waiting[team])):
        yield from due.filter(team=team).order_by("run_at", "pk").values_list("pk", flat=True)[:TRIES]


def _with_room(queue: str, due: JobQuerySet) -> JobQuerySet:
    """Those that may run now: a machine with several processes keeps one of them for what is not long."""
    if queue != "cpu" or settings.STUDIO_WORKER_PROCESSES < 2:
        return due
    long = Job.objects.filter(queue=queue, status=Job.Status.RUNNING, is_long=True)
    has_room = long.filter(worker__endswith=f"@{machine()}").count() < settings.STUDIO_WORKER_PROCESSES - 1
    return due if has_room else due.filter(is_long=False)
