"""A folder or a zip file as a set of named byte streams, with limits on what strangers may hand in."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import IO, Protocol

from datasets.core.canonical import MAX_LINE
from datasets.core.errors import Malformed
from datasets.core.names import is_litter, is_safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is refused before reading. Sizes in bytes; ratio: unpacked to packed size of a whole zip."""

    max_files: int = 200
    max_bytes: int = 64 * 1024**3
    max_ratio: int = 250
    max_small_file: int = 64 * 1024 * 1024
    max_line: int = MAX_LINE


class Source(Protocol):
    """Where an export is read from.

    sizes: path → bytes, as stated by the file system or the zip directory, without the folders around everything.
    litter: paths that systems have left and that are not looked at (`names.is_litter`).
    """

    limits: Limits
    sizes: dict[str, int]
    litter: list[str]

    def open(self, name: str) -> IO[bytes]:
        """Open one file for reading from its start."""
        ...


def _around(paths: Iterable[str]) -> str:
    """Return the folders that everything lies in, with a slash at the end: whoever packs or unpacks may add one."""
    levels = zip(*(path.split("/")[:-1] for path in paths), strict=False)
    return "".join(f"{level[0]}/" for level in takewhile(lambda level: len(set(level)) == 1, levels))


class Folder:
    """An export in a folder. Symbolic links and special files are refused."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.limits = limits
        self.litter: list[str] = []
        found: dict[str, int] = {}
        for directory, folders, files in os.walk(root):
            for name in [*folders, *files]:
                path = Path(directory, name)
                relative = path.relative_to(root).as_posix()
                mode = path.lstat().st_mode
                if is_litter(relative):
                    self.litter.append(relative)
                elif stat.S_ISREG(mode):
                    found[relative] = path.lstat().st_size
                elif not stat.S_ISDIR(mode):
                    raise Malformed(f"{relative[:200]!r} is a link or a special file.")
                if len(found) + len(self.litter) > limits.max_files:
                    raise Malformed(f"There are more than {limits.max_files} files.")
            folders[:] = [name for name in folders if not is_litter(name)]
        if sum(found.values()) > limits.max_bytes:
            raise Malformed("The files are larger than the limit.")
        around = _around(found)
        self.root = root / around
        self.sizes = {name.removeprefix(around): size for name, size in found.items()}

    def open(self, name: str) -> IO[bytes]:
        """Open one file."""
        return (self.root / name).open("rb")


class Archive:
    """An export in a zip file, read in place. Names may be parted by backslashes, as some programs on Windows write."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self.limits = limits
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Malformed("This is not a zip file.", cause=str(error)) from error
        listed = [(info.filename.replace("\\", "/"), info) for info in self._zip.infolist()]
        listed = [(name, info) for name, info in listed if not name.endswith("/")]
        if len(listed) > limits.max_files:
            raise Malformed(f"There are more than {limits.max_files} files.")
        self.litter = [name for name, _ in listed if is_litter(name)]
        listed = [(name, info) for name, info in listed if not is_litter(name)]
        for name, info in listed:
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not is_safe(name) or kind not in {0, stat.S_IFREG} or info.flag_bits & 1:
                raise Malformed(f"The name or kind of {info.filename[:80]!r} is not allowed.")
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise Malformed(f"{info.filename[:80]!r} is packed in a way that is not read.")
        members = [info for _, info in listed]
        total, packed = sum(i.file_size for i in members), sum(i.compress_size for i in members)
        if total > limits.max_bytes or total > max(packed, 1_000_000) * limits.max_ratio:
            raise Malformed("The zip file unpacks to more than is allowed.")
        around = _around(name for name, _ in listed)
        self._members = {name.removeprefix(around): info for name, info in listed}
        if len(self._members) != len(listed):
            raise Malformed("A name stands twice in the zip file.")
        self.sizes = {name: info.file_size for name, info in self._members.items()}

    def open(self, name: str) -> IO[bytes]:
        """Open one member."""
        try:
            return self._zip.open(self._members[name])
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise Malformed(f"{name} cannot be unpacked.", cause=str(error)) from error


@contextmanager
def opened(path: Path, limits: Limits | None = None) -> Iterator[Source]:
    """Yield the export at path, a folder or a zip file. Raises Malformed, or OSError when it cannot be read."""
    limits = limits or Limits()
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        yield Folder(path, limits)
        return
    if not stat.S_ISREG(mode):  # a device or a pipe may have no end
        raise Malformed("This is neither a folder nor a file.")
    with path.open("rb") as file:
        yield Archive(file, limits)


@contextmanager
def reading(source: Source, name: str) -> Iterator[IO[bytes]]:
    """Open a file and turn every fault of the packing, also those met while reading, into Malformed."""
    try:
        with source.open(name) as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Malformed(f"{name} cannot be unpacked.", cause=str(error)) from error


def read_small(source: Source, name: str) -> bytes:
    """Return a whole file that must be small; Malformed when it is not."""
    limit = source.limits.max_small_file
    if source.sizes[name] > limit:
        raise Malformed(f"{name} is larger than {limit:,} bytes.")
    with reading(source, name) as stream:
        return stream.read(limit + 1)


def digest(source: Source, name: str) -> str:
    """Return the SHA-256 of a file in hex."""
    found = sha256()
    with reading(source, name) as stream:
        while block := stream.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def digest_without_cr(source: Source, name: str) -> str:
    """Return the digest that a text file had before its line ends were changed to CR LF."""
    found, held = sha256(), b""
    with reading(source, name) as stream:
        while block := stream.read(1 << 20):
            block = held + block
            held = block[-1:] if block.endswith(b"\r") else b""
            found.update(block[: len(block) - len(held)].replace(b"\r\n", b"\n"))
    found.update(held)
    return found.hexdigest()
