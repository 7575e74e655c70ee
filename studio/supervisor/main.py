"""What `manage.py up` does: prepare the data folder, start web and workers, sweep, and end everything it started."""

import errno
import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError

from studio import env
from studio.accounts.secrets import public_half
from studio.events.poke import socket_folder
from studio.supervisor import preparing, turns
from studio.supervisor.process import Child
from studio.supervisor.upkeep import Upkeep

PATIENCE_SECONDS = 8.0
#: How long the processes of a supervisor that was just killed may still hold the port.
PORT_SECONDS = 3.0
Say = Callable[[str], None]


class CannotStart(RuntimeError):
    """The studio cannot start here."""


class Supervisor:
    """One per data folder; has no threads."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._lock: IO[str] | None = None
        self._stopping = False
        self._upkeep = Upkeep()

    def run(self) -> None:
        """Start everything and stay until a signal asks to end.

        Raises CannotStart with a sentence for people, and KeyboardInterrupt when asked to end before anything runs.
        """
        _on_signals(signal.default_int_handler)
        self._take_data_folder()
        _check_port()
        self._prepare()
        children = processes()
        _on_signals(self._stop)
        try:
            for child in children:
                child.start()
            self.wait_until_up(children)
            if not self._stopping:
                self._announce()
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
        if not _locked(self._lock):
            self._lock.seek(0)
            pid = self._lock.read().strip() or "unknown"
            raise CannotStart(
                f"The studio already runs on {settings.STUDIO_DATA_DIR} (process {pid}). End that one first, or choose "
                "another folder: STUDIO_DATA_DIR=/path make up"
            )
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _prepare(self) -> None:
        self._say(f"Data folder: {settings.STUDIO_DATA_DIR}")
        try:
            preparing.migrate()
            call_command("collectstatic", verbosity=0, interactive=False)
        except DatabaseError as error:
            raise CannotStart(f"The database cannot be used: {error}") from error
        except OSError as error:
            raise CannotStart(f"The data folder cannot be used: {error}") from error
        except preparing.NewerDatabase as error:
            raise CannotStart(str(error)) from error
        for leftover in socket_folder().glob("poke-*.sock"):
            leftover.unlink(missing_ok=True)

    def wait_until_up(self, children: list[Child]) -> None:
        """Return when the studio answers or is asked to end. Raises CannotStart when a process of it never stays."""
        while not self._stopping and not is_healthy():
            self._tend(children)
            if broken := next((child.name for child in children if child.never_stays), ""):
                raise CannotStart(f"The process “{broken}” does not start; what it says about that stands above.")
            time.sleep(0.1)

    def _announce(self) -> None:
        from studio.accounts.actions import first_start

        self._say(f"The studio runs at {settings.STUDIO_BASE_URL}")
        with turns.one_at_a_time("first start"):
            link = first_start()
        if link:
            self._say(f"Sign in as the owner, once, within 24 hours:\n\n    {link}\n")
        self._say("Ctrl-C ends it.")

    def _tend(self, children: list[Child]) -> None:
        for child in children:
            if sentence := child.tend():
                self._say(sentence)
        try:
            self._upkeep.tend()
        except Exception as error:  # noqa: BLE001  the supervisor must outlive a database that is away for a moment
            self._say(f"The sweeper could not work: {error}")

    def _stop(self, *_: Any) -> None:
        self._stopping = True


def _locked(file: IO[str]) -> bool:
    """Whether the lock could be had; `manage.py status` may hold it for a moment."""
    for _ in range(5):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.1)
    return False


def _on_signals(handle: Callable[[int, FrameType | None], Any]) -> None:
    """Ctrl-C, the end asked for by a service manager, and a terminal that was closed all mean the same."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # started by nohup, it outlives its terminal
        signal.signal(number, handle)


def _check_port() -> None:
    host, port = settings.STUDIO_HOST, settings.STUDIO_PORT
    deadline = time.monotonic() + PORT_SECONDS
    while error := _refusal(host, port):
        if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
            time.sleep(0.1)
            continue
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise CannotStart(f"STUDIO_HOST={host} is no address of this machine ({error.strerror}).")
        other = port + 1 if 1024 <= port < 65535 else 8000
        raise CannotStart(
            f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: PORT={other} make up"
        )


def _refusal(host: str, port: int) -> OSError | None:
    """What stands against listening there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def processes() -> list[Child]:
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "studio", "--quiet", "worker", "--without-gossip", "--without-mingle"]
    celery += ["--without-heartbeat", "--loglevel", "WARNING"]
    serve = ["--host", settings.STUDIO_HOST, "--port", str(settings.STUDIO_PORT), "--lifespan", "off"]
    serve += ["--no-access-log", "--log-level", "warning", "--no-server-header", "--timeout-graceful-shutdown", "3"]
    serve += ["--no-proxy-headers"]  # whose word counts for where a client is, STUDIO_BEHIND_PROXY says
    serve += ["--ws-max-size", "4096"]  # browsers send a number; nothing larger is read into memory
    threads, processes = str(settings.STUDIO_WORKER_THREADS), str(settings.STUDIO_WORKER_PROCESSES)
    return [
        Child("web", [python, "-m", "uvicorn", "studio.asgi:application", *serve], _environment_of_web()),
        Child(
            "io worker", [*celery, "-P", "threads", "-c", threads, "-Q", "io", "-n", "io@%h"], {"STUDIO_ROLE": "worker"}
        ),
        Child(
            "cpu worker",
            [*celery, "-P", "prefork", "-c", processes, "-Q", "cpu", "-n", "cpu@%h"],
            {"STUDIO_ROLE": "worker"},
        ),
    ]


def running_supervisor() -> int | None:
    """The process id of the supervisor that holds the data folder, or None."""
    try:
        with (Path(settings.STUDIO_RUN_DIR) / "up.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read().strip() or 0) or None
    except FileNotFoundError:
        pass
    return None


def _environment_of_web() -> dict[str, str]:
    """The web process may seal but not open, and learns of the teachers' keys only that they are set."""
    own = {"STUDIO_ROLE": "web", "STUDIO_SEAL_KEY": "", "STUDIO_SEAL_KEY_FILE": "", "STUDIO_SEAL_PUBLIC": public_half()}
    for name in ("STUDIO_TEACHER_KEY", "DEEPSEEK_API_KEY"):
        own |= {name: "set" if env.text(name) else "", f"{name}_FILE": ""}
    return own


def is_healthy() -> bool:
    """Whether the web process of this machine answers and reaches its database."""
    url = f"{env.address(settings.STUDIO_HOST, settings.STUDIO_PORT)}/health"
    host = settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
