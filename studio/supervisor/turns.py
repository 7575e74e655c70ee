"""What only one of several studios on one database may do at a time, such as migrating it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Wait until no other studio on this database is in a block of that name.

    PostgreSQL keeps the turn with the connection, so it is given back even when this process is killed. SQLite needs
    none: one data folder has one supervisor.
    """
    if connection.vendor != "postgresql":
        yield
        return
    number = int.from_bytes(hashlib.sha256(f"arcticcodex studio: {what}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
