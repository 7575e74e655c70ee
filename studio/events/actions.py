"""Appending to the log."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from studio.events import kinds, poke
from studio.events.models import Event, Stream
from studio.events.queries import last_seq

if TYPE_CHECKING:
    from studio.accounts.models import User

_NEXT_SEQ = f"""
    INSERT INTO {Stream._meta.db_table} (name, last_seq) VALUES (%s, 1)
    ON CONFLICT (name) DO UPDATE SET last_seq = {Stream._meta.db_table}.last_seq + 1
    RETURNING last_seq
"""  # noqa: S608  the only interpolated text is our own table name


def append(
    stream: str,
    kind: str,
    data: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    actor: "User | None" = None,
) -> Event:
    """Append one event and wake whoever watches the stream once the transaction has committed.

    key: unique in its stream; a second append with the same key changes nothing and returns the first event.
    The upsert of the stream's row is also its lock, so numbers are given in the order of commits; an auto-increment id
    would not do, because on PostgreSQL a later id can commit first. Keep the surrounding transaction short.
    Raises UnknownKind and pydantic's ValidationError.
    """
    payload = kinds.validated(kind, data or {})
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_SEQ, [stream])
            seq = cursor.fetchone()[0]
        if key is not None and (first := Event.objects.filter(stream_id=stream, key=key).first()):
            Stream.objects.filter(pk=stream).update(last_seq=seq - 1)
            return first
        event = Event.objects.create(stream_id=stream, seq=seq, kind=kind, key=key, actor=actor, data=payload)
        transaction.on_commit(lambda: poke.publish(stream))
    return event


def forget(stream: str, *, older_than: timedelta, batch: int = 1_000) -> int:
    """Delete old events of a stream that only tells pages to look again; returns how many.

    The last one stays: who comes back after a longer time still hears that something has changed. Numbers go on, for
    the stream's row counts them. batch: events in one transaction, so that nobody who appends waits for long.
    """
    old = Event.objects.of(stream).filter(created__lt=timezone.now() - older_than, seq__lt=last_seq(stream))
    gone = 0
    while found := list(old.values_list("seq", flat=True)[:batch]):
        gone += old.filter(seq__lte=found[-1]).delete()[0]
    return gone
