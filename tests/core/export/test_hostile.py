"""Folders, zip files and lines from strangers end in a coded finding, never in an exception or a full memory."""

import io
import os
import random
import zipfile
import zlib
from pathlib import Path

import pytest

from datasets.core import archive
from datasets.core.verify import Limits
from tests.core.export.making import check, key_id, make, pairs


def test_something_that_is_no_zip_is_malformed(tmp_path: Path) -> None:
    for data in (b"", b"PK\x03\x04", b"hello" * 100):
        (tmp_path / "x.zip").write_bytes(data)
        report = check(tmp_path / "x.zip")
        assert (report.exit_code, report.findings[0].code) == (4, "source.form")


@pytest.mark.parametrize(
    "name", ["../up", "/root", "a/../../b", "a\\..\\b", "a\nb", "ümlaut", "x" * 300, ".hidden", "a//b"]
)
def test_a_zip_with_a_dangerous_name_is_malformed(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr(zipfile.ZipInfo(name), b"data")
        packed.writestr("README.md", b"data")
    assert check(tmp_path / "x.zip").exit_code == 4


def test_a_zip_with_a_link_is_malformed(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("README.md")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr(info, "/etc/passwd")
    assert check(tmp_path / "x.zip").exit_code == 4


def test_a_zip_bomb_is_refused_before_unpacking(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("data/train.jsonl", b"\0" * (256 << 20))
    report = check(tmp_path / "x.zip")
    assert (report.exit_code, report.findings[0].message) == (4, "The zip file unpacks to more than is allowed.")


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    for number in range(250):
        (tmp_path / f"f{number}").touch()
    assert check(tmp_path).exit_code == 4


def test_a_folder_with_a_link_is_refused(export: Path) -> None:
    (export / "README.md").unlink()
    (export / "README.md").symlink_to("/etc/hostname")
    report = check(export)
    assert (report.exit_code, report.findings[0].code) == (4, "source.form")


def test_a_pipe_in_the_folder_is_refused_and_not_opened(export: Path) -> None:
    os.mkfifo(export / "pipe")
    assert check(export).exit_code == 4


def test_a_file_over_the_limit_is_refused(finished: Path) -> None:
    assert check(finished, limits=Limits(max_bytes=1000)).exit_code == 4
    assert check(finished, limits=Limits(max_small_file=100)).exit_code == 4


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_zip_never_passes_and_never_raises(finished: Path, tmp_path: Path, seed: int) -> None:
    archive.write(finished, tmp_path / "x.zip")
    data = bytearray((tmp_path / "x.zip").read_bytes())
    rng = random.Random(seed)
    for _ in range(rng.randrange(1, 4)):
        data[rng.randrange(len(data))] ^= rng.randrange(1, 256)
    if seed % 5 == 0:
        del data[rng.randrange(len(data)) :]
    (tmp_path / "x.zip").write_bytes(data)
    report = check(tmp_path / "x.zip")
    # A change in the packing (a time, a flag) may leave every unpacked byte as it was: then the export is intact.
    assert report.exit_code in {1, 2, 3, 4} or _same_content(finished, tmp_path / "x.zip")


def _same_content(folder: Path, packed: Path) -> bool:
    try:
        with zipfile.ZipFile(packed) as found:
            return all(
                (folder / info.filename.replace("\\", "/").partition("/")[2]).read_bytes() == found.read(info)
                for info in found.infolist()
            )
    except (zipfile.BadZipFile, zlib.error, OSError):
        return False


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"9" * 1_000_000,
        b'{"id":"\\ud800"}',
        b"\x00" * 1000,
        b"{}" * 1000,
        b'"' + b"\\" * 100_000,
        b"x" * (17 * 1024 * 1024),
    ],
    ids=["brackets", "objects", "number", "surrogate", "zeros", "objects in a row", "backslashes", "too long"],
)
@pytest.mark.parametrize(
    "name", ["data/train.jsonl", "data/train.index", "keys.json", "attestation.dsse.json", "checkpoint"]
)
def test_any_file_may_hold_anything(tmp_path: Path, line: bytes, name: str) -> None:
    make(tmp_path / "export", pairs(3), parquet=False, layouts=())
    (tmp_path / "export" / name).write_bytes(line + b"\n")
    report = check(tmp_path / "export", pair="pair-00001")
    assert report.exit_code in {1, 3, 4}
    assert all(finding.code for finding in report.findings)


def test_a_finding_cannot_steer_a_terminal(export: Path) -> None:
    (export / "evil\x1b[2Jname").write_bytes(b"")
    report = check(export)
    assert report.exit_code == 1
    assert "\x1b" not in "".join(str(finding) for finding in report.findings)


def test_a_name_that_is_no_text_is_reported(export: Path) -> None:
    (Path(os.fsdecode(os.fsencode(export) + b"/\xff\xfe"))).write_bytes(b"")
    report = check(export)
    assert report.exit_code == 1
    io.TextIOWrapper(io.BytesIO(), "utf-8").write(str(report.findings[0]))


def test_the_fingerprint_needs_the_right_key_in_the_list(export: Path) -> None:
    data = (export / "keys.json").read_bytes().replace(key_id().encode(), b"0" * 64)
    (export / "keys.json").write_bytes(data)
    report = check(export)
    assert (report.exit_code, report.findings[0].code) == (3, "key.missing")
