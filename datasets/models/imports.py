"""Files of pairs from outside, on their way into the review queue."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from datasets.models.dataset import Dataset
from studio.accounts.models import Team
from studio.web.ids import uuid7


class Import(models.Model):
    """A file that was handed in.

    take_rest: the good lines go in even where others have problems; without it the file waits for that word.
    sealed_secret: the shared secret of an original export, sealed; removed when the import has ended.
    found, created_pairs, known: lines that hold a pair, pairs made of them, pairs that were there already.
    problems: the first ones, [{line, code, message}]; problem_count: all.
    """

    class State(models.TextChoices):
        READING = "reading", "Reading"
        ASKING = "asking", "Has problems"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="imports")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    salvage = models.BooleanField(default=False)
    take_rest = models.BooleanField(default=False)
    sealed_secret = models.TextField(blank=True)
    found = models.PositiveIntegerField(default=0)
    created_pairs = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_state_known", condition=Q(state__in=["reading", "asking", "done", "failed"])
            )
        ]
        indexes = [models.Index(fields=["team", "-id"], name="import_by_age")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where the file lies while the import runs."""
        return Path(settings.STUDIO_DATA_DIR) / "imports" / str(self.pk)

    @property
    def context(self) -> str:
        """What the sealed secret is bound to."""
        return f"import-secret:{self.team_id}:{self.pk}"
