"""Wake-ups between processes: "look at this stream again". They carry no data, and losing one costs a moment only.

On one machine each web process owns a unix datagram socket in the run folder; with Redis it subscribes to one channel.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

CHANNEL = "studio:poke"
log = logging.getLogger("studio.events")


def publish(stream: str) -> None:
    """Tell every web process that the stream has grown. Never raises for a lost or unreachable listener."""
    if settings.STUDIO_REDIS_URL:
        import redis

        with contextlib.suppress(redis.RedisError):
            _redis().publish(CHANNEL, stream)
        return
    folder = socket_folder()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for path in folder.glob("poke-*.sock"):
            try:
                sender.sendto(stream.encode(), str(path))
            except (ConnectionRefusedError, FileNotFoundError):
                path.unlink(missing_ok=True)  # its process was killed
            except OSError:
                continue  # a full buffer: that process has wake-ups waiting already


def socket_folder() -> Path:
    """Where this installation's sockets are: the run folder, or a short path if that one is too long for a socket."""
    folder = Path(settings.STUDIO_RUN_DIR)
    if len(str(folder)) < 80:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"studio-{os.getuid()}-{name}"


@cache
def _redis() -> Any:
    import redis

    return redis.Redis.from_url(settings.STUDIO_REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


class Hub:
    """The listener of one web process: wakes the waiting consumers of a stream."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._path: Path | None = None

    def join(self, stream: str) -> asyncio.Event:
        """A flag that is set whenever the stream may have grown. Call from the running loop."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.get_running_loop().create_task(self._listen())
        flag = asyncio.Event()
        self._waiting.setdefault(stream, set()).add(flag)
        return flag

    def leave(self, stream: str, flag: asyncio.Event) -> None:
        """Stop waking this flag."""
        flags = self._waiting.get(stream, set())
        flags.discard(flag)
        if not flags:
            self._waiting.pop(stream, None)

    def _wake(self, stream: str) -> None:
        for flag in self._waiting.get(stream, ()):
            flag.set()

    async def _listen(self) -> None:
        await (self._listen_redis() if settings.STUDIO_REDIS_URL else self._listen_datagrams())

    async def _listen_datagrams(self) -> None:
        loop = asyncio.get_running_loop()
        with _bound_datagrams() as receiver:
            while True:
                self._wake((await loop.sock_recv(receiver, 256)).decode(errors="replace"))

    async def _listen_redis(self) -> None:
        """Waits in a thread of its own: the asyncio client may swallow the cancellation that should end it."""
        loop, ended = asyncio.get_running_loop(), threading.Event()
        thread = threading.Thread(target=self._follow_redis, args=(loop, ended), name="redis wake-ups", daemon=True)
        thread.start()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    def _follow_redis(self, loop: asyncio.AbstractEventLoop, ended: threading.Event) -> None:
        import redis

        while not ended.is_set():
            try:
                with redis.Redis.from_url(settings.STUDIO_REDIS_URL) as client, client.pubsub() as channel:
                    channel.subscribe(CHANNEL)
                    while not ended.is_set():
                        message = channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
                        if message and not ended.is_set():
                            loop.call_soon_threadsafe(self._wake, message["data"].decode())
            except redis.RedisError as error:
                log.warning("no wake-ups from Redis, consumers poll meanwhile", extra={"cause": str(error)})
                ended.wait(1)
            except RuntimeError:  # the loop has closed meanwhile
                return


@contextlib.contextmanager
def _bound_datagrams() -> Iterator[socket.socket]:
    """This process's socket in the run folder, gone again at the end."""
    folder = socket_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"poke-{os.getpid()}.sock"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(path))
        receiver.setblocking(False)
        try:
            yield receiver
        finally:
            path.unlink(missing_ok=True)


hub = Hub()
