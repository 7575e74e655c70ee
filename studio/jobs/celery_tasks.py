"""The one Celery task: its message says that a queue has work, for one job each."""

from typing import Any

from celery import shared_task

from studio.jobs import runner
from studio.jobs.actions import RUN_TASK


@shared_task(name=RUN_TASK, ignore_result=True, bind=True)
def run_job(self: Any, job_id: str) -> None:
    """Run whichever job's turn it is; a message that comes late or twice may find none.

    job_id: the job that made the message, for whoever looks into the broker.
    """
    runner.run_next(self.request.delivery_info["routing_key"])
