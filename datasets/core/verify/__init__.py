"""Verification of an export, offline, from the folder or zip file and a public key or fingerprint."""

from collections.abc import Callable
from pathlib import Path

from datasets.core import names
from datasets.core.canonical import LINE_ENDS
from datasets.core.errors import Malformed
from datasets.core.framed import FrameKey
from datasets.core.statement import Statement
from datasets.core.verify import derived, proof, rows, trust
from datasets.core.verify.report import EXIT_CODES, Finding, Report
from datasets.core.verify.source import Limits, Source, digest, digest_without_cr, opened
from datasets.core.verify.trust import LedgerOptions, Pins, pin

__all__ = ["EXIT_CODES", "Finding", "LedgerOptions", "Limits", "Pins", "Report", "pin", "verify"]

_MOST_LITTER = 5
_NEEDED = (names.ROWS, names.INDEX, names.KEYS, names.CARD)


def verify(
    path: Path,
    pins: Pins,
    *,
    ledger: LedgerOptions | None = None,
    frame_key: FrameKey | None = None,
    pair: str | None = None,
    limits: Limits | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Report:
    """Check an export and return everything that is wrong with it, by name.

    path: folder or zip file. ledger: a whole ledger, a later key list, a least sequence number. pair: an id whose
    inclusion proof is wanted. progress: called with the name of each step.
    Never raises for what the file holds; OSError when it cannot be read at all.
    """
    report = Report()
    try:
        with opened(path, limits) as source:
            _verify(source, pins, ledger or LedgerOptions(), frame_key, pair, report, progress)
    except Malformed as error:
        report.add("source.form", "malformed", str(error))
    return report


def _verify(
    source: Source,
    pins: Pins,
    options: LedgerOptions,
    frame_key: FrameKey | None,
    pair: str | None,
    report: Report,
    progress: Callable[[str], None],
) -> None:
    progress("signature")
    trusted = trust.check_envelope(source, pins, report)
    if trusted is None:
        return
    statement, signed, payload = trusted
    _summarise(statement, report)
    progress("files")
    good = _check_files(source, statement, report)
    listed = trust.key_list(source) if names.KEYS in good else None
    if listed is not None:
        progress("keys and ledger")
        if statement.body.get("keys") != {"version": listed.version}:
            report.add("keys.version", "tampered", "it is not the key list of the statement", file=names.KEYS)
        proven = trust.check_ledger(source, payload, statement, listed, options, report)
        trust.check_key_states(signed, pins, listed, proven, options, report)
        if proven is not None:
            report.summary["ledger"] = {"origin": proven[0].origin, "seq": proven[0].seq, "time": proven[0].time}
    if names.ROWS in source.sizes:
        progress("rows")
        reviewers = listed.with_role("reviewer") if listed else {}
        rows.check(source, statement, reviewers, report, changed=names.ROWS not in good)
    if names.ROWS in good and names.PARQUET in good:
        progress("parquet")
        derived.check_parquet(source, report)
    if names.ROWS in good and names.FRAMES in good:
        progress("frames")
        derived.check_frames(source, statement, frame_key, report)
    elif frame_key is not None and names.FRAMES not in statement.subjects:
        report.notes.append("The secret given was not used: the export holds no frames.")
    if pair is not None:
        progress("proof")
        proof.add(source, statement, pair, report)


def _check_files(source: Source, statement: Statement, report: Report) -> set[str]:
    """Compare the files with the signed list; return those that are there and unchanged."""
    good = set()
    for name in sorted(set(_NEEDED) - set(statement.subjects)):
        report.add("file.unsigned", "malformed", "the statement does not cover this file", file=name)
    for name, expected in sorted(statement.subjects.items()):
        if name not in source.sizes:
            report.add("file.missing", "incomplete", "the file is missing", file=name)
        elif digest(source, name) != expected:
            message = "the file is not the one that was signed"
            if digest_without_cr(source, name) == expected:
                message += f": {LINE_ENDS}"
            report.add("file.changed", "tampered", message, file=name)
        else:
            good.add(name)
    for name in sorted(set(source.sizes) - set(statement.subjects) - names.UNLISTED):
        report.add("file.extra", "tampered", "the file does not belong to the export", file=name)
    if source.litter:
        listed = ", ".join(sorted(source.litter)[:_MOST_LITTER]) + (", …" if len(source.litter) > _MOST_LITTER else "")
        report.notes.append(f"Left by a system, no part of the export and not looked at: {listed}.")
    if len(good) == len(statement.subjects):
        report.checks.append(f"all {len(good)} signed files are there and unchanged")
    return good


def _summarise(statement: Statement, report: Report) -> None:
    body = statement.body
    data = body.get("dataset")
    if isinstance(data, dict):
        report.summary |= {name: data.get(name) for name in ("name", "version", "licence")}
    report.summary |= {
        "rows": statement.count,
        "withheld": statement.withheld,
        "root": statement.root.hex(),
        "policy": body.get("policy"),
        "supersedes": body.get("supersedes"),
    }
