"""Waiting for a job on the command line, and doing it here when no running studio takes it."""

import time
from collections.abc import Callable

from studio.jobs import runner
from studio.jobs.actions import sweep
from studio.jobs.models import Job

PAUSE_S = 0.2


def finish(name: str, key: str, *, tick: Callable[[], None] = lambda: None) -> None:
    """Return when the job of that name and key is no longer live; whoever is first, this process or a worker, does it.

    tick: called now and then while somebody else works on it, to show progress.
    """
    while job := Job.objects.live().filter(name=name, key=key).first():
        if not runner.run(str(job.pk)):
            sweep()  # a process that was killed may have held it, and without a studio nobody else puts it back
            tick()
            time.sleep(PAUSE_S)
