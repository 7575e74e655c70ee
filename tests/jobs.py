"""Runs background work inside a test, without a broker."""

from django.utils import timezone

from studio.jobs import runner
from studio.jobs.models import Job


def run_all(*, waiting: bool = False, limit: int = 1000) -> int:
    """Run every due job, oldest first, until none is left; returns how many runs that took.

    waiting: also run jobs that asked to be tried later, without the wait. A run beyond `limit` fails the test.
    """
    for runs in range(limit):
        if waiting:
            Job.objects.filter(status=Job.Status.QUEUED).update(run_at=timezone.now())
        job = Job.objects.due().order_by("run_at", "pk").first()
        if job is None:
            return runs
        runner.run(str(job.pk))
    raise AssertionError(f"jobs were still due after {limit} runs")
