"""/ws/events/<stream>/: the log for clients that listen."""

from typing import Any

from django.urls import path, re_path

from studio.events.consumers import NOT_FOUND, Tail


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Refuse a socket to any other address; without it each try would fill the log with a traceback."""
    await receive()
    await send({"type": "websocket.close", "code": NOT_FOUND})


websocket_urlpatterns = [path("ws/events/<str:stream>/", Tail.as_asgi()), re_path("", nowhere)]  # type: ignore[arg-type]  # ASGI
