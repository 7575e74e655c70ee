"""What session tests share: a question, its evidence, a form, and sessions ready to run."""

from typing import Any

from django.utils import timezone

from studio.accounts.access import actor_for
from studio.accounts.models import User
from studio.endpoints.models import Circuit
from studio.jobs import runner
from studio.jobs.models import Job
from teacher.actions import start_session
from teacher.models import Session

QUESTION = "How long may goods be returned?"
EVIDENCE = (
    "Goods may be returned within 30 days of delivery. Opened software cannot be returned. The buyer pays for the "
    "return parcel."
)
FALSE_DRAFT = "Goods may be returned within 60 days of delivery."


def form(**change: str) -> dict[str, str]:
    """A posted session form."""
    usual = {"question": QUESTION, "draft": "", "evidence": EVIDENCE, "threshold": "0.8", "max_iterations": "3"}
    return usual | change


def make_session(user: User, **fields: Any) -> Session:
    """A queued session of the person's team."""
    actor = actor_for(user, user.teams.get())
    assert actor is not None
    usual: dict[str, Any] = {"draft": FALSE_DRAFT, "texts": [EVIDENCE]}
    return start_session(actor, fields.pop("question", QUESTION), **{**usual, **fields})


def run_through(limit: int = 200) -> None:
    """Run all jobs, those that wait too, as if the time they and the circuits wait for had passed."""
    for _ in range(limit):
        now = timezone.now()
        Circuit.objects.filter(open_until__gt=now).update(open_until=now)
        Job.objects.filter(status=Job.Status.QUEUED).update(run_at=now)
        job = Job.objects.due().order_by("run_at", "pk").first()
        if job is None:
            return
        runner.run(str(job.pk))
    raise AssertionError(f"jobs were still due after {limit} runs")
