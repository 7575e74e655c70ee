"""Digests, root and signature all fit what stands in the folder, but what stands there is no proper export."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from datasets.core.canonical import dump
from datasets.core.merkle import leaf_hash, root_of
from tests.core.export.making import check, resign

ROWS, INDEX = "data/train.jsonl", "data/train.index"


def _sign_as_it_stands(folder: Path, **counts: int) -> None:
    """Sign the rows and the index with the digests, the root and the count that they have now."""
    lines = (folder / ROWS).read_bytes().splitlines()
    fresh = {"root": root_of(leaf_hash(line) for line in lines).hex(), "count": len(lines)} | counts

    def change(payload: bytes) -> bytes:
        body = json.loads(payload)
        body["predicate"]["rows"].update(fresh)
        for subject in body["subject"]:
            if subject["name"] in (ROWS, INDEX):
                subject["digest"]["sha256"] = sha256((folder / subject["name"]).read_bytes()).hexdigest()
        return dump(body)

    resign(folder, change)


def _rows(folder: Path) -> list[bytes]:
    return (folder / ROWS).read_bytes().splitlines()


def _put(folder: Path, rows: list[bytes]) -> None:
    """Write rows and an index that fits them."""
    (folder / ROWS).write_bytes(b"".join(row + b"\n" for row in rows))
    index = (f"{leaf_hash(row).hex()} {json.loads(row)['id']}\n" for row in rows)
    (folder / INDEX).write_text("".join(index))


def _found(folder: Path, file: str) -> set[tuple[str, int | None]]:
    """What verification says of the rows or the index."""
    return {(finding.code, finding.row) for finding in check(folder).findings if finding.file == file}


def test_what_is_signed_as_it_stands_is_right(export: Path) -> None:
    _sign_as_it_stands(export)
    assert _found(export, ROWS) | _found(export, INDEX) == set()


def test_rows_signed_in_another_order_are_named(export: Path) -> None:
    rows = _rows(export)
    _put(export, [rows[1], rows[0], *rows[2:]])
    _sign_as_it_stands(export)
    assert _found(export, ROWS) == {("row.order", 2)}


def test_a_row_signed_twice_is_named(export: Path) -> None:
    rows = _rows(export)
    _put(export, [rows[0], *rows])
    _sign_as_it_stands(export)
    assert _found(export, ROWS) == {("row.order", 2)}


def test_a_signed_line_that_is_no_row_is_named(export: Path) -> None:
    rows = _rows(export)
    (export / ROWS).write_bytes(b"".join(row + b"\n" for row in [*rows[:3], b'{"id":"x"}', *rows[4:]]))
    _sign_as_it_stands(export)
    assert _found(export, ROWS) == {("row.form", 4)}
    assert _found(export, INDEX) == set()


def test_a_withheld_row_that_was_not_counted_is_named(export: Path) -> None:
    rows = _rows(export)
    withheld = {"id": json.loads(rows[0])["id"], "withheld": leaf_hash(rows[0]).hex()}
    index = (export / INDEX).read_bytes()
    root = root_of(leaf_hash(row) for row in rows).hex()
    (export / ROWS).write_bytes(b"".join(row + b"\n" for row in [dump(withheld), *rows[1:]]))
    _sign_as_it_stands(export)
    resign(export, lambda payload: _with_root(payload, root))
    assert (export / INDEX).read_bytes() == index
    assert _found(export, ROWS) == {("rows.withheld", None)}
    _sign_as_it_stands(export, withheld=1)
    resign(export, lambda payload: _with_root(payload, root))
    assert _found(export, ROWS) | _found(export, INDEX) == set()


def _with_root(payload: bytes, root: str) -> bytes:
    body = json.loads(payload)
    body["predicate"]["rows"]["root"] = root
    return dump(body)


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b"pair-00002", b"pair-00022"), *lines[3:]], 3),
        (lambda lines: [*lines[:1], b"0" * 64 + lines[1][64:], *lines[2:]], 2),
        (lambda lines: lines[:-1], 40),
        (lambda lines: [*lines, lines[-1]], None),
        (lambda lines: [*lines[:4], b"no index line\n", *lines[5:]], 5),
        (lambda lines: [*lines, b"no index line\n"], None),
    ],
)
def test_a_signed_index_that_is_not_the_rows_own_is_named(export: Path, change, row: int | None) -> None:
    lines = (export / INDEX).read_bytes().splitlines(keepends=True)
    (export / INDEX).write_bytes(b"".join(change(lines)))
    _sign_as_it_stands(export)
    assert _found(export, INDEX) == {("index.row", row)}
