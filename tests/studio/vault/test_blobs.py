"""Blobs: same bytes once, nothing half-written, damage never read."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.vault import blobs
from studio.web.errors import TooLarge


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file() and path.name != "lock")


def test_a_blob_lies_under_its_digest(own_folder: Path) -> None:
    digest, size = blobs.put([b"ab", b"", b"c"])
    assert digest == hashlib.sha256(b"abc").hexdigest()
    assert size == 3
    assert files(own_folder) == [own_folder / "blobs" / digest[:2] / digest[2:]]
    assert blobs.read(digest) == b"abc"


def test_the_same_bytes_are_stored_once(own_folder: Path) -> None:
    first, _ = blobs.put([b"abc"])
    before = blobs.path(first).stat().st_ino
    assert blobs.put([b"a", b"bc"])[0] == first
    assert blobs.path(first).stat().st_ino == before
    assert len(files(own_folder)) == 1


def test_a_refused_or_broken_upload_leaves_nothing(own_folder: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"x"
        raise ConnectionError

    with pytest.raises(TooLarge):
        blobs.put([b"x" * 6, b"y" * 6], limit=10)
    with pytest.raises(ConnectionError):
        blobs.put(breaking())
    assert files(own_folder) == []


def test_a_changed_byte_is_never_read() -> None:
    digest, _ = blobs.put([b"abc"])
    blobs.path(digest).write_bytes(b"abd")
    with pytest.raises(blobs.BlobMissing):
        blobs.read(digest)


def test_a_cut_off_blob_is_written_again() -> None:
    digest, _ = blobs.put([b"abc"])
    blobs.path(digest).write_bytes(b"a")
    blobs.put([b"abc"])
    assert blobs.read(digest) == b"abc"


def test_a_missing_blob_has_its_own_error() -> None:
    with pytest.raises(blobs.BlobMissing):
        blobs.read("0" * 64)


@pytest.mark.parametrize("name", ["", "../" * 10 + "etc/passwd", "0" * 63, "G" * 64, "0" * 60 + "/../"])
def test_only_digests_name_blobs(name: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        blobs.path(name)


def test_removing_twice_is_quiet() -> None:
    digest, _ = blobs.put([b"abc"])
    with blobs.collecting():
        blobs.remove(digest)
        blobs.remove(digest)
    assert not blobs.path(digest).exists()
