"""Files of the original studio: every row's signature, text and frames, line by line."""

from collections import Counter
from pathlib import Path
from typing import IO

from datasets.core.frames import DEFAULT_LIMITS, FrameError, read_legacy_row
from datasets.core.verify.report import Fault, Report

_SIGNATURE = {
    "SIG_001": "the row carries no signature",
    "SIG_002": "the signature line is damaged",
    "SIG_003": "the signature does not belong to the frame, or the key is another one",
    "SIG_004": "the signature was not checked, because no key was given",
    "SIG_005": "the signature is right, but its key is publicly known and proves nothing",
}
_OURS = b'{"approvals":'


def verify_legacy(path: Path, key: bytes | None, *, name: str = "") -> Report:
    """Check a JSON Lines file of the original. key: its shared secret; name: what findings call it, if not its own.

    The signature covers the frame only, so the row's own text is compared with the frame's. OSError when the file
    cannot be read; everything else ends in findings.
    """
    report = Report()
    counts: Counter[str] = Counter()
    with path.open("rb") as stream:
        _rows(stream, name or path.name, key, counts, report)
    report.summary = {"rows": counts["rows"], "verified": counts["verified"]}
    if key is None and counts["rows"]:
        message = "no signature was checked: the file's shared secret was not given"
        report.add("legacy.key", "incomplete", message, file=name or path.name)
    if report.ok:
        report.checks.append(f"{counts['rows']:,} rows read, {counts['verified']:,} signatures right")
    return report


def _rows(stream: IO[bytes], name: str, key: bytes | None, counts: Counter[str], report: Report) -> None:
    limit = DEFAULT_LIMITS.max_line_chars
    number = 0
    while data := stream.readline(limit + 1):
        number += 1
        if len(data) > limit and not data.endswith(b"\n"):
            message = f"the line is longer than {limit:,} bytes; the rest was not read"
            report.add("legacy.line", "malformed", message, file=name, row=number)
            return
        if not data.strip():
            continue
        counts["rows"] += 1
        if number == 1 and data.startswith(_OURS):
            message = "this is the row file of an export, which is signed as a whole: give the folder or the zip file"
            report.add("legacy.kind", "malformed", message, file=name)
            return
        try:
            row = read_legacy_row(data.decode(), key=key)
        except (FrameError, UnicodeDecodeError) as error:
            report.add("legacy.row", "malformed", str(error), file=name, row=number)
            continue
        pair = row.pair_id or None
        counts["verified"] += row.signature.verified
        reason = row.signature.reason
        if reason is not None and not (key is None and reason == "SIG_004"):
            fault: Fault = "untrusted" if reason == "SIG_005" else "incomplete" if reason == "SIG_001" else "tampered"
            report.add(f"legacy.{reason}", fault, _SIGNATURE.get(reason, reason), file=name, row=number, id=pair)
        if row.fault is not None:
            message = f"the frame cannot be read ({row.fault.code})"
            report.add("legacy.frame", "malformed", message, file=name, row=number, id=pair)
        elif row.text_matches_frame is False:
            message = "the row's text is not the text of its frame"
            report.add("legacy.text", "tampered", message, file=name, row=number, id=pair)
        if row.frame_matches_signed is False:
            message = "the unsigned frame is not the signed one"
            report.add("legacy.copy", "tampered", message, file=name, row=number, id=pair)
    if not counts["rows"]:
        report.add("legacy.empty", "incomplete", "the file holds no rows", file=name)
