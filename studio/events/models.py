"""Streams and their events, append-only."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class Stream(models.Model):
    """A sequence of events about one thing, named `prefix:id`; its row is the lock that orders them."""

    name = models.CharField(max_length=80, primary_key=True)
    last_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class EventQuerySet(models.QuerySet["Event"]):
    """Questions that readers of the log ask."""

    def of(self, stream: str) -> "EventQuerySet":
        return self.filter(stream_id=stream).order_by("seq")

    def after(self, stream: str, seq: int) -> "EventQuerySet":
        return self.of(stream).filter(seq__gt=seq)


class Event(models.Model):
    """Something that happened. Within a stream, `seq` counts from 1 without gaps and in order of commit.

    Old events of team streams are forgotten, for they only tell pages to look again; all others stay.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="events")
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001  null: unique where present
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    data = models.JSONField(default=dict)
    created = models.DateTimeField(default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="event_seq_once"),
            models.UniqueConstraint(fields=["stream", "key"], name="event_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.seq} {self.kind}"

    def as_dict(self) -> dict[str, Any]:
        """The event as clients get it."""
        return {"seq": self.seq, "kind": self.kind, "data": self.data, "created": self.created.isoformat()}
