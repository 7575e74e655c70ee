"""An export is complete or absent, holds only what may leave, and has the same bytes for the same rows and settings."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from datasets.core import archive, dsse, keys, statement
from datasets.core.errors import ExportError, FolderRefused, KeyRefused, RecordError
from datasets.core.export import FrameKey, attach, read_request, read_signatures, sign_request
from datasets.core.ledger import NO_PREVIOUS, advance, read_checkpoint, read_entry
from datasets.core.merkle import leaf_hash, root_of
from datasets.core.policy import Policy
from datasets.core.records import WithheldRow, to_line
from datasets.core.settings import Material, from_json, to_json
from tests.core.export.making import (
    OTHER,
    PRIVATE,
    SECRET,
    check,
    entry,
    head,
    key_id,
    key_list,
    make,
    pair,
    pairs,
    settings,
)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_statement_names_every_file_the_root_and_the_people(finished: Path) -> None:
    found = statement.read(dsse.read((finished / "attestation.dsse.json").read_bytes()).payload)
    lines = (finished / "data/train.jsonl").read_bytes().splitlines()
    assert set(found.subjects) == set(contents(finished)) - {"attestation.dsse.json", "ledger.dsse.json", "checkpoint"}
    assert found.root == root_of(leaf_hash(line) for line in lines)
    assert (found.count, found.withheld) == (40, 0)
    assert found.body["approvers"][0] == {"id": "u0", "name": "Ada", "role": "reviewer", "rows": 14}
    assert found.body["selection"]["rejected"] == 3
    assert {"kind": "teacher", "name": "model-a", "rows": 40} in found.body["materials"]
    assert found.body["frames"] == {"signerId": "studio", "keyFingerprint": SECRET.fingerprint}


def test_no_secret_is_in_any_file(finished: Path) -> None:
    data = b"".join(contents(finished).values())
    assert SECRET.secret not in data
    assert PRIVATE.private_bytes_raw() not in data
    assert SECRET.secret.hex().encode() not in data
    assert "secret" not in repr(SECRET)


def test_the_same_rows_give_the_same_bytes_but_for_the_ledger(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    make(first, pairs(30), frames=True)
    later = head(time="2026-03-02T10:00:00Z", size=1, last="ab" * 32, peaks=(b"\x01" * 32,))
    materials = (Material(name="b", kind="document"), Material(name="a", kind="document"))
    make(second, iter(pairs(30)), frames=True, ledger=later)
    changed = {name for name, data in contents(first).items() if contents(second)[name] != data}
    assert changed == {"ledger.dsse.json", "checkpoint"}
    assert to_json(settings(materials=materials)) == to_json(settings(materials=materials[::-1]))


def test_the_archive_of_a_folder_is_always_the_same(export: Path, tmp_path: Path) -> None:
    copies = [tmp_path / name for name in ("a.zip", "b.zip")]
    for copy in copies:
        archive.write(export, copy)
        os.utime(export / "README.md", (1, 1))
    assert copies[0].read_bytes() == copies[1].read_bytes()
    assert not list(tmp_path.glob(".*partial"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([pair(2), pair(1)], "ascend"),
        ([pair(1), pair(1)], "ascend"),
        ([pair(1, approvals=())], "0 of 1 needed approvals"),
        ([pair(1, approvals=pair(2).approvals)], "another text"),
        ([pair(1, score="0.1")], "below 0.8"),
        ([pair(1, instruction="a" * (16 * 1024 * 1024))], "longer than"),
    ],
)
def test_a_row_that_may_not_leave_ends_the_export_without_a_trace(tmp_path: Path, rows, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        make(tmp_path / "export", rows, policy=Policy(min_score="0.8"))
    assert not list(tmp_path.iterdir())


def test_an_error_of_the_source_passes_through_and_leaves_nothing(tmp_path: Path) -> None:
    def rows():
        yield pair(1)
        raise LookupError("the database went away")

    with pytest.raises(LookupError):
        make(tmp_path / "export", rows())
    assert not list(tmp_path.iterdir())


def test_an_existing_folder_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    with pytest.raises(FolderRefused, match="exists"):
        make(tmp_path / "export", pairs(1))
    assert not list((tmp_path / "export").iterdir())


@pytest.mark.parametrize(
    "listed",
    [
        key_list(entry(OTHER)),
        key_list(entry(state="retired")),
        key_list(entry(state="revoked")),
        key_list(entry(roles=("ledger",))),
        key_list(entry(roles=("export",))),
    ],
)
def test_a_key_that_may_not_sign_is_refused(tmp_path: Path, listed) -> None:
    with pytest.raises(KeyRefused):
        make(tmp_path / "export", pairs(2), keys=listed)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("secret", [b"", b"short", b"acx_default_key_v1_replace_in_prod"])
def test_a_weak_or_public_frame_key_is_refused(tmp_path: Path, secret: bytes) -> None:
    with pytest.raises(KeyRefused):
        make(tmp_path / "export", pairs(2), frames=True, frame_key=FrameKey(secret=secret, signer_id="s"))


def test_unknown_or_repeated_layouts_are_refused() -> None:
    for layouts in (("nonsense",), ("alpaca", "alpaca")):
        with pytest.raises(ExportError):
            settings(layouts=layouts)


def test_an_empty_export_verifies(tmp_path: Path) -> None:
    make(tmp_path / "export", [], frames=True)
    assert check(tmp_path / "export").ok


def test_a_layout_without_lines_is_not_written(tmp_path: Path) -> None:
    make(tmp_path / "export", [pair(1)], layouts=("sft_trl", "dpo_trl"))
    assert not (tmp_path / "export/derived/dpo_trl.jsonl").exists()
    assert "dpo_trl" not in (tmp_path / "export/derived/README.md").read_text()


def test_a_withdrawn_row_keeps_the_root_and_loses_its_text(tmp_path: Path) -> None:
    rows = pairs(9)
    first = make(tmp_path / "first", rows, frames=True)
    gone = WithheldRow(id=rows[4].id, leaf=leaf_hash(to_line(rows[4])).hex())
    second = make(tmp_path / "second", [*rows[:4], gone, *rows[5:]], frames=True, supersedes="ab" * 32)
    assert second.root == first.root
    assert (second.rows, second.withheld) == (8, 1)
    text = rows[4].completion.encode()
    assert not any(text in data for data in contents(tmp_path / "second").values())
    report = check(tmp_path / "second", pair=rows[4].id)
    assert report.ok
    assert report.summary["withheld"] == 1


def test_the_next_ledger_entry_follows_the_one_before(tmp_path: Path) -> None:
    first = make(tmp_path / "a", pairs(2))
    second = make(tmp_path / "b", pairs(3), ledger=dataclasses.replace(first.head, time="2026-03-05T00:00:00Z"))
    entries = [read_entry(dsse.read(result.entry).payload) for result in (first, second)]
    assert [one.seq for one in entries] == [1, 2]
    assert entries[0].previous == NO_PREVIOUS
    assert entries[1].previous == first.head.last
    point = read_checkpoint((tmp_path / "b/checkpoint").read_bytes())
    assert (point.size, point.root) == (2, root_of([leaf_hash(dsse.read(r.entry).payload) for r in (first, second)]))
    assert advance(first.head, dsse.read(second.entry).payload).last == second.head.last


def test_settings_survive_json() -> None:
    chosen = settings(policy=Policy(min_approvals=2, min_score="0.5"), layouts=("alpaca",), checks={"pii": "none"})
    assert to_json(from_json(json.loads(json.dumps(to_json(chosen))))) == to_json(chosen)
    with pytest.raises(ExportError):
        from_json({"name": "x"})
    with pytest.raises(ExportError):
        from_json({**to_json(chosen), "colour": "red"})


def test_progress_reaches_the_number_of_rows(tmp_path: Path) -> None:
    seen: list[int] = []
    make(tmp_path / "export", pairs(1203), progress=seen.append, parquet=False, layouts=())
    assert seen == [500, 1000, 1203]


def test_two_keys_make_a_threshold(tmp_path: Path) -> None:
    listed = key_list(entry(), entry(OTHER))
    make(tmp_path / "unsigned", pairs(3), sign=None, keys=listed)
    assert check(tmp_path / "unsigned").exit_code == 3
    request = read_request((tmp_path / "unsigned/signing_request.json").read_bytes())
    files = [read_signatures(sign_request(request, keys.signer(private))) for private in (PRIVATE, OTHER)]
    attach(tmp_path / "unsigned", files, tmp_path / "signed")
    both = (key_id(), key_id(OTHER))
    assert check(tmp_path / "signed", *both, threshold=2).ok
    attach(tmp_path / "unsigned", files[:1], tmp_path / "one")
    assert check(tmp_path / "one", *both, threshold=1).ok
    assert check(tmp_path / "one", *both, threshold=2).exit_code == 2
