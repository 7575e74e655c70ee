"""Documents, their passages, and the vectors of these."""

from pathlib import PurePath
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.vault.core.document import KINDS
from studio.web.ids import uuid7


class Collection(models.Model):
    """A named part of a team's vault."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="collections")
    name = models.CharField(max_length=80)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="collection_name_once")]

    def __str__(self) -> str:
        return self.name


class DocumentQuerySet(models.QuerySet["Document"]):
    """Questions that pages and jobs ask."""

    def ready(self) -> "DocumentQuerySet":
        return self.filter(state=Document.State.READY)

    def failed(self) -> "DocumentQuerySet":
        return self.filter(state=Document.State.FAILED)

    def unfinished(self) -> "DocumentQuerySet":
        return self.filter(state__in=[Document.State.STORED, Document.State.INDEXING])

    def naming(self, sha256: str) -> "DocumentQuerySet":
        """Those whose file or text is the blob of that digest."""
        return self.filter(Q(sha256=sha256) | Q(text_sha256=sha256))


class Document(models.Model):
    """A file of a team: its bytes and its text are blobs, named by their SHA-256.

    The same bytes are one document in a team. `filename` is a label that nothing is decided by.
    """

    class State(models.TextChoices):
        STORED = "stored", "Stored"
        INDEXING = "indexing", "Indexing"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="documents")
    collection = models.ForeignKey(
        Collection, null=True, blank=True, on_delete=models.SET_NULL, related_name="documents"
    )
    title = models.CharField(max_length=300)
    filename = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    kind = models.CharField(max_length=5, blank=True, choices=[(kind, kind) for kind in KINDS])
    state = models.CharField(max_length=10, choices=State.choices, default=State.STORED)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent of the indexing that is done.")
    reason = models.TextField(blank=True, help_text="Why it failed, as a sentence for people.")
    retryable = models.BooleanField(default=False, help_text="Whether another try may end differently.")
    text_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the extracted text, UTF-8.")
    char_count = models.PositiveIntegerField(default=0)
    chunk_count = models.PositiveIntegerField(default=0)
    outline = models.JSONField(default=dict, help_text="Page offsets and sections: {pages, sections}.")
    uploaded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    indexed = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "sha256"], name="document_bytes_once"),
            models.CheckConstraint(
                condition=Q(state__in=["stored", "indexing", "ready", "failed"]), name="document_state"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="document_progress"),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(text_sha256=""), name="document_ready_has_text"),
        ]
        indexes = [
            models.Index(fields=["team", "-id"], name="document_newest"),
            models.Index(fields=["team", "title", "id"], name="document_title"),
            models.Index(fields=["team", "size", "id"], name="document_size"),
            models.Index(fields=["team", "state", "id"], name="document_by_state"),
            models.Index(fields=["sha256"], name="document_sha256"),
            models.Index(fields=["text_sha256"], name="document_text_sha256"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("vault:document_detail", args=[self.pk])

    def span_url(self, start: int, end: int) -> str:
        """Address of the page that shows ``text[start:end]`` marked."""
        return f"{self.get_absolute_url()}?{urlencode({'start': start, 'end': end})}#span"

    @property
    def download_name(self) -> str:
        """The label as a file name without any path or control character."""
        name = "".join(char for char in PurePath(self.filename).name if char.isprintable())
        return name or f"document.{self.kind or 'bin'}"


class Chunk(models.Model):
    """A passage: `text` is the document's text[start:end]; header is in the indexed text only."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="chunks")
    ordinal = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    header = models.CharField(max_length=500, blank=True)
    words = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "ordinal"], name="chunk_ordinal_once"),
            models.CheckConstraint(condition=Q(start__lt=models.F("end")), name="chunk_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.start}–{self.end}"


class ChunkVector(models.Model):
    """The embedding of a chunk's indexed text: 384 little-endian float32 of unit length."""

    chunk = models.OneToOneField(Chunk, primary_key=True, on_delete=models.CASCADE, related_name="vector")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    embedding = models.BinaryField()

    def __str__(self) -> str:
        return f"vector {self.pk}"


class IndexVersion(models.Model):
    """Counts the changes of a team's passages, so that a process knows when its copy of the vectors is old."""

    team = models.OneToOneField(Team, primary_key=True, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.pk} {self.version}"
