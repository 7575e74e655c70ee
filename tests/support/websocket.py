"""A websocket client that talks to the ASGI application without a server."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.test import Client

from studio.accounts.models import User
from studio.asgi import application


class Socket(ApplicationCommunicator):
    """A connection of one signed-in person to one stream."""

    def __init__(self, user: User, stream: str, *, origin: bytes = b"http://127.0.0.1") -> None:
        client = Client()
        client.force_login(user)
        cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
        headers = [(b"origin", origin), (b"host", b"127.0.0.1"), (b"cookie", cookie)]
        path = f"/ws/events/{stream}/"
        super().__init__(
            application,
            {
                "type": "websocket",
                "path": path,
                "raw_path": path.encode(),
                "headers": headers,
                "subprotocols": [],
                "query_string": b"",
            },
        )

    async def connect(self) -> bool:
        """Whether the connection was accepted."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(5))["type"] == "websocket.accept")

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def frames(self, count: int) -> list[dict[str, Any]]:
        """The next frames."""
        return [json.loads((await self.receive_output(5))["text"]) for _ in range(count)]

    async def closed_with(self) -> int:
        """The code with which the server ends the connection."""
        message = await self.receive_output(5)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)
