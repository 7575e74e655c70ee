"""Public ids: UUID version 7, unguessable and sorted by the time they were made."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new id: 48 bits of Unix time in milliseconds, 12 bits of the fraction, then 62 random bits.

    The fraction (about 0.25 µs) keeps ids of one process in the order in which they were made.
    Source: RFC 9562, sections 5.7 and 6.2 (method 3).
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random)


def as_uuid(text: str) -> UUID | None:
    """The id that somebody sent, None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
