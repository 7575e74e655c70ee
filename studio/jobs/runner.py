"""Runs one job: claims its row, keeps the lease while it works, records how it ended."""

import logging
import threading
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from studio.jobs.actions import LONGEST_PAUSE, TRIED_AGAIN, fail, worker_name
from studio.jobs.claims import claim, claim_next, lease
from studio.jobs.models import Job
from studio.jobs.registry import JobFailed, Retry, recorded
from studio.web.logs import bound

log = logging.getLogger("studio.jobs")


class JobContext:
    """What a job function gets beside its ids."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._asked = 0.0
        self._stopped = False
        self._written = 0.0

    def stopped(self) -> bool:
        """Whether to stop: the job was called off, or another worker has taken it over. Asks at most every 0.2 s."""
        if not self._stopped and time.monotonic() - self._asked > 0.2:
            self._asked = time.monotonic()
            row = _mine(self.job).values("cancel_requested").first()
            self._stopped = row is None or row["cancel_requested"]
        return self._stopped

    def progressed(self) -> None:
        """The work came a step further: interruptions before it no longer count against the job."""
        _mine(self.job).exclude(attempts=1).update(attempts=1)

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is; written at most twice a second, and at the end."""
        if done < total and time.monotonic() - self._written < 0.5:
            return
        self._written = time.monotonic()
        _mine(self.job).update(progress_done=done, progress_total=total)


def run(job_id: str) -> bool:
    """Claim that job and run it. Returns False when there was nothing to claim: somebody else has it."""
    job = claim(job_id)
    return job is not None and _run(job)


def run_next(queue: str) -> bool:
    """Claim the job of that queue whose turn it is and run it. Returns False when none is due."""
    job = claim_next(queue)
    return job is not None and _run(job)


def _run(job: Job) -> bool:
    work = recorded(job.name)
    with bound(job=str(job.pk), name=job.name), _beat.covering(job):
        try:
            work.run(JobContext(job), **job.kwargs)
        except Retry as later:
            run_at = timezone.now() + timedelta(seconds=later.after_s)
            _end(job, Job.Status.QUEUED, run_at=run_at, message=str(later), attempts=F("attempts") - 1, published=None)
        except JobFailed as failure:
            fail(_mine(job), job, str(failure), cause=failure.cause or str(failure))
        except Exception as error:  # noqa: BLE001  the edge: whatever happened, the row must say so
            _crashed(job, work.max_attempts, error)
        else:
            stopped = Job.objects.filter(pk=job.pk, cancel_requested=True).exists()
            _end(job, Job.Status.CANCELLED if stopped else Job.Status.DONE, finished=timezone.now())
    return True


def _crashed(job: Job, max_attempts: int, error: Exception) -> None:
    cause = f"{type(error).__name__}: {error}"
    log.error("job crashed", exc_info=error, extra={"attempt": job.attempts})
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    if job.attempts >= max_attempts:
        fail(_mine(job), job, "Something unexpected went wrong; the operator's log says what.", cause=cause)
    else:
        run_at = timezone.now() + min(LONGEST_PAUSE, timedelta(seconds=2**job.attempts))
        _end(job, Job.Status.QUEUED, run_at=run_at, message=TRIED_AGAIN, cause=cause, published=None)


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, claims=job.claims)


def _end(job: Job, status: str, **fields: Any) -> None:
    _mine(job).update(status=status, worker="", lease_until=None, **fields)


class _Beat:
    """Renews the leases of all jobs of this process, from one thread that lives as long as there are any."""

    def __init__(self) -> None:
        self._jobs: dict[UUID, Job] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def covering(self, job: Job) -> "_Covering":
        return _Covering(self, job)

    def add(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.pk] = job
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="job leases", daemon=True)
                self._thread.start()

    def remove(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.pk, None)

    def _run(self) -> None:
        pause = settings.STUDIO_JOB_LEASE_SECONDS / 3
        while True:
            time.sleep(pause)
            with self._lock:
                jobs = list(self._jobs.values())
                if not jobs:
                    self._thread = None
                    return
            try:
                ids = [job.pk for job in jobs]
                running = Job.objects.filter(pk__in=ids, status=Job.Status.RUNNING, worker=worker_name())
                running.update(lease_until=lease())
            except Exception:  # a database that is away for a moment must not end the beat
                log.exception("leases could not be renewed")
            finally:
                connection.close()  # none is held while it waits, and closing needs no database


class _Covering:
    """Keeps one job's lease while the block runs."""

    def __init__(self, beat: _Beat, job: Job) -> None:
        self._beat = beat
        self._job = job

    def __enter__(self) -> None:
        self._beat.add(self._job)

    def __exit__(self, *_: object) -> None:
        self._beat.remove(self._job)


_beat = _Beat()
