"""Waiting for what another thread, process or browser does: asked again and again, with one generous limit for all."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
# Says only when something is broken. A slow machine must never reach it, and a quick one never waits for it.
LIMIT_S = 120.0


def until(found: Callable[[], T | None], *, seconds: float = LIMIT_S) -> T:
    """What comes to be found, at the first look that finds it; fails when it never comes."""
    end, pause = time.monotonic() + seconds, 0.01
    while not (result := found()):
        assert time.monotonic() < end, f"It did not come within {seconds:g} s."
        time.sleep(pause)
        pause = min(2 * pause, 0.2)  # what takes long is not slowed down by being looked at
    return result


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # gone meanwhile, or a system without /proc
        return sys.platform != "linux"
