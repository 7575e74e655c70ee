"""One child process: started in a session of its own, restarted with a growing pause, ended with its parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

#: So many starts take longer than whatever passes by itself, such as a port that is given free.
MANY_RESTARTS = 6
_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel end this process when its parent is gone, even by kill -9 (Linux; elsewhere nothing happens).

    parent: its process id, if that one may have been killed before the kernel was asked.
    """
    if _prctl:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:
            os._exit(1)


class Child:
    """A process that should always run."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self.command = tuple(command)
        self._env = {**os.environ, **env}
        self._process: subprocess.Popen[bytes] | None = None
        self._restarts = 0
        self._started = 0.0
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it. The caller must have no threads, because the death signal is set between fork and exec."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self.command,
            env=self._env,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then ends the children in order
            preexec_fn=partial(die_with_parent, os.getpid()),
        )

    def tend(self) -> str | None:
        """Restart it if it has ended; returns a sentence when something happened."""
        if self._process and self._process.poll() is None:
            if time.monotonic() - self._started > 30:
                self._restarts = 0
            return None
        if self._process is not None:
            code = self._process.returncode
            self._process = None
            self._pause()
            return f"{self.name} ended ({_reason(code)}) and is started again"
        if time.monotonic() >= self._not_before:
            try:
                self.start()
            except OSError as error:  # the machine may have no room for another process just now
                self._pause()
                return f"{self.name} cannot be started: {error.strerror}"
        return None

    @property
    def never_stays(self) -> bool:
        """Whether it ended again and again, each time soon after its start."""
        return self._restarts >= MANY_RESTARTS

    def _pause(self) -> None:
        self._not_before = time.monotonic() + min(10.0, 0.2 * 2**self._restarts)
        self._restarts += 1

    def ask_to_end(self) -> None:
        """Have it finish what it does and end."""
        if self._process:
            self._process.terminate()

    def end(self, *, deadline: float) -> None:
        """Wait until it has ended, and make it end at the deadline (monotonic seconds)."""
        process = self._process
        if process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with whatever it started itself
        process.wait()


def _reason(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"
