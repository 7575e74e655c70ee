"""A real model server: llama.cpp with a tiny model, streaming and JSON mode, and one short session of the loop.

Needs the packages of `requirements/llm.txt`; skipped, and said so, where they are not installed.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from studio.llm.client import Client, Limits
from studio.llm.endpoint import Endpoint
from studio.llm.guard import Allowed, GuardedBackend
from studio.llm.steps import Ask, Reply
from teacher.core.outcome import SENTENCES
from teacher.core.settings import Settings
from tests.core.llm.llama import model_file
from tests.core.teacher.scripts import run

pytestmark = [
    pytest.mark.llm,
    pytest.mark.skipif(model_file() is None, reason="no real model server: install requirements/llm.txt"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    command = [sys.executable, "-m", "tests.core.llm.llama"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        address = server.stdout.readline().decode().strip()
        endpoint = Endpoint(name="llama.cpp", base_url=f"{address}/v1", model="smollm2", family="smollm")
        guard = GuardedBackend([Allowed.parse("127.0.0.0/8")])
        try:
            with Client(endpoint, guard=guard, limits=Limits(idle_s=600, total_s=800)) as opened:
                yield opened
        finally:
            server.kill()


def _ask(text: str, **more: object) -> Ask:
    messages = ({"role": "system", "content": "You answer briefly."}, {"role": "user", "content": text})
    return Ask(**{"key": "k", "role": "answerer", "inputs": {}, "messages": messages, "max_tokens": 24, **more})


def test_it_streams(client: Client) -> None:
    told: list[str] = []
    reply = client.ask(_ask("Name three colours.", max_tokens=64), on_text=told.append)
    assert isinstance(reply, Reply)
    assert reply.text
    assert reply.text == told[-1]
    assert all(reply.text.startswith(text) for text in told)
    assert 0 < reply.usage.completion <= 64
    assert reply.usage.prompt > 0


def test_a_short_limit_is_reported_as_length(client: Client) -> None:
    reply = client.ask(_ask("Tell a long story about the sea.", max_tokens=6))
    assert isinstance(reply, Reply)
    assert (reply.finish_reason, reply.usage.completion) == ("length", 6)


def test_json_mode_gives_an_object(client: Client) -> None:
    question = 'Answer as a json object of the form {"colour": "red"}. What colour is grass?'
    reply = client.ask(_ask(question, response="json", max_tokens=200))
    assert isinstance(reply, Reply)
    assert isinstance(json.loads(reply.text), dict)


def test_a_session_with_it_ends_in_a_named_state(client: Client) -> None:
    tiny = Settings(draft_tokens=24, verify_tokens=24, critique_tokens=24, revise_tokens=24, most_tokens=32)
    result = run(client.ask, settings=tiny)
    outcome = result.outcome
    assert outcome.state in ("done", "degraded", "failed")
    assert outcome.stop_reason in SENTENCES
    assert outcome.usage.completion > 0
    assert outcome.accepted == (outcome.score is not None and outcome.score >= tiny.bar.threshold)
