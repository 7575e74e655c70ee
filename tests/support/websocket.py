"""A websocket client that talks to the ASGI application without a server, and is never in a hurry."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.test import Client

from studio.accounts.models import User
from studio.asgi import application
from tests.support.waiting import LIMIT_S


class Connection(ApplicationCommunicator):
    """A connection to one stream, with these headers beside the host's name."""

    def __init__(self, stream: str, *headers: tuple[bytes, bytes]) -> None:
        path = f"/ws/events/{stream}/"
        super().__init__(
            application,
            {
                "type": "websocket",
                "path": path,
                "raw_path": path.encode(),
                "headers": [(b"host", b"127.0.0.1"), *headers],
                "subprotocols": [],
                "query_string": b"",
            },
        )

    async def receive_output(self, timeout: float = LIMIT_S) -> Any:  # noqa: ASYNC109 - as the library names it
        return await super().receive_output(timeout)

    async def wait(self, timeout: float = LIMIT_S) -> None:  # noqa: ASYNC109 - as the library names it
        await super().wait(timeout)

    async def connect(self) -> bool:
        """Whether the connection was accepted."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output())["type"] == "websocket.accept")

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def frames(self, count: int) -> list[dict[str, Any]]:
        """The next frames."""
        return [json.loads((await self.receive_output())["text"]) for _ in range(count)]

    async def closed_with(self) -> int:
        """The code with which the server ends the connection."""
        message = await self.receive_output()
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()


class Socket(Connection):
    """A connection of one signed-in person to one stream."""

    def __init__(self, user: User, stream: str, *, origin: bytes = b"http://127.0.0.1") -> None:
        client = Client()
        client.force_login(user)
        cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
        super().__init__(stream, (b"origin", origin), (b"cookie", cookie))
