"""A real HTTP server on loopback that behaves as a script says: one handler per request, in order."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.loopback import running


class Exchange:
    """One request as it came in, and the means to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, released: threading.Event) -> None:
        self._handler = handler
        self.released = released
        self.path = handler.path
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body = json.loads(handler.rfile.read(int(self.headers.get("content-length", 0))) or b"null")

    def head(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", content_type)
        self._handler.send_header("Connection", "close")
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def write(self, data: bytes | str) -> None:
        self._handler.wfile.write(data.encode() if isinstance(data, str) else data)
        self._handler.wfile.flush()

    def error(self, status: int, message: str = "", **headers: str) -> None:
        self.head(status, "application/json", **headers)
        self.write(json.dumps({"error": {"message": message}}))

    def hold(self) -> None:
        """Say nothing more until the test is over."""
        self.released.wait()


Handler = Callable[[Exchange], None]


class Server:
    """The running server: its address, and every request it got."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.requests: list[Exchange] = []


@contextmanager
def serving(*script: Handler) -> Iterator[Server]:
    """Serve with one handler per request; the last one repeats."""
    released = threading.Event()
    lock = threading.Lock()

    class Scripted(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            exchange = Exchange(self, released)
            with lock:
                turn = len(server.requests)
                server.requests.append(exchange)
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):  # the client going away is what some tests are about
                script[min(turn, len(script) - 1)](exchange)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    http.daemon_threads = True
    server = Server(http.server_address[1])
    with running(http):
        try:
            yield server
        finally:
            released.set()


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> str:
    """One server-sent event of a streamed completion."""
    delta = {} if text is None else {"content": text}
    data = {"model": "served-model", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return f"data: {json.dumps(data)}\n\n"


USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "prompt_tokens_details": {"cached_tokens": 60},
    "completion_tokens_details": {"reasoning_tokens": 5},
}
DONE = "data: [DONE]\n\n"


def answering(*pieces: str, finish: str = "stop") -> Handler:
    """Stream the pieces, then the finish reason, the usage and the end mark."""

    def handle(exchange: Exchange) -> None:
        exchange.head()
        for piece in pieces:
            exchange.write(chunk(piece))
        exchange.write(chunk(finish=finish))
        exchange.write(f"data: {json.dumps({'choices': [], 'usage': USAGE})}\n\n{DONE}")

    return handle
