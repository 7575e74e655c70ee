"""Files named by the SHA-256 of their bytes: written once, never changed, checked when read.

`blobs/ab/cdef…` below the data folder. A file appears under its name only when all its bytes are on the disk (temporary
file, fsync, rename, fsync of the folder), so a crash leaves at most a temporary file. Who writes rows that name a blob
does it inside `keeping()`, who removes unnamed blobs inside `collecting()`: otherwise a file could be removed between
being found and being named.
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from studio.web.errors import StorageFull, StudioError, TooLarge
from studio.web.full_disk import is_full

_PIECE = 1024 * 1024


class BlobMissing(StudioError):
    """The stored file is missing or damaged. Tell an operator; nothing of it is shown."""

    status = 500


def _root() -> Path:
    return Path(settings.STUDIO_DATA_DIR) / "blobs"


def path(sha256: str) -> Path:
    """Where the blob of that digest lies, whether it exists or not. Raises ValueError for anything but a digest."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 digest")
    return _root() / sha256[:2] / sha256[2:]


def put(pieces: Iterable[bytes], *, limit: int | None = None) -> tuple[str, int]:
    """Store bytes and return (digest, size); bytes that are there already, undamaged, are left alone.

    Raises TooLarge above `limit` bytes, StorageFull; then nothing stays behind.
    """
    try:
        return _put(pieces, limit)
    except OSError as error:
        if is_full(error):
            raise StorageFull from error
        raise


def _put(pieces: Iterable[bytes], limit: int | None) -> tuple[str, int]:
    folder = _root() / "new"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    size = 0
    handle, name = tempfile.mkstemp(dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if limit is not None and size > limit:
                    raise TooLarge(f"A file may have at most {limit // 1_000_000} MB.")
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        target = path(digest.hexdigest())
        if not is_whole(digest.hexdigest()):
            target.parent.mkdir(exist_ok=True, mode=0o700)
            temporary.replace(target)
            _sync_folder(target.parent)
            _sync_folder(_root())
    finally:
        temporary.unlink(missing_ok=True)
    return digest.hexdigest(), size


def is_whole(sha256: str) -> bool:
    """Whether the blob is there with the bytes that its name promises."""
    try:
        open_checked(sha256).close()
    except BlobMissing:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_checked(sha256: str) -> BinaryIO:
    """The blob, opened at its start after all its bytes were checked. Raises BlobMissing."""
    try:
        file = path(sha256).open("rb")
    except FileNotFoundError as error:
        raise BlobMissing from error
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    if digest.hexdigest() != sha256:
        file.close()
        raise BlobMissing
    file.seek(0)
    return file


def read(sha256: str) -> bytes:
    """All bytes of a blob, checked. Raises BlobMissing."""
    with open_checked(sha256) as file:
        return file.read()


def remove(sha256: str) -> None:
    """Remove a blob that no row names any more; call it inside `collecting()`."""
    target = path(sha256)
    with suppress(FileNotFoundError):
        target.unlink()
        _sync_folder(target.parent)


def stored() -> Iterator[str]:
    """The digests that blobs lie under, whatever their bytes."""
    for file in sorted(_root().glob("[0-9a-f][0-9a-f]/*")):
        yield file.parent.name + file.name


def leftovers(*, older_than_s: float = 24 * 3600.0) -> list[Path]:
    """Temporary files whose writer was killed: no write takes that long."""
    limit = time.time() - older_than_s
    return [file for file in (_root() / "new").glob("*") if file.stat().st_mtime < limit]


@contextmanager
def keeping() -> Iterator[None]:
    """While blobs are stored and rows that name them are written; many at a time."""
    with _locked(fcntl.LOCK_SH):
        yield


@contextmanager
def collecting() -> Iterator[None]:
    """While unnamed blobs are looked for and removed; alone."""
    with _locked(fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    _root().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (_root() / "lock").open("a") as file:
        fcntl.flock(file, kind)
        yield
