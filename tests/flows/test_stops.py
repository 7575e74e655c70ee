"""How a studio ends and comes back: asked to, killed, while teachers are still being asked."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chat_server import ChatServer, chat_server
from tests.support.studio import Studio
from tests.support.waiting import is_alive, until

pytestmark = pytest.mark.flow

JOBS = "from studio.jobs.models import Job; print('JOBS', *Job.objects.values_list('status', 'attempts'))"


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    with chat_server() as server:
        yield server


@pytest.fixture(scope="module")
def studio(model: ChatServer) -> Iterator[Studio]:
    with Studio(STUDIO_TEACHER_URL=model.url, STUDIO_TEACHER_MODEL="scripted") as running:
        yield running


def test_asked_to_end_it_hands_its_work_over_and_leaves_nothing(studio: Studio, model: ChatServer) -> None:
    model.latency_s = 600
    body = {"question": "How warm?", "draft": "It is 8 °C.", "evidence": ["It is 8 °C here."]}
    pk = studio.api("POST", "/sessions", json=body, expect=201)["id"]
    studio.until(lambda: model.requests)
    family = studio.until(lambda: _family(studio))
    os.kill(studio.pid, signal.SIGTERM)
    assert studio.ended() == 0
    until(lambda: not any(map(is_alive, family)))
    assert "JOBS ('queued', 0)" in studio.manage("shell", "-v", "0", "-c", JOBS)

    model.latency_s = 0
    studio.start()
    studio.until(lambda: studio.api("GET", f"/sessions/{pk}")["state"] == "done")


def test_a_closed_terminal_ends_it_like_ctrl_c(studio: Studio) -> None:
    family = studio.until(lambda: _family(studio))
    os.kill(studio.pid, signal.SIGHUP)
    assert studio.ended() == 0
    until(lambda: not any(map(is_alive, family)))
    studio.start()


def test_started_right_after_it_was_killed_it_waits_for_its_port(studio: Studio) -> None:
    studio.kill()
    studio.start()
    assert "cannot be used" not in studio.log.read_text()


def _family(studio: Studio) -> list[int] | None:
    """The pids of all it started, once they are there: web, two workers, and a process of the second's pool."""
    found = _descendants(studio.pid)
    return found if len(found) >= 4 else None


def _descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [deeper for child in children for deeper in _descendants(child)]
