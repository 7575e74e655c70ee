"""The folder of message files: every message arrives whole, at one reader, the oldest first."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from studio.jobs.folder_broker import Channel

FOLDERS = ("data_folder_in", "data_folder_out", "control_folder")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    options = dict.fromkeys(FOLDERS, str(tmp_path))
    with Connection(transport="studio.jobs.folder_broker:Transport", transport_options=options) as opened:
        yield opened


def _taken(channel: Channel, queue: str) -> list[Any]:
    found = []
    try:
        while True:
            found.append(channel._get(queue)["n"])
    except Empty:
        return found


def test_messages_come_in_order_and_only_from_their_queue(connection: Connection) -> None:
    channel = connection.channel()
    for n in range(5):
        channel._put("io", {"n": n})
        channel._put("cpu", {"n": -n})
    assert _taken(channel, "io") == [0, 1, 2, 3, 4]
    assert _taken(channel, "io") == []
    assert channel._size("cpu") == 5


def test_nothing_half_written_is_seen(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "0_x.part").write_text('{"n":')
    (tmp_path / "1_x.io.msg").write_text('{"n":')
    (tmp_path / "2_x.io.msg").write_text('{"n": 2}')
    assert _taken(connection.channel(), "io") == [2]


def test_each_message_reaches_one_of_many_readers_whole(connection: Connection) -> None:
    found: Counter[int] = Counter()
    all_sent = threading.Event()

    def send(first: int) -> None:
        channel = connection.channel()
        for n in range(first, first + 100):
            channel._put("io", {"n": n, "body": "x" * 50_000})

    def take() -> None:
        channel = connection.channel()
        while True:
            ended = all_sent.is_set()
            found.update(_taken(channel, "io"))
            if ended:
                return

    readers = [threading.Thread(target=take) for _ in range(3)]
    writers = [threading.Thread(target=send, args=(first,)) for first in (0, 100)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    all_sent.set()
    for thread in readers:
        thread.join()
    assert found == Counter(range(200))
