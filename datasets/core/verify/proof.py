"""Inclusion proof of one pair: its line, its place, and the hashes that lead from it to the signed root."""

from typing import Any

from datasets.core import merkle, names
from datasets.core.errors import Malformed
from datasets.core.statement import Statement
from datasets.core.verify.report import Report
from datasets.core.verify.rows import read_index, scan
from datasets.core.verify.source import Source, reading


def make(source: Source, pair: str) -> dict[str, Any] | None:
    """Return the proof of one pair, or None when the export holds no such row. index: 0-based; hashes in hex.

    Raises Malformed or KeyError when the index or the rows cannot be read.
    """
    with reading(source, names.INDEX) as stream:
        listed = list(read_index(stream))
    index = next((number for number, (_, name) in enumerate(listed) if name == pair), None)
    if index is None:
        return None
    leaves = [leaf for leaf, _ in listed]
    with reading(source, names.ROWS) as stream:
        line = next((line for line in scan(stream, source.limits.max_line) if line.number == index + 1), None)
    if line is None:
        return None
    return {
        "id": pair,
        "line": line.data.decode(errors="replace"),
        "leaf": line.leaf.hex(),
        "index": index,
        "size": len(leaves),
        "proof": [part.hex() for part in merkle.prove(leaves, index)],
        "root": merkle.root_of(leaves).hex(),
    }


def holds(proof: dict[str, Any], root: bytes) -> bool:
    """Say whether a proof leads to this root."""
    parts = [bytes.fromhex(part) for part in proof["proof"]]
    return merkle.check_proof(bytes.fromhex(proof["leaf"]), proof["index"], proof["size"], parts, root)


def add(source: Source, statement: Statement, pair: str, report: Report) -> None:
    """Put the proof of a pair into the report and check it against the signed root."""
    try:
        found = make(source, pair)
    except (Malformed, KeyError, OSError):
        found = None
    if found is None:
        report.add("proof.missing", "incomplete", "the export holds no row with this id", file=names.INDEX, id=pair)
        return
    report.proof = found
    if holds(found, statement.root):
        report.checks.append(
            f"pair {pair} is row {found['index'] + 1} of {found['size']}, by {len(found['proof'])} hashes"
        )
    else:
        report.add("proof.wrong", "tampered", "the row's hashes do not lead to the signed root", id=pair)
