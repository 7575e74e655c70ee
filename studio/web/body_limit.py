"""Refuses a request body that is too large before anything of it is kept, and says so when there is no room for one."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from studio.web.errors import StorageFull
from studio.web.full_disk import is_full

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyLimit:
    """An ASGI application in front of another one: 413 for a longer body than allowed, 411 for one of unknown length.

    limit: bytes. Django itself would first write the whole body to disk; 507 when there is no room for that. A body of
    up to twice that length is read and dropped before the answer: proxies and browsers that still send would find a
    broken connection instead of it, and nginx would tell of a 502.
    """

    def __init__(self, app: App, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if b"transfer-encoding" in headers and b"content-length" not in headers:
            return await _refuse(scope, send, 411, "Say how long the body is: a Content-Length is needed.")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._limit:
            if length.isdigit() and int(length) <= 2 * self._limit and b"expect" not in headers:
                await _drain(receive)
            sentence = f"At most {self._limit / 1_000_000:g} MB are accepted in one request."
            return await _refuse(scope, send, 413, sentence)
        try:
            return await self._app(scope, receive, send)
        except OSError as error:  # nothing is sent yet: what a view raises does not come this far
            if not is_full(error):
                raise
            full = StorageFull()
            return await _refuse(scope, send, full.status, full.message)


async def _drain(receive: Receive) -> None:
    """Read a body to its end, or to the end of its sender, and keep nothing of it."""
    while (await receive()).get("more_body"):
        pass


async def _refuse(scope: Scope, send: Send, status: int, sentence: str) -> None:
    """A line for people; for programs a problem as JSON. The connection ends: a body may be unread."""
    kind, body = "text/plain; charset=utf-8", f"{sentence}\n"
    if scope.get("path", "").startswith("/api/"):
        kind = "application/problem+json"
        found = {"type": "about:blank", "status": status, "title": sentence, "detail": sentence, "request_id": ""}
        body = json.dumps(found)
    headers = {"content-type": kind, "content-length": str(len(body)), "connection": "close"}
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body.encode()})
