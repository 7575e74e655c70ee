"""SQLite for many writers: a kernel lock queues them fairly before BEGIN IMMEDIATE.

SQLite's own waiting sleeps and retries, so under contention one writer may wait for as long as the others are busy.
flock(2) on a side file queues in the kernel; the kernel also drops the lock when its holder is killed.
"""

import fcntl
import os
import time
from typing import Any

from django.db.backends.sqlite3 import base

YIELD_SECONDS = 0.001


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite backend; each transaction holds the side file `<name>.writer` while it is open."""

    _writer_fd: int | None = None
    _had_to_wait = False

    def _lock(self) -> None:
        name = str(self.settings_dict["NAME"])
        if ":memory:" in name or "mode=memory" in name:
            return
        if self._writer_fd is None:
            self._writer_fd = os.open(f"{name}.writer", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._writer_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._had_to_wait = False
        except BlockingIOError:
            fcntl.flock(self._writer_fd, fcntl.LOCK_EX)
            self._had_to_wait = True

    def _unlock(self) -> None:
        if self._writer_fd is None:
            return
        fcntl.flock(self._writer_fd, fcntl.LOCK_UN)
        if self._had_to_wait:
            # The kernel wakes who waits, but does not hand over: on a busy machine a process that goes on at once would
            # take the lock again before the woken one runs.
            time.sleep(YIELD_SECONDS)

    def _start_transaction_under_autocommit(self) -> None:
        self._lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._unlock()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]  # not in the stubs
        finally:
            self._unlock()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._unlock()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            if self._writer_fd is not None:
                os.close(self._writer_fd)
                self._writer_fd = None
