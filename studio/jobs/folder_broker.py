"""The folder of message files as a broker: a message is there whole or not at all, and one worker gets it.

Kombu's own transport writes a message where readers already see it, and a worker that reads half of one ends. Here a
message gets its name once it is written, and belongs to whoever removes it.
"""

import os
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

import orjson
from kombu.transport import filesystem


class Channel(filesystem.Channel):
    """Messages as files `TIME_ID.QUEUE.msg`, the oldest first."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # kombu names it in two ways
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020}_{uuid4().hex}"
        written = folder / f"{name}.part"
        written.write_bytes(orjson.dumps(payload))
        written.rename(folder / f"{name}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self.data_folder_in)):  # noqa: PTH208  names are enough, and sort as text
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            path = Path(self.data_folder_in) / name
            try:
                payload = path.read_bytes()
                path.unlink()
                return orjson.loads(payload)
            except FileNotFoundError:
                continue  # another worker has it
            except orjson.JSONDecodeError:
                continue  # cut by a power failure; the sweeper sends it again
        raise Empty


class Transport(filesystem.Transport):
    """What `broker_transport` names."""

    Channel = Channel
