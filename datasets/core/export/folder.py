"""A folder that appears under its name only when it is complete and on disk."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from datasets.core.errors import FolderRefused
from datasets.core.statement import FileInfo

_FLUSH_AT = 256 * 1024


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """Yield a sibling folder to fill; rename it to folder when the block ends well, else remove it.

    The sibling is locked while it is filled, so that `sweep` removes only what a killed process left behind.
    Raises FolderRefused when folder exists already or its parent cannot be written.
    """
    folder = folder.absolute()
    if folder.exists() or folder.is_symlink():
        raise FolderRefused(f"{folder.name} exists already.")
    temporary = folder.parent / f".{folder.name}.{secrets.token_hex(6)}.partial"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent, folder.name)
        temporary.mkdir(mode=0o755)
    except OSError as error:
        raise FolderRefused(cause=str(error)) from error
    lock = os.open(temporary, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield temporary
        for path in [*(p for p in temporary.rglob("*") if p.is_dir()), temporary]:
            sync_folder(path)
        if folder.exists():
            raise FolderRefused(f"{folder.name} exists already.")
        temporary.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        os.close(lock)


def sweep(parent: Path, name: str) -> None:
    """Remove unfinished folders for name that no living process holds."""
    for left in parent.glob(f".{name}.*.partial"):
        with suppress(OSError):
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)


def put(root: Path, name: str, data: bytes) -> FileInfo:
    """Write one small file to disk and return its digest."""
    sink = Sink(root, name)
    sink.write(data)
    return sink.close()


class Sink:
    """A file that is hashed while it is written and is on disk when closed."""

    def __init__(self, root: Path, name: str) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb", buffering=0)
        self._hash = sha256()
        self._parts: list[bytes] = []
        self._held = 0
        self.name = name
        self.path = path
        self.size = 0
        self.lines = 0

    def write(self, data: bytes) -> int:
        """Append bytes; they are kept until a quarter of a megabyte has come together."""
        self._parts.append(data)
        self._held += len(data)
        if self._held >= _FLUSH_AT:
            self.flush()
        return len(data)

    def line(self, data: bytes) -> None:
        """Append one line and its LF."""
        self.lines += 1
        self._parts += (data, b"\n")
        self._held += len(data) + 1
        if self._held >= _FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Hand what was kept to the operating system."""
        if self._parts:
            data = memoryview(b"".join(self._parts))
            self._parts, self._held = [], 0
            self._hash.update(data)
            self.size += len(data)
            while data:
                data = data[self._file.write(data) :]

    def tell(self) -> int:
        """Return the number of bytes so far; writers of binary formats ask."""
        return self.size + self._held

    @property
    def closed(self) -> bool:
        """Say whether the file is closed."""
        return self._file.closed

    def close(self) -> FileInfo:
        """Force the file to disk and return its name, digest and size."""
        self.flush()
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()
        return FileInfo(name=self.name, sha256=self._hash.hexdigest(), size=self.size)

    def abandon(self) -> None:
        """Let go of the file as it is; nothing happens to one that was closed."""
        self._file.close()

    def discard(self) -> None:
        """Close and remove the file."""
        self._file.close()
        self.path.unlink()


def sync_folder(path: Path) -> None:
    """Force a folder's entries to disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
