"""A real studio: `manage.py up` in a process of its own, with a data folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.support import servers
from tests.support.ports import free_port
from tests.support.waiting import LIMIT_S, until

ROOT = Path(__file__).resolve().parent.parent.parent
T = TypeVar("T")


class Studio:
    """Start with `with Studio() as studio`; afterwards nothing is left of it.

    data_dir: a folder that has data already; a fresh one without it. env: settings beside it and the port. In a run on
    the team stack it gets a database and a Redis of its own, unless env names others.
    """

    def __init__(self, *, data_dir: Path | None = None, **env: str) -> None:
        self.data_dir = data_dir or Path(tempfile.mkdtemp(prefix="studio-flow-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.data_dir / "up.log"
        inherited = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "STUDIO_DATA_DIR"}}
        self.env = {**inherited, "STUDIO_DATA_DIR": str(self.data_dir), "PORT": str(self.port), **env}
        self.token = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._given = env
        self._belongings = ExitStack()

    def __enter__(self) -> "Studio":
        with ExitStack() as belongings:
            belongings.callback(shutil.rmtree, self.data_dir, ignore_errors=True)
            if (url := self.env.get("STUDIO_DATABASE_URL")) and "STUDIO_DATABASE_URL" not in self._given:
                self.env["STUDIO_DATABASE_URL"] = belongings.enter_context(servers.database(url))
            if self.env.get("STUDIO_REDIS_URL") and "STUDIO_REDIS_URL" not in self._given:
                self.env["STUDIO_REDIS_URL"] = belongings.enter_context(servers.redis())
            belongings.callback(self.stop)
            self.start()
            created = self.manage("setup", "--email", "owner@example.org", "--team", "Flow", "--json")
            self.token = json.loads(created)["token"]
            self._belongings = belongings.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._belongings.close()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        """Start the supervisor and wait until the studio answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.until(self.is_up)

    def stop(self) -> None:
        """End it as Ctrl-C would."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def ended(self) -> int:
        """The exit code of the supervisor, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(LIMIT_S)

    def kill(self) -> None:
        """kill -9 of the supervisor."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def children(self) -> dict[str, int]:
        """The pids of web, io worker and cpu worker, by name."""
        found: dict[str, int] = {}
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for pid in map(int, listed):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if "uvicorn" in command:
                found["web"] = pid
            elif "-Q" in command:
                found[command[command.index("-Q") + 1]] = pid
        return found

    def is_up(self) -> bool:
        """Whether it answers now."""
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def manage(self, *arguments: str) -> str:
        """Run a management command on the same data and return what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def session_of(self, email: str) -> str:
        """The session key of that person, signed in without a browser."""
        code = (
            "from django.test import Client; from studio.accounts.models import User; c = Client();"
            f"c.force_login(User.objects.get(email={email!r})); print('KEY', c.cookies['sessionid'].value)"
        )
        return self.manage("shell", "-v", "0", "-c", code).split("KEY ")[1].split()[0]

    def api(self, method: str, path: str, *, expect: int = 200, **request: Any) -> Any:
        """Call API v1 with the owner's token; fails with the body unless the status is the expected one."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.request(method, f"{self.url}/api/v1{path}", headers=headers, timeout=60, **request)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    def until(self, found: Callable[[], T | None], seconds: float = LIMIT_S) -> T:
        """Ask again until there is an answer; fails with the end of the log, at once when the studio has ended."""

        def look() -> T | None:
            assert self._process is None or self._process.poll() is None, "The studio has ended."
            return found()

        try:
            return until(look, seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error} The log ends:\n{self.log.read_text()[-4000:]}") from error
