"""Refuses a request body that is too large before anything of it is read."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyLimit:
    """An ASGI application in front of another one: 413 for a longer body than allowed, 411 for one of unknown length.

    limit: bytes. Django itself would first write the whole body to disk.
    """

    def __init__(self, app: App, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if b"transfer-encoding" in headers and b"content-length" not in headers:
            return await _refuse(send, 411, b"Say how long the body is: a Content-Length is needed.\n")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._limit:
            return await _refuse(send, 413, f"At most {self._limit} bytes are accepted in one request.\n".encode())
        return await self._app(scope, receive, send)


async def _refuse(send: Send, status: int, sentence: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(sentence)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": sentence})
