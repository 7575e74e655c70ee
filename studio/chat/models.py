"""Conversations, their trees of messages, and the citations that answers rest on."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from studio.accounts.models import Team
from studio.web.ids import uuid7


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Questions that the lists ask."""

    def kept(self) -> "ConversationQuerySet":
        """Not deleted."""
        return self.filter(deleted=None)

    def mentioning(self, words: str) -> "ConversationQuerySet":
        """With these words in the title or in any message."""
        said = Message.objects.filter(conversation=OuterRef("pk"), text__icontains=words)
        return self.filter(Q(title__icontains=words) | Exists(said))


class Conversation(models.Model):
    """A conversation of a team with its documents; every member may read it and ask on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now)
    deleted = models.DateTimeField(null=True, blank=True, help_text="Out of sight, and gone for good a week later.")

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["team", "-updated", "-id"], name="conversation_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def stream(self) -> str:
        """Name of its event stream."""
        return f"conversation:{self.pk}"


class Message(models.Model):
    """A question, or an answer to its parent. Alternatives (edited, regenerated) have the same parent.

    claim: which claim of the job writes this answer; a worker that lost its lease finds no row to write to.
    trace: what was searched, what was found with which score, and what entered the prompt.
    """

    class Role(models.TextChoices):
        USER = "user", "Question"
        ASSISTANT = "assistant", "Answer"

    class State(models.TextChoices):
        STREAMING = "streaming", "Being written"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    role = models.CharField(max_length=10, choices=Role.choices)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DONE)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)
    model = models.CharField(max_length=120, blank=True, help_text="What the endpoint says it ran.")
    endpoint = models.CharField(max_length=80, blank=True, help_text="Name of the endpoint at that time.")
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True, help_text="Empty: unknown.")
    is_cut = models.BooleanField(default=False, help_text="The answer reached its length limit.")
    error = models.TextField(blank=True, help_text="Why there is no answer, as a sentence for people.")
    claim = models.PositiveIntegerField(default=0)
    trace = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["conversation", "created", "id"], name="message_in_order")]
        constraints = [
            models.CheckConstraint(condition=Q(role="assistant") | Q(state="done"), name="message_question_is_whole"),
            models.CheckConstraint(
                condition=Q(role="user") | Q(parent__isnull=False), name="message_answer_has_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    @property
    def passages(self) -> list[dict[str, Any]]:
        """What the answerer was given, best first: label, chunk_id, document_id, title, start, end, score, ranks."""
        return list(self.trace.get("passages", ()))

    @property
    def job_key(self) -> str:
        """Key of the job that writes this answer."""
        return f"message:{self.pk}"

    @property
    def took_s(self) -> float | None:
        """Seconds from the question to the end of the answer."""
        return (self.finished - self.created).total_seconds() if self.finished else None


class Citation(models.Model):
    """What an answer rests on. Standing: number `n` in its text, and the document's text[start:end] equals the quote.

    Not standing: the words a model gave (perhaps none) that are in no passage; the mark was taken out of the answer.
    The document is named, not referenced: it may be forgotten, and the answer then says so.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="citations")
    stands = models.BooleanField()
    n = models.PositiveSmallIntegerField(help_text="Standing: the number in the text. Otherwise the passage's label.")
    document_id = models.UUIDField(null=True, blank=True)
    chunk_id = models.BigIntegerField(null=True, blank=True)
    title = models.CharField(max_length=300, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    quote = models.TextField(blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True, help_text="Digest of the document's text.")

    class Meta:
        ordering = ["-stands", "n", "id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "n"], condition=Q(stands=True), name="citation_number_once"),
            models.CheckConstraint(
                condition=Q(stands=False)
                | Q(document_id__isnull=False, chunk_id__isnull=False, start__isnull=False, end__isnull=False),
                name="citation_has_place",
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.n}] {self.title}"
