"""The regular work of a studio: repair jobs, and once a day forget what nobody needs any more."""

import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connection

from studio.accounts.actions import forget_announcements
from studio.jobs.actions import forget_finished, sweep
from studio.vault import integrity

SWEEP_SECONDS = 0.5
TIDY_SECONDS = 24 * 3600.0


class Upkeep:
    """One per process that calls `tend` again and again; several at once do no harm."""

    def __init__(self) -> None:
        self._swept: float | None = None
        self._tidied: float | None = None

    def tend(self) -> int:
        """Do what is due; returns how many jobs were put back or published again. Raises what the database raises."""
        now = time.monotonic()
        if self._swept is not None and now - self._swept < SWEEP_SECONDS:
            return 0
        self._swept = now
        try:
            repaired = sweep()
            if self._tidied is None or now - self._tidied > TIDY_SECONDS:
                self._tidied = now
                forget_finished()
                forget_announcements()
                integrity.sweep()
                call_command("clearsessions")
            _mark().touch()
        finally:
            if not connection.in_atomic_block:
                close_old_connections()
        return repaired


def seconds_since_sweep() -> float | None:
    """How long ago a process on this machine swept with success; None when none ever did."""
    try:
        return max(0.0, time.time() - _mark().stat().st_mtime)
    except FileNotFoundError:
        return None


def _mark() -> Path:
    return Path(settings.STUDIO_RUN_DIR) / "swept"
