"""Files of the original studio: accepted only when every row's signature, text and copies are right; else named."""

import hashlib
import hmac
import json
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.core.frames import build_train_pair, sign
from datasets.core.records import to_line
from datasets.core.verify.legacy import verify_legacy
from tests.core.export.making import pair

KEY = b"a shared secret of the original studio"
PUBLIC = b"acx_default_key_v1_replace_in_prod"
ROOT = Path(__file__).parents[3]


def row(number: int, **changes: object) -> dict[str, object]:
    text = pair(number)
    frame = build_train_pair(text.instruction, text.completion, created_at="2025-01-01T00:00:00")
    signed = sign(frame, key=KEY, signer_id="old", timestamp="2025-01-01")
    pair_id = {"pair_id": f"train-{number}", "instruction": text.instruction, "completion": text.completion}
    return pair_id | {"frame": frame, "signature": signed} | changes


def report_of(folder: Path, *rows: object, key: bytes | None = KEY, name: str = ""):
    path = folder / "old.jsonl"
    lines = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return verify_legacy(path, key, name=name)


def found(report) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.row) for finding in report.findings]


def test_a_file_of_the_original_verifies_with_its_secret(tmp_path: Path) -> None:
    report = report_of(tmp_path, *(row(number) for number in range(20)))
    assert (report.exit_code, report.findings) == (0, [])
    assert report.summary == {"rows": 20, "verified": 20}


def test_without_the_secret_nothing_is_called_verified(tmp_path: Path) -> None:
    report = report_of(tmp_path, row(1), row(2), key=None)
    assert (report.exit_code, found(report)) == (3, [("legacy.key", None)])
    command = [sys.executable, "-m", "datasets.core.verify", "--legacy", str(tmp_path / "old.jsonl")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "NOT VERIFIED" in done.stdout) == (3, True)


def published(number: int) -> dict[str, object]:
    frame = str(row(number)["frame"])
    mac = hmac.new(PUBLIC, frame.encode(), hashlib.sha256).hexdigest()
    return row(number, signature=f"{frame[:-1]}\n[SIG|{mac}|old|t]⧈")


@pytest.mark.parametrize(
    ("changed", "exit_code", "codes"),
    [
        (row(2, completion="Another answer."), 1, ["legacy.text"]),
        (row(2, frame=row(3)["frame"]), 1, ["legacy.copy"]),
        (row(2, signature=row(3)["signature"]), 1, ["legacy.text", "legacy.copy"]),
        (
            row(2, signature=str(row(2)["signature"]).replace("⊗", "⊙", 1)),
            1,
            ["legacy.SIG_003", "legacy.text", "legacy.copy"],
        ),
        (row(2, signature=None), 3, ["legacy.SIG_001"]),
        (row(2, instruction=7), 4, ["legacy.row"]),
        (b"not json", 4, ["legacy.row"]),
        (b"\xff\xfe", 4, ["legacy.row"]),
    ],
)
def test_one_bad_row_is_named_with_its_line(tmp_path: Path, changed: object, exit_code: int, codes: list[str]) -> None:
    report = report_of(tmp_path, row(1), changed, row(4))
    assert (report.exit_code, found(report)) == (exit_code, [(code, 2) for code in codes])
    assert report.summary["rows"] == 3


def test_another_secret_and_a_published_one_are_told_apart(tmp_path: Path) -> None:
    assert report_of(tmp_path, row(1), key=b"another").exit_code == 1
    report = report_of(tmp_path, published(1), key=PUBLIC)
    assert (report.exit_code, found(report)) == (2, [("legacy.SIG_005", 1)])


def test_an_empty_file_and_a_file_of_ours_are_no_files_of_the_original(tmp_path: Path) -> None:
    assert found(report_of(tmp_path, b"")) == [("legacy.empty", None)]
    report = report_of(tmp_path, *(to_line(pair(number)) for number in range(60)), name="train.jsonl")
    assert [(finding.code, finding.file) for finding in report.findings] == [("legacy.kind", "train.jsonl")]
    assert "zip file" in report.findings[0].message
