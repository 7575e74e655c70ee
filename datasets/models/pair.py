"""Pairs: an instruction, its draft and the revised completion that people decide about."""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from datasets.models.dataset import Dataset
from studio.accounts.models import Team, User
from studio.web.ids import uuid7


def sha256_of(value: object) -> str:
    """SHA-256, in hex, of a text or of a JSON value written with sorted keys and no spaces."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def folded_sha256(*, instruction: str, system: str, completion: str) -> str:
    """Digest of what a model learns from a pair; texts that differ in white space alone have the same one."""
    return sha256_of([" ".join(text.split()) for text in (instruction, system, completion)])


class PairQuerySet(models.QuerySet["Pair"]):
    """Questions about pairs."""

    def awaiting_review(self) -> "PairQuerySet":
        return self.filter(status=Pair.Status.PROPOSED)

    def free_for(self, user: User) -> "PairQuerySet":
        """Awaiting review, and held by nobody else at this moment."""
        now = timezone.now()
        return self.awaiting_review().filter(Q(leased_by=None) | Q(leased_by=user) | Q(lease_until__lte=now))

    def approved(self) -> "PairQuerySet":
        return self.filter(status=Pair.Status.APPROVED)


class Pair(models.Model):
    """One candidate row of a data set.

    completion: the revised text; after an approval exactly the approved one. score: 0 to 1, or unknown.
    evidence: [{n, document_id, title, sha256, start, end, text}]; start and end are character offsets in the document.
    claims: [{text, verdict, quotes: [{n, text, start, end}]}]; n names the evidence that a quote stands in.
    provenance: a closed record of where the pair comes from (`datasets.shapes.Provenance`).
    leased_by, lease_until: who has the pair on their screen; only a courtesy, the version decides.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "To review"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        SENT_BACK = "sent_back", "Sent back"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="pairs")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="pairs")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    instruction = models.TextField()
    system = models.TextField(blank=True)
    draft = models.TextField(blank=True)
    completion = models.TextField()
    score = models.DecimalField(
        max_digits=4, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    stop_reason = models.CharField(max_length=40, blank=True)
    flags = models.JSONField(default=list, blank=True)
    evidence = models.JSONField(default=list, blank=True)
    claims = models.JSONField(default=list, blank=True)
    critique = models.JSONField(default=dict, blank=True)
    provenance = models.JSONField(default=dict)
    session_id = models.UUIDField(null=True, blank=True, db_index=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    content_sha256 = models.CharField(max_length=64, help_text="Of the text as it was proposed.")
    folded_sha256 = models.CharField(max_length=64, help_text="Of the text as it stands, white space folded.")
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    decided = models.DateTimeField(null=True, blank=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pair_status_known", condition=Q(status__in=["proposed", "approved", "rejected", "sent_back"])
            ),
            models.CheckConstraint(name="pair_score_range", condition=Q(score=None) | Q(score__gte=0, score__lte=1)),
            models.CheckConstraint(name="pair_version_from_1", condition=Q(version__gte=1)),
            models.CheckConstraint(name="pair_has_text", condition=~Q(instruction="") & ~Q(completion="")),
            models.CheckConstraint(name="pair_has_folded_digest", condition=~Q(folded_sha256="")),
            models.CheckConstraint(
                name="pair_decided_when_not_proposed",
                condition=Q(status="proposed", decided=None) | (~Q(status="proposed") & Q(decided__isnull=False)),
            ),
            models.UniqueConstraint(fields=["team", "session_id", "content_sha256"], name="pair_session_text_once"),
        ]
        indexes = [
            models.Index(fields=["team", "id"], name="pair_by_age"),
            models.Index(fields=["team", "score", "id"], name="pair_by_score"),
            models.Index(fields=["team", "status", "id"], name="pair_status_by_age"),
            models.Index(fields=["team", "status", "score", "id"], name="pair_status_by_score"),
            models.Index(fields=["dataset", "status", "id"], name="pair_dataset_status"),
            models.Index(fields=["dataset", "folded_sha256", "id"], name="pair_dataset_folded"),
            models.Index(fields=["team", "content_sha256"], name="pair_team_content"),
            models.Index(fields=["team", "folded_sha256"], name="pair_team_folded"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The first line of the instruction, short enough for a list."""
        line = self.instruction.strip().partition("\n")[0]
        return line if len(line) <= 120 else f"{line[:119]}…"

    @property
    def is_proposed(self) -> bool:
        return self.status == self.Status.PROPOSED

    @property
    def holder(self) -> User | None:
        """Who has the pair on their screen now."""
        is_held = self.leased_by_id and self.lease_until and self.lease_until > timezone.now()
        return self.leased_by if is_held else None

    def shown(self) -> dict[str, Any]:
        """Everything that a reviewer judges, as it stands now."""
        names = ("instruction", "system", "draft", "completion", "critique", "claims", "evidence")
        return {name: getattr(self, name) for name in names}

    def computed_content(self) -> str:
        """What `content_sha256` must be for the text as it stands now."""
        return sha256_of({name: getattr(self, name) for name in ("instruction", "system", "draft", "completion")})
