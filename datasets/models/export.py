"""Exports: which approved pairs left, in which form, signed by whom."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from datasets.models.dataset import Dataset
from datasets.models.pair import Pair
from studio.accounts.models import Team
from studio.web.ids import uuid7


class ExportQuerySet(models.QuerySet["Export"]):
    """Questions about exports."""

    def standing(self) -> "ExportQuerySet":
        """Those whose rows have left or are about to."""
        return self.exclude(state=Export.State.FAILED)

    def finished(self) -> "ExportQuerySet":
        """Those that can be fetched."""
        return self.filter(state=Export.State.READY)

    def with_replaced(self) -> "ExportQuerySet":
        """Each with is_replaced: whether a finished export stands in its place."""
        return self.annotate(is_replaced=Exists(Export.objects.finished().filter(supersedes=OuterRef("pk"))))


class Export(models.Model):
    """One signed folder of approved pairs.

    version: as its card names it. rows: how many pairs were taken at the cut; withheld ones are among them.
    selection: what the team had at the cut and left out; review_log: {head, length} of the decisions at the cut.
    layouts: derived files. signing: by the studio's key, or outside by a key that never comes here.
    files: [{name, sha256, size}]. done: rows written so far, for the progress line. key_id: who signed.
    signatures: what an outside key sent. supersedes: the export from which this one withdraws rows.
    """

    class State(models.TextChoices):
        BUILDING = "building", "Building"
        WAITING = "waiting", "Waits for its signature"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class Signing(models.TextChoices):
        STUDIO = "studio", "With the studio's key"
        OUTSIDE = "outside", "With a key on another machine"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="exports")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=10, choices=State.choices, default=State.BUILDING)
    version = models.CharField(max_length=40)
    description = models.TextField(blank=True)
    min_quality = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    layouts = models.JSONField(default=list)
    parquet = models.BooleanField(default=True)
    frames = models.BooleanField(default=False)
    frame_secret = models.ForeignKey(
        "FrameSecret", null=True, blank=True, on_delete=models.SET_NULL, related_name="exports"
    )
    signing = models.CharField(max_length=10, choices=Signing.choices, default=Signing.STUDIO)
    rows = models.PositiveIntegerField()
    withheld = models.PositiveIntegerField(default=0)
    selection = models.JSONField(default=dict)
    review_log = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    root = models.CharField(max_length=64, blank=True)
    statement_sha256 = models.CharField(max_length=64, blank=True)
    files = models.JSONField(default=list)
    key_id = models.CharField(max_length=64, blank=True)
    signatures = models.TextField(blank=True)
    archive_size = models.PositiveBigIntegerField(default=0)
    supersedes = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="successors")
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    pairs: "models.ManyToManyField[Pair, ExportRow]" = models.ManyToManyField(
        Pair, through="ExportRow", related_name="exports"
    )

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="export_state_known", condition=Q(state__in=["building", "waiting", "ready", "failed"])
            ),
            models.CheckConstraint(name="export_has_rows", condition=Q(rows__gte=1)),
            models.CheckConstraint(name="export_ready_is_signed", condition=~Q(state="ready") | ~Q(key_id="")),
        ]
        indexes = [models.Index(fields=["team", "-id"], name="export_by_age")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.version}"

    @property
    def is_building(self) -> bool:
        return self.state == self.State.BUILDING

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_failed(self) -> bool:
        return self.state == self.State.FAILED

    @property
    def home(self) -> Path:
        """The folder that holds everything of this export."""
        return Path(settings.STUDIO_DATA_DIR) / "exports" / str(self.pk)

    @property
    def folder(self) -> Path:
        """The finished export."""
        return self.home / "export"

    @property
    def unsigned(self) -> Path:
        """The export before it is signed."""
        return self.home / "unsigned"

    @property
    def archive(self) -> Path:
        """The finished export as a zip file."""
        return self.home / "export.zip"

    @property
    def replacement(self) -> "Export | None":
        """The finished export that stands in the place of this one, where rows of it were withdrawn since."""
        found = None
        later = self.successors.finished().order_by("-pk").first()
        while later:
            found, later = later, later.successors.finished().order_by("-pk").first()
        return found


class ExportRow(models.Model):
    """A pair, in the version that was approved at the cut, in an export. withheld: only its leaf hash leaves."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="export_rows")
    pair = models.ForeignKey(Pair, on_delete=models.RESTRICT, related_name="export_rows")
    version = models.PositiveIntegerField()
    withheld = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "pair"], name="export_row_once")]

    def __str__(self) -> str:
        return f"{self.pair_id} in {self.export_id}"
