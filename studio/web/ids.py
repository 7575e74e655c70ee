"""Public ids: UUID version 7, unguessable and sorted by the time they were made."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new id: 48 bits of Unix time in milliseconds, then 74 random bits.

    Source: RFC 9562, section 5.7.
    """
    value = int.from_bytes(os.urandom(16), "big")
    value = (value & ((1 << 80) - 1)) | (time.time_ns() // 1_000_000 << 80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)
