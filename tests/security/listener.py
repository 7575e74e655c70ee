"""A server on loopback that counts who connects: nobody may, where its address is not allowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.loopback import running


class Listener(ThreadingHTTPServer):
    """connects: how often somebody came in. status, headers, body: what everybody is answered."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.connects = 0
        self.status, self.headers, self.body = 200, {}, b"{}"
        self.echoes_key = False

    def verify_request(self, request: object, client_address: object) -> bool:
        self.connects += 1
        return True

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener that runs inside the block."""
    with running(Listener()) as server:
        yield server


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        key = self.headers["Authorization"] or ""
        body = b'{"error": {"message": "Bad key: %s"}}' % key.encode() if self.server.echoes_key else self.server.body
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
