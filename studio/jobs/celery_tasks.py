"""The one Celery task: its message carries a job id and nothing else."""

from celery import shared_task

from studio.jobs import runner
from studio.jobs.actions import RUN_TASK


@shared_task(name=RUN_TASK, ignore_result=True)
def run_job(job_id: str) -> None:
    """Run the job if it still waits; a message that comes late or twice finds nothing to claim."""
    runner.run(job_id)
