"""A session: a question, what the teachers made of it, and how it ended."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.accounts.models import Team
from studio.web.ids import uuid7
from teacher.core.outcome import ACCEPTED
from teacher.core.verdicts import Passage

MOST_ITERATIONS = 10
#: Ends after which the same session can go on: what it has asked so far is not asked again.
RESUMABLE = ("cancelled", "teacher_unavailable", "request_rejected", "refused", "interrupted")


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about sessions."""

    def active(self) -> "SessionQuerySet":
        """Those that have not ended."""
        return self.filter(state__in=Session.ACTIVE)

    def runnable(self) -> "SessionQuerySet":
        """Those that a worker may take up: not ended, and not paused, or paused for a time that is over."""
        is_over = Q(state=Session.State.PAUSED, next_try__lte=timezone.now())
        return self.active().filter(~Q(state=Session.State.PAUSED) | is_over)

    def of(self, team: Team) -> "SessionQuerySet":
        return self.filter(team=team)


class Session(models.Model):
    """One walk of draft, verify, critique and revise; its events are the stream `session:<id>`."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        WAITING = "waiting", "Waiting for the teacher"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        DEGRADED = "degraded", "Degraded"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"

    ACTIVE = (State.QUEUED, State.RUNNING, State.WAITING, State.PAUSED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="sessions")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    question = models.TextField()
    given_draft = models.TextField(blank=True, help_text="A draft that a person brought; empty has one written.")
    teacher = models.CharField(max_length=80, blank=True, help_text="Which endpoint asked for; empty chooses by role.")
    threshold = models.DecimalField(
        max_digits=4, decimal_places=3, default=Decimal("0.8"), validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    max_iterations = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_ITERATIONS)]
    )
    evidence = models.JSONField(default=list, help_text="The passages, numbered as they are cited.")
    versions = models.JSONField(default=dict, help_text="Rubric, prompts and settings it ran with.")

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stop_reason = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True, help_text="How it ended, as a sentence for people.")
    cause = models.TextField(blank=True, help_text="The cause for operators.")
    waits = models.PositiveSmallIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    next_try = models.DateTimeField(null=True, blank=True)
    written = models.PositiveIntegerField(default=0, help_text="Characters so far of the answer that is under way.")

    score = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    iterations = models.PositiveSmallIntegerField(default=0)
    draft = models.TextField(blank=True)
    best_text = models.TextField(blank=True)
    claims = models.JSONField(default=list)
    critique = models.JSONField(default=dict)
    models_used = models.JSONField(default=list, help_text="Model and endpoint of each that answered.")
    tokens = models.PositiveBigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0))
    pair_id = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["team", "-id"], name="session_newest"),
            models.Index(fields=["team", "state", "-id"], name="session_state"),
            models.Index(fields=["team", "score", "id"], name="session_score"),
            models.Index(fields=["team", "cost_usd", "id"], name="session_cost"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1), name="session_score_range"
            ),
            models.CheckConstraint(
                condition=Q(max_iterations__gte=1, max_iterations__lte=MOST_ITERATIONS), name="session_iterations_range"
            ),
        ]

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def stream(self) -> str:
        """The name of its event stream."""
        return f"session:{self.pk}"

    @property
    def job_key(self) -> str:
        return f"session:{self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def is_accepted(self) -> bool:
        return self.stop_reason in ACCEPTED

    @property
    def can_resume(self) -> bool:
        """Whether it can go on where it stopped."""
        return self.state == self.State.PAUSED or (not self.is_active and self.stop_reason in RESUMABLE)

    @property
    def can_pause(self) -> bool:
        """Whether it is under way."""
        return self.is_active and self.state != self.State.PAUSED

    @property
    def can_propose(self) -> bool:
        """Whether a person may put its best text into the review queue."""
        return not self.is_active and bool(self.best_text) and self.pair_id is None

    @property
    def seconds(self) -> float | None:
        """How long it has been at work, up to now while it runs."""
        if self.started is None:
            return None
        return ((self.finished or timezone.now()) - self.started).total_seconds()

    def passages(self) -> list[Passage]:
        """The evidence as the flow takes it."""
        return [_passage(entry) for entry in self.evidence]


def _passage(entry: dict[str, Any]) -> Passage:
    return Passage(
        label=entry["label"],
        title=entry["title"],
        text=entry["text"],
        document_id=entry["document_id"],
        offset=entry["start"],
    )
