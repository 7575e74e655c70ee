"""Tells a full disk from a mistake of the studio, whoever has met it."""

import errno
import sqlite3

FULL = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
POSTGRES_DISK_FULL = "53100"


def is_full(error: BaseException | None) -> bool:
    """Whether the error, or one that it came of, is the system's, SQLite's or PostgreSQL's word for a full disk."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            return True
        if getattr(error, "sqlstate", "") == POSTGRES_DISK_FULL:
            return True
        error = error.__cause__ or error.__context__
    return False
