"""Parquet and frames against the rows they were made from."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import IO

from datasets.core import canonical, names, parquet
from datasets.core.errors import ExportError, Malformed
from datasets.core.framed import FrameKey, frame_of
from datasets.core.frames import DEFAULT_LIMITS, FrameError, read_train_pair, strip_signature
from datasets.core.frames import verify as verify_frame
from datasets.core.records import PairRecord, WithheldRow
from datasets.core.statement import Statement
from datasets.core.verify.report import Report
from datasets.core.verify.rows import scan
from datasets.core.verify.source import Source, reading

# A frame over the codec's limit cannot be read anyway; four bytes are the most a character takes.
_MOST_FRAME_BYTES = 4 * DEFAULT_LIMITS.max_frame_chars


def check_parquet(source: Source, report: Report) -> None:
    """Compare every parquet row with its line; without pyarrow a note says that the digest alone binds the file."""
    if not parquet.is_available():
        report.notes.append("The parquet file was checked by its digest only: pyarrow is not installed.")
        return
    with reading(source, names.ROWS) as rows, reading(source, names.PARQUET) as table:
        expected = (line for line in scan(rows, source.limits.max_line) if not isinstance(line.row, WithheldRow))
        found = parquet.lines(table)
        try:
            for line, other in zip_longest(expected, found):
                if line is None or line.data != other:
                    number = line.number if line else None
                    name = line.row.id if line and line.row else None
                    message = "the parquet row is not the row of the JSON lines"
                    report.add("parquet.row", "tampered", message, file=names.PARQUET, row=number, id=name)
                    return
        except parquet.errors() as error:
            message = f"the file cannot be read as parquet ({type(error).__name__})"
            report.add("parquet.form", "malformed", message, file=names.PARQUET)
            return
    report.checks.append("the parquet rows are the rows of the JSON lines")


def check_frames(source: Source, statement: Statement, key: FrameKey | None, report: Report) -> None:
    """Compare every frame with its row, and check the signature lines when their secret is given."""
    signer = statement.body.get("frames")
    if key is not None and (not isinstance(signer, dict) or signer.get("keyFingerprint") != key.fingerprint):
        report.add("frames.key", "untrusted", "the frames were not signed with the secret given", file=names.FRAMES)
        return
    if signer is not None and key is None:
        report.notes.append("The frames' signature lines were not checked: their shared secret was not given.")
    faults = 0
    with reading(source, names.ROWS) as rows, reading(source, names.FRAMES) as frames:
        for line, other in zip_longest(scan(rows, source.limits.max_line), _frame_lines(frames)):
            if line is None or other is None:
                message = "there are not as many frames as rows"
                report.add("frames.count", "tampered", message, file=names.FRAMES, row=line.number if line else None)
                return
            reason = _fault(line.row, other, key)
            if reason is not None:
                faults += 1
                name = line.row.id if line.row else None
                report.add("frames.row", "tampered", reason, file=names.FRAMES, row=line.number, id=name)
    if not faults:
        report.checks.append("every frame holds its row's text" + (" and its signature line is right" if key else ""))


def _frame_lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(_MOST_FRAME_BYTES):
        yield line


def _fault(row: PairRecord | WithheldRow | None, line: bytes, key: FrameKey | None) -> str | None:
    try:
        text = canonical.load(line)
    except Malformed:
        return "the line is not JSON"
    if row is None or isinstance(row, WithheldRow):
        return None if text is None or row is None else "a frame stands where its row is withheld"
    if not isinstance(text, str):
        return "the line is not a frame"
    try:
        if key is not None and not (check := verify_frame(text, key=key.secret)).verified:
            return f"the frame's signature line is not right ({check.reason})"
        # Writing the row's frame again is five times quicker than reading the one in the file, and says the same.
        if strip_signature(text) == frame_of(row):
            return None
        pair = read_train_pair(text, mode="strict")
    except FrameError as error:
        return f"the frame cannot be read ({error.code})"
    except ExportError as error:
        return f"the row has no frame: {error}"
    if (pair.instruction, pair.completion) != (row.instruction, row.completion):
        return "the frame holds another text than the row"
    return "the frame's header is not the row's"
