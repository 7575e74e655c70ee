"""The shell's pages on a loopback port, with an event server whose connections can be lost, closed and repeated."""

import asyncio
import functools
import http.server
import json
import threading
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from studio.web.middleware import POLICY
from tests.support.waiting import LIMIT_S

LIVE = """
{% extends "base.html" %}{% block title %}Live{% endblock %}{% block heading %}Live{% endblock %}
{% block content %}
<section data-stream="session:12" data-after="2" id="first">
  <div role="log"><ol data-stream-target><li id="e2">two</li></ol></div>
</section>
<section data-stream="session:12" data-after="0" id="second" data-stream-quiet></section>
<div id="part" hx-get="/part" hx-swap="innerHTML" data-refresh-on="claims.*">old</div>
<form method="get" action="/live.html">
  <label>Question <textarea name="q" data-draft-key="live"></textarea></label><button id="send">Send</button>
</form>
{% endblock %}
"""


class Events:
    """A websocket server with our protocol over a list of events; it can be closed, and it can repeat itself."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.asked: list[int] = []
        self.paths: list[str] = []
        self.repeat = False
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.connections: set[ServerConnection] = set()
        self.port = 0
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._run(),), daemon=True)
        self.thread.start()
        assert self.ready.wait(LIMIT_S)

    async def _run(self) -> None:
        self.stopped = asyncio.Event()
        async with serve(self._serve, "127.0.0.1", 0) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self.ready.set()
            await self.stopped.wait()

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.paths.append(connection.request.path)
        try:
            after = json.loads(await connection.recv())["after"]
        except ConnectionClosed:  # the page left before it asked
            return
        self.asked.append(after)
        for event in self.events:
            if event["seq"] > after or self.repeat:
                await connection.send(json.dumps(event))
        self.connections.add(connection)
        await connection.wait_closed()
        self.connections.discard(connection)

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(LIMIT_S)

    def append(self, seq: int, kind: str, html: str = "") -> None:
        event = {"seq": seq, "kind": kind, "data": {}, "created": "2026-11-23T09:00:00Z", "html": html}
        self.events.append(event)

        async def send() -> None:
            for connection in list(self.connections):
                await connection.send(json.dumps(event))

        self._do(send())

    def hint(self, text: str) -> None:
        async def send() -> None:
            for connection in list(self.connections):
                await connection.send(json.dumps({"seq": None, "kind": "text.delta", "data": {"text": text}}))

        self._do(send())

    def drop(self, code: int = 1012) -> None:
        async def close() -> None:
            for connection in list(self.connections):
                await connection.close(code)

        self._do(close())

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join()
        self.loop.close()


class Site:
    """The rendered pages and the static files on a loopback port, under the product's own security policy."""

    def __init__(self, folder: Path, events: Events) -> None:
        self.parts = 0
        site = self
        sockets = f"connect-src 'self' ws://127.0.0.1:{events.port}"

        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == "/part":
                    site.parts += 1
                    answer = f"fetched {site.parts}".encode()
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                    return
                super().do_GET()

            def end_headers(self) -> None:
                self.send_header("Content-Security-Policy", POLICY.replace("connect-src 'self'", sockets))
                self.send_header("Referrer-Policy", "same-origin")
                super().end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
        )
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
