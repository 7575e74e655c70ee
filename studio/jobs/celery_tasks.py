"""The one Celery task: its message carries a job id and nothing else."""

from celery import shared_task

from studio.jobs import runner


@shared_task(name="studio.jobs.run_job", ignore_result=True)
def run_job(job_id: str) -> None:
    """Run the job if it still waits; a message that comes late or twice finds nothing to claim."""
    runner.run(job_id)
