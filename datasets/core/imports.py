"""Pairs from files: our exports and conversations, rows of the original, chat and preference files of trainers.

Each line is recognised by its own columns, so a file may be read without naming its kind. A file may also be one JSON
text, whose items then count as lines, or a zipped export of ours. Nothing here decides what enters the studio: it
yields candidates and problems.
"""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from datasets.core import canonical, conversations, names
from datasets.core.candidates import Candidate, Problem, Unfit, checked_text
from datasets.core.errors import Malformed, RecordError
from datasets.core.foreign import read_layout
from datasets.core.frames import FrameError, read_legacy_row, salvage_train_pair
from datasets.core.records import WithheldRow, from_row
from datasets.core.verify.source import Archive, Limits, reading

__all__ = ["Candidate", "Problem", "read"]

Item = tuple[int, dict[str, Any] | Problem]

MAX_ARRAY = 64 * 1024 * 1024
MAX_UNPACKED = 4 * 1024**3
MAX_ID = 200
_HALF = "The text holds half of a surrogate pair."
_ZIP = b"PK\x03\x04"
_PACKED = (
    (b"\x1f\x8b", "The file is packed with gzip: unpack it first."),
    (b"PAR1", "This is a parquet file: hand in JSON lines."),
    (b"\xff\xfe", "The file is written in UTF-16: save it as UTF-8."),
    (b"\xfe\xff", "The file is written in UTF-16: save it as UTF-8."),
)
_OLD_SIGNATURE = {
    "SIG_001": "the row carries no signature",
    "SIG_003": "the signature does not fit: the row was changed, or the key is another one",
    "SIG_005": "the signature was made with a publicly known key and proves nothing",
}


def read(stream: IO[bytes], *, key: bytes | None = None, salvage: bool = False) -> Iterator[Candidate | Problem]:
    """Yield a candidate or a problem for each line of a file; never raises for what the file holds.

    A conversation of the studio is one line and gives one of them for each answer.

    key: the shared secret for rows of the original, which are then taken only if their signature is right.
    salvage: recover pairs from frames of the original that its own metadata damaged.
    """
    for number, value in _objects(stream):
        if isinstance(value, Problem):
            yield value
            continue
        try:
            for item in _items(number, value, key, salvage):
                yield _whole(item) if isinstance(item, Candidate) else item
        except Unfit as error:
            yield Problem(line=number, code=error.code, message=str(error))


def _items(line: int, row: dict[str, Any], key: bytes | None, salvage: bool) -> Iterator[Candidate | Problem]:
    if row.keys() >= conversations.COLUMNS:
        yield from conversations.read_conversation(line, row)
    else:
        yield _candidate(line, row, key, salvage)


def _whole(candidate: Candidate) -> Candidate | Problem:
    try:
        _ = candidate.digest
    except RecordError:
        return Problem(line=candidate.line, code="import.text", message=_HALF)
    return candidate


def _unread(line: int, data: bytes, otherwise: str) -> Problem:
    """Say why JSON was refused; some readers take text that UTF-8 cannot carry and some do not."""
    try:
        json.dumps(json.loads(data.decode("utf-8", "surrogatepass")), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return Problem(line=line, code="import.text", message=_HALF)
    except (ValueError, RecursionError):
        pass
    return Problem(line=line, code="import.json", message=otherwise)


def _objects(stream: IO[bytes]) -> Iterator[Item]:
    """Yield the objects of a file with their line: JSON lines, one JSON text, or an export of ours as a zip file."""
    number, begun = 0, False
    while data := stream.readline(canonical.MAX_LINE + 1):
        number += 1
        if number == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
            if data.startswith(_ZIP):
                yield from _archived(stream)
                return
            if reason := next((reason for start, reason in _PACKED if data.startswith(start)), None):
                yield 1, Problem(line=1, code="import.packed", message=reason)
                return
        start = data.strip()
        if not begun and (start[:1] == b"[" or start == b"{"):
            yield from _document(data, stream)
            return
        begun = begun or bool(start)
        if len(data) > canonical.MAX_LINE:
            message = f"The line is longer than {canonical.MAX_LINE:,} bytes; the rest was not read."
            yield number, Problem(line=number, code="import.long", message=message)
            return
        if start:
            try:
                yield number, canonical.load_object(data)
            except Malformed:
                yield number, _unread(number, data, "The line is not a JSON object.")


def _document(start: bytes, stream: IO[bytes]) -> Iterator[Item]:
    """Yield the items of one JSON text that runs over lines: an array, or a single object."""
    data = start + stream.read(MAX_ARRAY)
    if len(data) > MAX_ARRAY:
        message = f"One JSON text may have {MAX_ARRAY:,} bytes; write one object a line instead."
        yield 1, Problem(line=1, code="import.long", message=message)
        return
    try:
        value = canonical.load(data)
    except Malformed:
        yield 1, _unread(1, data, "The file is not JSON.")
        return
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        if isinstance(item, dict):
            yield number, item
        else:
            yield number, Problem(line=number, code="import.json", message="The item is not a JSON object.")


def _archived(stream: IO[bytes]) -> Iterator[Item]:
    """Yield the rows of a zipped export of ours."""
    stream.seek(0)
    try:
        source = Archive(stream, Limits(max_bytes=MAX_UNPACKED))
        if names.ROWS not in source.sizes:
            raise Malformed(f"The zip file holds no {names.ROWS}: it is no export of ours.")
        with reading(source, names.ROWS) as rows:
            yield from _objects(rows)
    except Malformed as error:
        yield 1, Problem(line=1, code="import.packed", message=str(error))


def _candidate(line: int, row: dict[str, Any], key: bytes | None, salvage: bool) -> Candidate:
    if "withheld" in row:
        raise Unfit("import.withheld", "The row was withdrawn by its publisher.")
    if "approvals" in row and "created_at" in row:
        return _own(line, row)
    if "pair_id" in row and ("frame" in row or "signature" in row):
        return _original(line, row, key, salvage)
    said = _provenance(row) | row
    teachers = said.get("teachers")
    return Candidate(
        line=line,
        external_id=next((row[name] for name in ("pair_id", "id") if isinstance(row.get(name), str)), "")[:MAX_ID],
        score=_score(said),
        teachers=tuple(t for t in teachers if isinstance(t, str)) if isinstance(teachers, list) else (),
        **read_layout(row),
    )


def _own(line: int, value: dict[str, Any]) -> Candidate:
    try:
        row = from_row(value)
    except Malformed as error:
        raise Unfit("import.row", str(error)) from error
    if isinstance(row, WithheldRow):
        raise Unfit("import.withheld", "The row was withdrawn by its publisher.")
    return Candidate(
        line=line,
        kind="export",
        instruction=checked_text(row.instruction, "instruction"),
        completion=checked_text(row.completion, "completion"),
        system=row.system,
        rejected=row.rejected,
        score=row.score,
        external_id=row.id,
        teachers=row.teachers,
    )


def _original(line: int, value: dict[str, Any], key: bytes | None, salvage: bool) -> Candidate:
    try:
        row = read_legacy_row(canonical.dump(value).decode(), key=key)
    except (FrameError, Malformed) as error:
        raise Unfit("import.original", f"The row cannot be read: {error}") from error
    reason = row.signature.reason
    if key is not None and not row.signature.verified:
        raise Unfit("import.signature", f"Not taken: {_OLD_SIGNATURE.get(reason or '', 'the signature is damaged')}.")
    instruction, completion, salvaged = row.instruction, row.completion, False
    if row.fault is not None:
        if not salvage:
            raise Unfit("import.frame", f"The frame is damaged ({row.fault.code}); it can be salvaged on request.")
        try:
            pair = salvage_train_pair(row.signed_frame or row.unsigned_frame or "")
        except FrameError as error:
            raise Unfit("import.frame", f"The frame cannot be salvaged ({error.code}).") from error
        instruction, completion, salvaged = pair.instruction, pair.completion, True
    elif row.text_matches_frame is False:
        raise Unfit("import.mismatch", "The row's text is not the text of its frame.")
    return Candidate(
        line=line,
        kind="original",
        instruction=checked_text(instruction, "instruction"),
        completion=checked_text(completion, "completion"),
        score=_score({"score": row.quality_score}),
        external_id=row.pair_id,
        verified=row.signature.verified,
        salvaged=salvaged,
    )


def _provenance(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what our own files for trainers say about a pair in their one column of text, if it is that."""
    try:
        return canonical.load_object(str(row.get("provenance", "")).encode())
    except (Malformed, UnicodeEncodeError):
        return {}


def _score(row: Mapping[str, Any]) -> str | None:
    """Return a quality between 0 and 1 with up to four digits, where the row states one as text or number."""
    value = row.get("score", row.get("quality_score"))
    try:
        number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return f"{number:.4f}".rstrip("0").rstrip(".") if 0 <= number <= 1 else None
