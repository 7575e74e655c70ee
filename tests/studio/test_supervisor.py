"""A child process of the supervisor, with real processes: always running, ended in time, never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from uvicorn.main import main as server

from studio.supervisor.main import CannotStart, Supervisor, processes
from studio.supervisor.process import MANY_RESTARTS, Child
from tests.support.waiting import is_alive, until

WAITS = "import time; time.sleep(600)"
OBEYS = """
import pathlib, signal, sys, time
def end(*_):
    pathlib.Path(sys.argv[1] + ".ended").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""
IGNORES = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(f"{helper.pid}\\n")
time.sleep(600)
"""
PARENT = f"""
import sys
from studio.supervisor.process import Child
child = Child("web", [sys.executable, "-c", {WAITS!r}], {{}})
child.start()
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    """Starts children that do not outlive the test."""
    with ExitStack() as stack:

        def started(code: str, *arguments: object, env: dict[str, str] | None = None) -> Child:
            child = Child("web", [sys.executable, "-c", code, *map(str, arguments)], env or {})
            stack.callback(lambda: child.end(deadline=time.monotonic()))
            child.start()
            return child

        yield started


def test_a_child_that_runs_is_left_alone(start: Callable[..., Child]) -> None:
    child = start(WAITS)
    pid = child.pid
    assert [child.tend() for _ in range(3)] == [None, None, None]
    assert child.pid == pid


def test_a_killed_child_is_started_again_after_a_pause_that_grows(start: Callable[..., Child]) -> None:
    child = start(WAITS)
    for pause in (0.2, 0.4, 0.8):
        pid = child.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        before = time.monotonic()
        assert until(child.tend) == "web ended (SIGKILL) and is started again"
        assert child.pid is None
        again = until(lambda: child.tend() or child.pid)
        assert again != pid
        assert time.monotonic() - before >= pause  # a least: however slow the machine, it is never less


def test_a_child_that_ends_by_itself_is_told_with_its_code(start: Callable[..., Child]) -> None:
    child = start("raise SystemExit(3)")
    assert until(child.tend) == "web ended (code 3) and is started again"


def test_a_child_has_the_environment_of_its_parent_and_its_own(start: Callable[..., Child], tmp_path: Path) -> None:
    code = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(os.environ['ROLE'] + os.environ['PATH'])"
    child = start(code, tmp_path / "told", env={"ROLE": "worker"})
    until(child.tend)
    assert (tmp_path / "told").read_text() == "worker" + os.environ["PATH"]


def test_a_child_that_obeys_ends_by_itself(start: Callable[..., Child], tmp_path: Path) -> None:
    child = start(OBEYS, tmp_path / "ready")
    until((tmp_path / "ready").exists)
    child.ask_to_end()
    child.end(deadline=time.monotonic() + 60)
    assert (tmp_path / "ready.ended").exists()
    assert not is_alive(child.pid or 0)


def test_a_child_that_does_not_obey_is_ended_at_the_deadline_with_what_it_started(
    start: Callable[..., Child], tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    child = start(IGNORES, ready)
    until(lambda: ready.exists() and ready.read_text().endswith("\n"))
    helper = int(ready.read_text())
    child.ask_to_end()
    assert child.tend() is None
    assert is_alive(helper)
    child.end(deadline=time.monotonic() + 0.2)
    assert not is_alive(child.pid or 0)
    until(lambda: not is_alive(helper))


def test_a_child_that_cannot_be_started_again_is_tried_again_later(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.symlink_to(sys.executable)
    child = Child("web", [str(program), "-c", "pass"], {})
    child.start()
    program.unlink()
    assert until(child.tend) == "web ended (code 0) and is started again"
    assert until(child.tend) == "web cannot be started: No such file or directory"
    program.symlink_to(sys.executable)
    try:
        assert until(lambda: child.tend() or child.pid) != "web cannot be started: No such file or directory"
    finally:
        child.end(deadline=time.monotonic())


@pytest.mark.django_db
def test_a_studio_that_cannot_come_up_says_which_process_does_not_start(
    start: Callable[..., Child], settings: Any
) -> None:
    settings.STUDIO_HOST, settings.STUDIO_PORT = "127.0.0.1", 1  # nothing answers there
    said: list[str] = []
    with pytest.raises(CannotStart, match="The process “web” does not start"):
        Supervisor(said.append).wait_until_up([start("raise SystemExit(3)")])
    assert said.count("web ended (code 3) and is started again") >= MANY_RESTARTS


def test_the_web_process_takes_no_clients_word_for_where_it_is() -> None:
    web = next(child for child in processes() if child.name == "web")
    asked = server.make_context("uvicorn", list(web.command[3:]))
    assert asked.params["app"] == "studio.asgi:application"
    assert asked.params["proxy_headers"] is False


def test_ending_what_never_started_is_no_error() -> None:
    child = Child("web", [sys.executable], {})
    child.ask_to_end()
    child.end(deadline=time.monotonic())
    assert child.pid is None


@pytest.mark.skipif(sys.platform != "linux", reason="The kernel ends orphans on Linux only.")
def test_a_child_dies_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=django_settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            assert is_alive(pid)
            parent.kill()
            parent.wait()
            until(lambda: not is_alive(pid))
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
