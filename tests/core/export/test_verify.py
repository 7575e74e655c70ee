"""Every change of a finished export is refused and named; sound exports pass, wherever they stand."""

import base64
import json
import os
import random
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from datasets.core import archive, keys
from datasets.core.errors import KeyRefused, RecordError
from datasets.core.export import FrameKey
from datasets.core.merkle import check_proof
from datasets.core.records import Approval, approval_message, to_line
from datasets.core.verify import pin
from datasets.core.verify.report import MOST_FINDINGS
from tests.core.export.making import (
    OTHER,
    SECRET,
    check,
    entry,
    key_id,
    key_list,
    make,
    pair,
    pairs,
    public,
    resign,
)

RANDOM_CHANGES = int(os.environ.get("STUDIO_TAMPER_CHANGES", "60"))


def codes(report) -> set[str]:
    return {finding.code for finding in report.findings}


def named(report, code: str) -> list[tuple[int | None, str | None]]:
    return [(finding.row, finding.id) for finding in report.findings if finding.code == code]


def rows_of(folder: Path) -> list[bytes]:
    return (folder / "data/train.jsonl").read_bytes().splitlines(keepends=True)


def put_rows(folder: Path, rows: list[bytes]) -> None:
    (folder / "data/train.jsonl").write_bytes(b"".join(rows))


def test_a_sound_export_passes_with_fingerprint_pem_and_raw_key(finished: Path) -> None:
    for trusted in (key_id(), keys.pem(public()), key_id().upper()):
        report = check(finished, trusted, frame_key=SECRET)
        assert (report.ok, report.exit_code, report.findings, report.notes) == (True, 0, [], [])


def test_a_sound_zip_passes_with_and_without_a_folder_around(finished: Path, tmp_path: Path) -> None:
    archive.write(finished, tmp_path / "a.zip")
    shutil.make_archive(str(tmp_path / "b"), "zip", finished)
    assert check(tmp_path / "a.zip").ok
    assert check(tmp_path / "b.zip").ok


def test_another_key_is_not_trusted(finished: Path) -> None:
    for trusted in (key_id(OTHER), keys.pem(public(OTHER))):
        report = check(finished, trusted)
        assert report.exit_code == 2
        assert codes(report) == {"signature.stranger"}


def test_a_publicly_known_key_is_never_trusted() -> None:
    with pytest.raises(KeyRefused):
        pin([next(iter(keys.PUBLICLY_KNOWN))])


def test_an_impostor_with_a_key_list_of_his_own_is_not_trusted(tmp_path: Path) -> None:
    make(tmp_path / "export", pairs(3), sign=keys.signer(OTHER), keys=key_list(entry(), entry(OTHER)))
    assert check(tmp_path / "export").exit_code == 2


# Each: a name, what is done to the folder, the code that must be found, and where: file, row, id.


def drop(rows):
    return rows[:10] + rows[11:]


def swap(rows):
    return [*rows[:5], rows[20], *rows[6:20], rows[5], *rows[21:]]


def edit(old: bytes, new: bytes, number: int):
    def change(rows):
        assert old in rows[number]
        return [*rows[:number], rows[number].replace(old, new, 1), *rows[number + 1 :]]

    return change


ADDED = to_line(pair(10, id="pair-00010a")) + b"\n"
UNAPPROVED = to_line(pair(7, approvals=())) + b"\n"
WITHHELD = b'{"id":"pair-00002","withheld":"' + b"ab" * 32 + b'"}\n'
ROW_CHANGES = [
    ("one row dropped", drop, "row.missing", [(11, "pair-00010")]),
    ("the first row dropped", lambda rows: rows[1:], "row.missing", [(1, "pair-00000")]),
    ("the last row dropped", lambda rows: rows[:-1], "row.missing", [(40, "pair-00039")]),
    ("two rows swapped", swap, "row.moved", [(6, "pair-00020"), (21, "pair-00005")]),
    ("one row added", lambda rows: [*rows[:11], ADDED, *rows[11:]], "row.added", [(12, "pair-00010a")]),
    ("one row repeated", lambda rows: [*rows[:4], rows[3], *rows[4:]], "row.repeated", [(5, "pair-00003")]),
    ("a score edited", edit(b'"score":"0.83"', b'"score":"0.93"', 3), "row.changed", [(4, "pair-00003")]),
    ("a reviewer renamed", edit(b'"by":"u1"', b'"by":"u2"', 7), "row.changed", [(8, "pair-00007")]),
    (
        "an approval removed",
        lambda rows: [*rows[:7], UNAPPROVED, *rows[8:]],
        "row.changed",
        [(8, "pair-00007")],
    ),
    ("an approval time edited", edit(b"2026-02-08T09", b"2026-02-08T10", 7), "row.changed", [(8, "pair-00007")]),
    ("a teacher renamed", edit(b"model-a", b"model-c", 9), "row.changed", [(10, "pair-00009")]),
    ("a time edited", edit(b"2026-01-10T08", b"2026-01-11T08", 9), "row.changed", [(10, "pair-00009")]),
    ("an id edited", edit(b"pair-00012", b"pair-00999", 12), "row.changed", [(13, "pair-00012")]),
    ("a byte flipped outside JSON", edit(b'{"app', b'x"app', 30), "row.changed", [(31, "pair-00030")]),
    ("a line end removed", lambda rows: [*rows[:8], rows[8][:-1], *rows[9:]], "row.changed", [(9, "pair-00008")]),
    ("a space inserted", edit(b'"id":', b'"id": ', 15), "row.changed", [(16, "pair-00015")]),
    ("a row withheld by a stranger", lambda rows: [*rows[:2], WITHHELD, *rows[3:]], "file.changed", [(None, None)]),
]


@pytest.mark.parametrize(
    ("change", "code", "places"), [case[1:] for case in ROW_CHANGES], ids=[c[0] for c in ROW_CHANGES]
)
def test_a_changed_row_is_refused_and_named(export: Path, change, code: str, places) -> None:
    put_rows(export, change(rows_of(export)))
    report = check(export)
    assert report.exit_code == 1
    assert named(report, code) == places
    assert "file.changed" in codes(report)


FILE_CHANGES = [
    ("the card edited", "README.md", "file.changed"),
    ("the card of the derived files edited", "derived/README.md", "file.changed"),
    ("Croissant edited", "croissant.json", "file.changed"),
    ("parquet edited", "data/train.parquet", "file.changed"),
    ("frames edited", "frames/train.fn", "file.changed"),
    ("a derived file edited", "derived/sft_trl.jsonl", "file.changed"),
    ("the row index edited", "data/train.index", "file.changed"),
    ("the key list edited", "keys.json", "file.changed"),
]


@pytest.mark.parametrize(("name", "code"), [case[1:] for case in FILE_CHANGES], ids=[case[0] for case in FILE_CHANGES])
def test_a_changed_file_is_refused_and_named(export: Path, name: str, code: str) -> None:
    data = bytearray((export / name).read_bytes())
    data[len(data) // 2] ^= 1
    (export / name).write_bytes(data)
    report = check(export, keys.pem(public()))
    assert report.exit_code == 1
    assert (code, name) in {(finding.code, finding.file) for finding in report.findings}


@pytest.mark.parametrize("name", ["data/train.jsonl", "data/train.index", "README.md", "derived/alpaca.jsonl"])
def test_a_missing_file_is_named(export: Path, name: str) -> None:
    (export / name).unlink()
    report = check(export)
    assert report.exit_code == 3
    assert [(f.code, f.file) for f in report.findings] == [("file.missing", name)]


@pytest.mark.parametrize("name", ["attestation.dsse.json", "ledger.dsse.json", "checkpoint"])
def test_a_missing_signature_file_is_named(export: Path, name: str) -> None:
    (export / name).unlink()
    report = check(export)
    assert report.exit_code == 3
    assert [f.file for f in report.findings] == [name]


def test_a_missing_key_list_is_named_when_only_a_fingerprint_is_known(export: Path) -> None:
    (export / "keys.json").unlink()
    assert codes(check(export)) == {"key.missing"}
    assert check(export).exit_code == 3
    assert codes(check(export, keys.pem(public()))) == {"file.missing"}


def test_a_device_or_pipe_is_refused_before_reading(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/zero"), tmp_path / "pipe"):
        assert codes(check(path)) == {"source.form"}


def test_an_extra_file_is_named(export: Path) -> None:
    (export / "data/more.jsonl").write_bytes(b"{}\n")
    report = check(export)
    assert [(f.code, f.file) for f in report.findings] == [("file.extra", "data/more.jsonl")]
    assert report.exit_code == 1


def test_rows_and_index_changed_together_are_still_refused(export: Path) -> None:
    rows = rows_of(export)
    index = (export / "data/train.index").read_bytes().splitlines(keepends=True)
    put_rows(export, rows[1:])
    (export / "data/train.index").write_bytes(b"".join(index[1:]))
    report = check(export)
    assert report.exit_code == 1
    assert {"file.changed", "rows.count"} <= codes(report)
    assert "cannot be named" in report.notes[0]


SIGNED_FAULTS = [
    (b'"root":"', b'"root":"z', 4, "statement.form"),
    (b'"count":40', b'"count":41', 1, "rows.count"),
    (b'"withheld":0', b'"withheld":1', 1, "rows.withheld"),
    (b'"minimumApprovals":1', b'"minimumApprovals":2', 1, "row.policy"),
    (b'"minimumScore":null', b'"minimumScore":"0.9"', 1, "row.policy"),
    (b"urn:arcticcodex:dataset-export:v1", b"urn:arcticcodex:dataset-export:v9", 4, "statement.form"),
    (b'{"version":1}', b'{"version":2}', 1, "keys.version"),
    (b'"minimumApprovals":1', b'"minimumApprovals":"1"', 4, "source.form"),
]


@pytest.mark.parametrize(("old", "new", "exit_code", "code"), SIGNED_FAULTS)
def test_a_signature_over_something_untrue_does_not_help(export: Path, old, new, exit_code: int, code: str) -> None:
    def change(payload: bytes) -> bytes:
        assert old in payload
        return payload.replace(old, new, 1)

    resign(export, change)
    report = check(export)
    assert code in codes(report)
    assert report.exit_code == exit_code


@pytest.mark.parametrize("seed", range(RANDOM_CHANGES))
def test_any_changed_byte_is_refused_and_its_file_named(finished: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    folder = tmp_path / "export"
    shutil.copytree(finished, folder, copy_function=os.link)
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    name = rng.choice(names)
    data = bytearray((folder / name).read_bytes())
    place = rng.randrange(len(data))
    data[place] ^= rng.randrange(1, 256)
    (folder / name).unlink()
    (folder / name).write_bytes(data)
    report = check(folder, keys.pem(public()))
    assert report.exit_code in {1, 2, 4}, (name, place)
    assert name in {finding.file for finding in report.findings}


def test_a_changed_ledger_entry_or_checkpoint_is_named(export: Path, tmp_path: Path) -> None:
    make(tmp_path / "other", pairs(3))
    for name in ("ledger.dsse.json", "checkpoint"):
        kept = (export / name).read_bytes()
        (export / name).write_bytes((tmp_path / "other" / name).read_bytes())
        report = check(export)
        assert report.exit_code == 1
        assert {finding.file for finding in report.findings} == {name}
        (export / name).write_bytes(kept)


def test_the_proof_of_one_pair_leads_to_the_signed_root(finished: Path) -> None:
    report = check(finished, pair="pair-00033")
    proof = report.proof
    assert proof is not None
    parts = [bytes.fromhex(part) for part in proof["proof"]]
    assert len(parts) <= 6
    assert check_proof(bytes.fromhex(proof["leaf"]), 33, 40, parts, bytes.fromhex(report.summary["root"]))
    assert json.loads(proof["line"])["id"] == "pair-00033"


def test_a_proof_of_an_unknown_pair_is_refused(finished: Path) -> None:
    report = check(finished, pair="nobody")
    assert (report.exit_code, codes(report)) == (3, {"proof.missing"})


def test_frames_signed_with_another_secret_are_not_trusted(finished: Path) -> None:
    other = FrameKey(secret=b"another secret of thirty-two byte", signer_id="studio")
    report = check(finished, frame_key=other)
    assert (report.exit_code, codes(report)) == (2, {"frames.key"})


def test_frames_that_a_signer_mixed_up_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "export"
    make(folder, pairs(6), frames=True, frame_key=SECRET)
    frames = (folder / "frames/train.fn").read_bytes().splitlines(keepends=True)
    frames[1], frames[4] = frames[4], frames[1]
    _replace_signed(folder, "frames/train.fn", b"".join(frames))
    report = check(folder, frame_key=SECRET)
    assert named(report, "frames.row") == [(2, "pair-00001"), (5, "pair-00004")]


def test_parquet_that_does_not_hold_the_rows_is_named(tmp_path: Path) -> None:
    make(tmp_path / "export", pairs(6))
    changed = [*pairs(3), pair(3, completion="else"), *pairs(6)[4:]]
    make(tmp_path / "other", changed)
    _replace_signed(tmp_path / "export", "data/train.parquet", (tmp_path / "other/data/train.parquet").read_bytes())
    assert named(check(tmp_path / "export"), "parquet.row") == [(4, "pair-00003")]
    _replace_signed(tmp_path / "export", "data/train.parquet", b"PAR1 nonsense PAR1")
    assert "parquet.form" in codes(check(tmp_path / "export"))


def _replace_signed(folder: Path, name: str, data: bytes) -> None:
    old, new = sha256((folder / name).read_bytes()).hexdigest(), sha256(data).hexdigest()
    (folder / name).write_bytes(data)
    resign(folder, lambda payload: payload.replace(old.encode(), new.encode()))


def test_an_approval_of_other_text_is_refused_even_when_signed(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    make(folder, pairs(4), parquet=False, layouts=())
    rows = rows_of(folder)
    forged = to_line(pair(2, approvals=pair(3).approvals)) + b"\n"
    _replace_signed(folder, "data/train.jsonl", b"".join([*rows[:2], forged, rows[3]]))
    report = check(folder)
    assert named(report, "row.policy") == [(3, "pair-00002")]
    assert report.exit_code == 1


def test_a_reviewers_own_signature_is_checked(tmp_path: Path) -> None:
    listed = key_list(entry(), entry(OTHER, roles=("reviewer",)))
    plain = pair(1).approvals[0]
    signature = keys.signer(OTHER)(approval_message("pair-00001", plain))
    signed = Approval(
        by=plain.by,
        at=plain.at,
        shown=plain.shown,
        key=signature.key_id,
        sig=base64.b64encode(signature.value).decode(),
    )
    make(tmp_path / "export", [pair(1, approvals=(signed,))], keys=listed)
    assert check(tmp_path / "export").ok
    with pytest.raises(RecordError, match="reviewer's signature"):
        make(tmp_path / "forged", [pair(2, approvals=(signed,), **_text_of(1))], keys=listed)


def _text_of(number: int) -> dict[str, object]:
    record = pair(number)
    return {"instruction": record.instruction, "completion": record.completion, "system": record.system}


def test_findings_of_one_kind_are_listed_up_to_a_limit(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    make(folder, pairs(200), parquet=False, layouts=())
    put_rows(folder, [line.replace(b"model-a", b"model-x") for line in rows_of(folder)])
    report = check(folder)
    assert len(named(report, "row.changed")) == MOST_FINDINGS
    assert report.unlisted == 200 - MOST_FINDINGS
