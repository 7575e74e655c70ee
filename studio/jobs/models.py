"""Jobs and their states."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.accounts.models import Team
from studio.web.ids import uuid7


class JobQuerySet(models.QuerySet["Job"]):
    """Questions that the sweeper and the pages ask."""

    def live(self) -> "JobQuerySet":
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])

    def due(self) -> "JobQuerySet":
        return self.filter(status=Job.Status.QUEUED, run_at__lte=timezone.now())


class Job(models.Model):
    """One piece of background work, claimed by one worker at a time.

    `claims` counts every claim and fences writes of a worker that lost its lease; `attempts` counts the claims since
    the work last came a step further and is what the limit is compared with.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120, blank=True, help_text="At most one live job per name and key.")
    kwargs = models.JSONField(default=dict, help_text="Ids only: never text, never secrets.")
    queue = models.CharField(max_length=10)
    is_long = models.BooleanField(
        default=False, db_default=False, help_text="One process of its queue stays free of such work."
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    run_at = models.DateTimeField(default=timezone.now)
    claims = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    published = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    message = models.TextField(blank=True, help_text="The outcome as a sentence for people.")
    cause = models.TextField(blank=True, help_text="The cause of a failure for operators.")
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status", "run_at"], name="job_status_run_at"),
            models.Index(fields=["queue", "status", "team", "run_at"], name="job_in_line"),
            models.Index(fields=["team", "-finished"], name="job_last_ended"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "key"], condition=Q(status__in=["queued", "running"]) & ~Q(key=""), name="job_live_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key or self.pk}"

    @property
    def title(self) -> str:
        """The job for people: `vault.index_document` is "Index document"."""
        return self.name.partition(".")[2].replace("_", " ").capitalize()
