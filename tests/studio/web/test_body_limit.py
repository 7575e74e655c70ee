"""Large bodies are refused before they are read."""

import asyncio
import json
from typing import Any

import pytest

from studio.web.body_limit import BodyLimit


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def status_of(*headers: tuple[bytes, bytes]) -> int:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("the body was read")

    asyncio.run(BodyLimit(_app, 100)({"type": "http", "headers": headers}, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((), 200),
        (((b"content-length", b"100"),), 200),
        (((b"content-length", b"101"),), 413),
        (((b"content-length", b"-1"),), 413),
        (((b"content-length", b"x"),), 413),
        (((b"transfer-encoding", b"chunked"),), 411),
    ],
)
def test_only_bodies_of_known_and_fitting_length_pass(headers: tuple[tuple[bytes, bytes], ...], status: int) -> None:
    assert status_of(*headers) == status


def test_programs_get_the_refusal_as_a_problem() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/api/v1/documents", "headers": [(b"content-length", b"101")]}
    asyncio.run(BodyLimit(_app, 100)(scope, send, send))
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["status"] == 413
