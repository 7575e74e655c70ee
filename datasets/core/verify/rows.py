"""Rows against the signed root: one streaming pass, and when something differs, the names of the rows that differ."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from datasets.core import names
from datasets.core.errors import Malformed
from datasets.core.merkle import Tree, leaf_hash
from datasets.core.policy import checker, read_policy
from datasets.core.records import Row, WithheldRow, from_line
from datasets.core.statement import Statement
from datasets.core.verify.report import Report
from datasets.core.verify.source import Source, reading

# Naming rows holds one leaf hash and one id a row in memory; beyond this only the first difference is named.
_MOST_NAMED = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the row file. row: None when the line cannot be read, then fault says why."""

    number: int
    data: bytes
    leaf: bytes
    row: Row | None
    fault: str | None = None


def scan(stream: IO[bytes], limit: int) -> Iterator[Line]:
    """Yield every line, readable or not; a line over the limit ends the scan."""
    number = 0
    while data := stream.readline(limit + 1):
        number += 1
        fault = None
        if data.endswith(b"\n"):
            data = data[:-1]
        else:
            fault = "the line is too long" if len(data) > limit else "the line has no end: the file is cut"
        row: Row | None = None
        if fault is None:
            try:
                row = from_line(data)
            except Malformed as error:
                fault = str(error)
        leaf = bytes.fromhex(row.leaf) if isinstance(row, WithheldRow) else leaf_hash(data)
        yield Line(number=number, data=data, leaf=leaf, row=row, fault=fault)
        if len(data) > limit:
            return


def read_index(stream: IO[bytes]) -> Iterator[tuple[bytes, str]]:
    """Yield (leaf hash, id) for every line of the row index; Malformed when a line is none."""
    while line := stream.readline(300):
        try:
            leaf, name = bytes.fromhex(line[:64].decode()), line[65:-1].decode()
        except ValueError as error:
            raise Malformed("The row index cannot be read.") from error
        if len(leaf) != 32 or line[64:65] != b" " or not line.endswith(b"\n") or not name:
            raise Malformed("The row index cannot be read.")
        yield leaf, name


def check(source: Source, statement: Statement, reviewers: dict[str, bytes], report: Report, *, changed: bool) -> None:
    """Check count, root, order, form and policy of all rows. changed: the row file's digest is not the signed one."""
    tree, withheld, previous, failed = Tree(), 0, "", False
    policy = checker(read_policy(statement.body.get("policy")), reviewers)
    with ExitStack() as stack:
        stream = stack.enter_context(reading(source, names.ROWS))
        present = names.INDEX in source.sizes
        index = _Index(stack.enter_context(reading(source, names.INDEX)) if present else BytesIO())
        for line in scan(stream, source.limits.max_line):
            tree.add(line.leaf)
            index.compare(line)
            row = line.row
            if row is None:
                failed = True
                if not changed:
                    report.add("row.form", "malformed", line.fault or "", file=names.ROWS, row=line.number)
                continue
            if row.id <= previous and not changed:
                message = f"it does not come after {previous}: rows ascend by id, each once"
                report.add("row.order", "malformed", message, file=names.ROWS, row=line.number, id=row.id)
            previous = row.id
            if isinstance(row, WithheldRow):
                withheld += 1
            elif not changed and (problem := policy(row)):
                report.add("row.policy", "tampered", problem, file=names.ROWS, row=line.number, id=row.id)
        index.finish()
    same = tree.root() == statement.root and tree.size == statement.count
    if changed or not same:
        if tree.size != statement.count:
            message = f"{tree.size} rows stand in the file, {statement.count} were signed"
            report.add("rows.count", "tampered", message, file=names.ROWS)
        if not same and not changed:
            report.add("rows.root", "tampered", "the rows do not give the signed root", file=names.ROWS)
        _name_rows(source, statement, report)
    elif withheld != statement.withheld:
        message = f"{withheld} rows are withheld, {statement.withheld} were signed"
        report.add("rows.withheld", "tampered", message, file=names.ROWS)
    elif not failed:
        report.checks.append(
            f"number and text of all rows ({tree.size:,}) are as signed, root {statement.root.hex()[:16]}…"
        )
    if not failed and same and not changed and present and index.fault is not None:
        number, name, reason = index.fault
        report.add("index.row", "tampered", reason, file=names.INDEX, row=number, id=name)


class _Index:
    """The row index, read beside the rows. fault: the first place where it is not theirs, as (line, id, reason)."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._lines = read_index(stream)
        self.fault: tuple[int | None, str | None, str] | None = None

    def compare(self, line: Line) -> None:
        """Take the next line of the index and compare it with this row."""
        if self.fault is not None or line.row is None:
            return
        try:
            if next(self._lines, None) != (line.leaf, line.row.id):
                self.fault = (line.number, line.row.id, "it is not this row's")
        except Malformed as error:
            self.fault = (line.number, line.row.id, str(error))

    def finish(self) -> None:
        """Expect the end of the index."""
        try:
            if self.fault is None and next(self._lines, None) is not None:
                self.fault = (None, None, "it has more lines than there are rows")
        except Malformed as error:
            self.fault = (None, None, str(error))


def _name_rows(source: Source, statement: Statement, report: Report) -> None:
    """Find which rows were changed, dropped, added, repeated or moved, by the index if its root is the signed one."""
    try:
        with reading(source, names.INDEX) as stream:
            index = list(read_index(stream)) if statement.count <= _MOST_NAMED else []
    except (Malformed, KeyError, OSError):
        index = []
    tree = Tree()
    for leaf, _ in index:
        tree.add(leaf)
    if tree.root() != statement.root or tree.size != statement.count:
        report.notes.append("The rows that differ cannot be named, because the row index was changed or is too long.")
        return
    with reading(source, names.ROWS) as stream:
        found = [
            (line.leaf, line.row.id if line.row else None, line.fault) for line in scan(stream, source.limits.max_line)
        ]
    place = {leaf: number for number, (leaf, _) in enumerate(index)}
    expected = {name: number for number, (_, name) in enumerate(index)}
    present = {leaf for leaf, _, _ in found}
    missing = {number for number, (leaf, _) in enumerate(index) if leaf not in present}
    seen: Counter[bytes] = Counter()
    order: list[tuple[int, int]] = []
    last = -1
    for number, (leaf, name, fault) in enumerate(found, 1):
        if leaf in place:
            last = place[leaf]
            seen[leaf] += 1
            if seen[leaf] == 1:
                order.append((number, last))
            else:
                _add(report, "row.repeated", "the row stands in the file again", number, index[last][1])
            continue
        own = expected.get(name) if name is not None else None
        if own not in missing:
            # A line that cannot be read, or whose id was changed: it stands for the row that should follow.
            own = last + 1 if last + 1 in missing else None
        if own is None:
            _add(report, "row.added", "the row was not signed", number, name)
        else:
            missing.discard(own)
            last = own
            order.append((number, own))
            message = "the row is not as it was signed" + (f"; {fault}" if fault else "")
            _add(report, "row.changed", message, number, index[own][1])
    for number in sorted(missing):
        _add(report, "row.missing", f"signed row {number + 1} is not in the file", number + 1, index[number][1])
    _name_moves(report, index, order)


def _name_moves(report: Report, index: list[tuple[bytes, str]], order: list[tuple[int, int]]) -> None:
    moved = [
        (number, own, should)
        for (number, own), should in zip(order, sorted(own for _, own in order), strict=True)
        if own != should
    ]
    for number, own, should in moved:
        other = index[should][1]
        kind = "swapped with" if len(moved) == 2 else "standing in the place of"
        _add(report, "row.moved", f"the row is {kind} {other}", number, index[own][1])


def _add(report: Report, code: str, message: str, row: int, name: str | None) -> None:
    report.add(code, "tampered", message, file=names.ROWS, row=row, id=name)
