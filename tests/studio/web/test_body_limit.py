"""Large bodies are refused before they are kept."""

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
        (((b"content-length", b"201"),), 413),
        (((b"content-length", b"101"), (b"expect", b"100-continue")), 413),
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

    scope = {"type": "http", "path": "/api/v1/documents", "headers": [(b"content-length", b"999")]}
    asyncio.run(BodyLimit(_app, 100)(scope, send, send))
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["status"] == 413


def test_the_refusal_says_the_limit_as_people_read_it() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"999000000")]}
    asyncio.run(BodyLimit(_app, 201_000_000)(scope, send, send))
    assert sent[1]["body"] == b"At most 201 MB are accepted in one request.\n"


@pytest.mark.parametrize("last", [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}])
def test_a_body_that_is_little_too_long_is_read_to_its_end_before_the_answer(last: dict[str, Any]) -> None:
    piece = {"type": "http.request", "body": b"x" * 50, "more_body": True}
    coming: list[dict[str, Any]] = [piece, piece, last]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        assert not coming, "the answer came while the body was under way"
        sent.append(message)

    scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"101")]}
    asyncio.run(BodyLimit(_app, 100)(scope, receive, send))
    assert sent[0]["status"] == 413
