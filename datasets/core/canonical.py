"""Canonical JSON (ASCII keys, sorted, no floats, UTF-8) and bounded reading of lines.

orjson is used when it is installed and gives the same bytes as the standard library for values without floats,
so a reader without it can still check every line.
"""

import json
from collections.abc import Iterator
from typing import IO, Any

from datasets.core.errors import Malformed

try:
    import orjson
except ImportError:  # pragma: no cover - exercised in a child process without orjson
    orjson = None  # type: ignore[assignment]  # the module is optional

MAX_LINE = 16 * 1024 * 1024
LINE_ENDS = "its line ends were changed to CR LF; fetch it again as it is, in binary"


def dump(value: object) -> bytes:
    """Return canonical JSON without a line end.

    Keys must be ASCII and values must not contain floats; the caller's types guarantee both.
    Raises Malformed for text that UTF-8 cannot carry (lone surrogates) and for other types.
    """
    try:
        if orjson is not None:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed("This value cannot be written as JSON.", cause=str(error)) from error


def load(data: bytes) -> Any:
    """Return the value of one JSON text; Malformed when it is none, is nested too deeply or is not UTF-8."""
    try:
        if orjson is not None:
            return orjson.loads(data)
        return json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed("This is not JSON.", cause=str(error)) from error


def load_object(data: bytes) -> dict[str, Any]:
    """Return one JSON object; Malformed for everything else."""
    value = load(data)
    if not isinstance(value, dict):
        raise Malformed("A JSON object was expected.")
    return value


def is_canonical(data: bytes, value: object) -> bool:
    """Say whether data is exactly how this module writes value."""
    try:
        return dump(value) == data
    except Malformed:
        return False


def lines(stream: IO[bytes], limit: int = MAX_LINE) -> Iterator[bytes]:
    """Yield lines without their LF, never holding more than limit bytes.

    Raises Malformed when a line is longer than limit, or when the last line has no LF (a cut file).
    """
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if not line.endswith(b"\n"):
            if len(line) > limit:
                raise Malformed(f"Line {number} is longer than {limit:,} bytes.")
            raise Malformed(f"Line {number} has no line end: the file is cut.")
        yield line[:-1]
