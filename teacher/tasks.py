"""The job that walks a session."""

from typing import Any

from studio.events.durable import FlowChanged
from studio.jobs.models import Job
from studio.jobs.registry import JobFailed, Retry, job
from studio.jobs.runner import JobContext
from teacher import actions, endings
from teacher.models import Session
from teacher.running import Superseded
from teacher.running import run_session as walk

UPDATED = "The studio was updated while this session was under way. Start a new one."


def failed(kwargs: dict[str, Any], sentence: str) -> None:
    """Say on the session that its job came to nothing."""
    endings.fail_session(kwargs["session_id"], sentence)


@job(actions.JOB, queue="io", max_attempts=10, on_failure=failed)
def run_session(ctx: JobContext, session_id: str) -> None:
    try:
        walk(session_id, stopped=ctx.stopped, progressed=ctx.progressed)
    except FlowChanged as changed:
        raise JobFailed(UPDATED, cause=str(changed)) from changed
    except Superseded:
        _left(ctx, session_id)
    except Retry:
        _left(ctx, session_id)  # called off while it was about to wait, it must not wait for that time
        raise


def _left(ctx: JobContext, session_id: str) -> None:
    """If the work was called off, see to it that the session is neither lost nor left running.

    Resumed meanwhile, it found this job still there and has no other. Called off by somebody else, it has to end.
    """
    mine = Job.objects.filter(pk=ctx.job.pk, claims=ctx.job.claims, cancel_requested=True).exists()
    state = Session.objects.filter(pk=session_id).values_list("state", flat=True).first()
    if not mine:
        return
    if state == Session.State.QUEUED:
        raise Retry(0.2, "It was resumed.")
    if state in (Session.State.RUNNING, Session.State.WAITING):
        endings.end_as_cancelled(session_id)
