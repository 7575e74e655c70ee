"""What `manage.py up` does: prepare the data folder, start web and workers, sweep, and end everything it started."""

import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections

from studio.accounts.secrets import public_half
from studio.events.poke import socket_folder
from studio.supervisor import turns
from studio.supervisor.process import Child

SWEEP_SECONDS = 0.5
PATIENCE_SECONDS = 8.0
Say = Callable[[str], None]


class CannotStart(RuntimeError):
    """The studio cannot start here."""


class Supervisor:
    """One per data folder; has no threads."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._lock: IO[str] | None = None
        self._stopping = False
        self._swept = 0.0

    def run(self) -> None:
        """Start everything and stay until a signal asks to end. Raises CannotStart with a sentence for people."""
        self._take_data_folder()
        _check_port()
        self._prepare()
        children = _children()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            for child in children:
                child.start()
            self._announce(children)
            while not self._stopping:
                self._tend(children)
                time.sleep(0.1)
        finally:
            self._say("Ending …")
            deadline = time.monotonic() + PATIENCE_SECONDS
            for child in children:
                child.ask_to_end()
            for child in children:
                child.end(deadline=deadline)
            self._say("The studio has ended. Nothing it started is left running.")

    def _take_data_folder(self) -> None:
        run = Path(settings.STUDIO_RUN_DIR)
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (run / "up.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            pid = self._lock.read().strip() or "unknown"
            raise CannotStart(
                f"The studio already runs on {settings.STUDIO_DATA_DIR} (process {pid}). End that one first, or choose "
                "another folder: STUDIO_DATA_DIR=/path make up"
            ) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _prepare(self) -> None:
        self._say(f"Data folder: {settings.STUDIO_DATA_DIR}")
        with turns.one_at_a_time("prepare"):
            call_command("migrate", verbosity=0, interactive=False)
        if not settings.STUDIO_REDIS_URL:
            call_command("createcachetable", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        for leftover in socket_folder().glob("poke-*.sock"):
            leftover.unlink(missing_ok=True)

    def _announce(self, children: list[Child]) -> None:
        from studio.accounts.actions import first_start

        while not self._stopping and not _is_healthy():
            self._tend(children)
            time.sleep(0.1)
        if self._stopping:
            return
        self._say(f"The studio runs at {settings.STUDIO_BASE_URL}")
        with turns.one_at_a_time("first start"):
            link = first_start()
        if link:
            self._say(f"Sign in as the owner, once, within 24 hours:\n\n    {link}\n")
        self._say("Ctrl-C ends it.")

    def _tend(self, children: list[Child]) -> None:
        from studio.jobs.actions import forget_finished, sweep

        for child in children:
            if sentence := child.tend():
                self._say(sentence)
        if time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        is_first = self._swept == 0.0
        self._swept = time.monotonic()
        try:
            sweep()
            if is_first:
                forget_finished()
        except Exception as error:  # noqa: BLE001  the supervisor must outlive a database that is away for a moment
            self._say(f"The sweeper could not work: {error}")
        finally:
            close_old_connections()

    def _stop(self, *_: Any) -> None:
        self._stopping = True


def _check_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.STUDIO_HOST, settings.STUDIO_PORT))
        except OSError as error:
            raise CannotStart(
                f"Port {settings.STUDIO_PORT} on {settings.STUDIO_HOST} cannot be used ({error.strerror}). "
                f"Choose another: PORT={settings.STUDIO_PORT + 1} make up"
            ) from None


def _children() -> list[Child]:
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "studio", "--quiet", "worker", "--without-gossip", "--without-mingle"]
    celery += ["--without-heartbeat", "--loglevel", "WARNING"]
    serve = ["--host", settings.STUDIO_HOST, "--port", str(settings.STUDIO_PORT), "--lifespan", "off"]
    serve += ["--no-access-log", "--log-level", "warning", "--no-server-header", "--timeout-graceful-shutdown", "3"]
    # The web process gets the public half of the sealing key and no way to the other one.
    web = {"STUDIO_ROLE": "web", "STUDIO_SEAL_KEY": "", "STUDIO_SEAL_KEY_FILE": "", "STUDIO_SEAL_PUBLIC": public_half()}
    threads, processes = str(settings.STUDIO_WORKER_THREADS), str(settings.STUDIO_WORKER_PROCESSES)
    return [
        Child("web", [python, "-m", "uvicorn", "studio.asgi:application", *serve], web),
        Child(
            "io worker", [*celery, "-P", "threads", "-c", threads, "-Q", "io", "-n", "io@%h"], {"STUDIO_ROLE": "worker"}
        ),
        Child(
            "cpu worker",
            [*celery, "-P", "prefork", "-c", processes, "-Q", "cpu", "-n", "cpu@%h"],
            {"STUDIO_ROLE": "worker"},
        ),
    ]


def _is_healthy() -> bool:
    host = f"[{settings.STUDIO_HOST}]" if ":" in settings.STUDIO_HOST else settings.STUDIO_HOST
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{settings.STUDIO_PORT}/health"  # noqa: S104  compared
    request = urllib.request.Request(url, headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".")})
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
