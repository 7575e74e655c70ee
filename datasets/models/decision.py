"""Decisions: the append-only, hash-chained log of what people decided about pairs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from datasets.models.pair import Pair, sha256_of
from studio.accounts.models import Team
from studio.web.ids import uuid7

NO_PREVIOUS = "0" * 64


class Decision(models.Model):
    """What one person decided about one version of a pair; never changed, an undo is a decision of its own.

    text_before: the completion that an edit or its undo replaced, empty when the text stayed. text: the completion as
    it stood afterwards, kept for approvals and undone edits. shown_sha256: of everything the person judged.
    seconds: how long it was on their screen, as the browser says. edit_distance: characters taken out and put in.
    position: place in the team's log, from 1; digest: SHA-256 over the decision and the digest before it.
    """

    class Verdict(models.TextChoices):
        APPROVE = "approve", "Approved"
        REJECT = "reject", "Rejected"
        SEND_BACK = "send_back", "Sent back"
        UNDO = "undo", "Undone"

    class Reason(models.TextChoices):
        UNSUPPORTED = "unsupported", "Not supported by the evidence"
        WRONG = "wrong", "Wrong or contradicted"
        INCOMPLETE = "incomplete", "Leaves out something important"
        OFF_TOPIC = "off_topic", "Does not answer the instruction"
        STYLE = "style", "Badly written"
        UNSUITABLE = "unsuitable", "Must not be in a data set"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="decisions")
    pair = models.ForeignKey(Pair, on_delete=models.RESTRICT, related_name="decisions")
    version = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    reason_code = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    reason = models.TextField(blank=True)
    text_before = models.TextField(blank=True)
    text_before_sha256 = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    shown_sha256 = models.CharField(max_length=64)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    edit_distance = models.PositiveIntegerField(default=0)
    position = models.PositiveBigIntegerField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "version"], condition=~Q(verdict="undo"), name="decision_once"),
            models.UniqueConstraint(fields=["pair", "version"], condition=Q(verdict="undo"), name="undo_once"),
            models.UniqueConstraint(fields=["team", "position"], name="decision_position_once"),
        ]
        indexes = [models.Index(fields=["team", "reviewer", "-position"], name="decision_by_reviewer")]

    def __str__(self) -> str:
        return f"{self.position}: {self.get_verdict_display()}"

    @property
    def was_edited(self) -> bool:
        return bool(self.text_before)

    def computed_digest(self) -> str:
        """What the digest must be, from the row as it stands."""
        return sha256_of(
            {
                "created": self.created.isoformat(timespec="microseconds"),
                "edit_distance": self.edit_distance,
                "id": str(self.pk),
                "pair": str(self.pair_id),
                "position": self.position,
                "previous": self.previous_digest,
                "reason": self.reason,
                "reason_code": self.reason_code,
                "reviewer": self.reviewer_id,
                "seconds": self.seconds,
                "shown": self.shown_sha256,
                "team": str(self.team_id),
                "text": sha256_of(self.text),
                "text_before": sha256_of(self.text_before),
                "text_before_sha256": self.text_before_sha256,
                "verdict": self.verdict,
                "version": self.version,
            }
        )
