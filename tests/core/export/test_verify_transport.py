"""An export stays verifiable on the ways that files go: packed by other programs, unpacked by hand, left on a Mac."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets.core import names
from datasets.core.verify import Report
from datasets.core.verify.program import program
from tests.core.export.making import check, key_id
from tests.support.waiting import LIMIT_S

LITTER = (
    ".DS_Store",
    "data/.DS_Store",
    "data/._train.jsonl",
    "__MACOSX/data/._x",
    "Thumbs.db",
    "desktop.ini",
    ".gitattributes",
    ".git/HEAD",
    ".cache/huggingface/download/x.lock",
)


def pack(folder: Path, target: Path, rename: Callable[[str], str], *more: str) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            packed.write(path, rename(f"{folder.name}/{path.relative_to(folder).as_posix()}"))
        for name in more:
            packed.writestr(name, b"left by a system")
    return target


def noted(report: Report) -> str:
    return next(note for note in report.notes if "Left by a system" in note)


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name,
        lambda name: name.partition("/")[2],
        lambda name: f"Downloads/{name}",
        lambda name: name.replace("/", "\\"),
    ],
    ids=["in its folder", "without a folder", "in two folders", "with backslashes"],
)
def test_a_zip_file_of_another_program_verifies(finished: Path, tmp_path: Path, rename: Callable[[str], str]) -> None:
    report = check(pack(finished, tmp_path / "x.zip", rename))
    assert report.ok, report.findings
    assert not [note for note in report.notes if "Left by a system" in note]


def test_folders_around_an_export_do_not_matter(export: Path, tmp_path: Path) -> None:
    outer = tmp_path / "unpacked" / "again"
    outer.mkdir(parents=True)
    shutil.move(export, outer / "export")
    assert check(tmp_path / "unpacked").ok


def test_what_a_mac_adds_to_a_zip_file_is_noted_and_not_read(finished: Path, tmp_path: Path) -> None:
    added = (f"__MACOSX/{finished.name}/._README.md", f"{finished.name}/.DS_Store")
    report = check(pack(finished, tmp_path / "x.zip", lambda name: name, *added))
    assert report.ok, report.findings
    assert all(name in noted(report) for name in added)


@pytest.mark.parametrize("name", LITTER)
def test_what_systems_leave_in_a_folder_is_noted_and_not_read(export: Path, name: str) -> None:
    (export / name).parent.mkdir(parents=True, exist_ok=True)
    (export / name).write_bytes(b"x")
    report = check(export)
    assert report.ok, report.findings
    assert name.split("/")[0] in noted(report)


@pytest.mark.parametrize("name", ["DS_Store", "data/x.db", "data/_train.jsonl", ".hidden", "MACOSX/x", "data/.gitkeep"])
def test_every_other_file_is_one_too_many(export: Path, name: str) -> None:
    (export / name).parent.mkdir(parents=True, exist_ok=True)
    (export / name).write_bytes(b"x")
    assert [(f.code, f.file) for f in check(export).findings] == [("file.extra", name)]


def test_no_name_of_an_export_is_taken_for_litter(finished: Path) -> None:
    listed = [path.relative_to(finished).as_posix() for path in finished.rglob("*")]
    assert listed
    assert not [name for name in listed if names.is_litter(name) or not names.is_safe(name)]


@pytest.mark.parametrize("name", ["a\\..\\..\\b", "\\root", "C:\\x", "__MACOSX\\..\\..\\x"])
def test_a_backslash_leads_nowhere(finished: Path, tmp_path: Path, name: str) -> None:
    packed = pack(finished, tmp_path / "x.zip", lambda inner: inner, name)
    report = check(packed)
    assert report.ok == names.is_litter(name.replace("\\", "/"))
    assert not [found for found in tmp_path.rglob("x") if found.is_file()]


@pytest.mark.parametrize("name", ["README.md", "data/train.jsonl", names.ATTESTATION, names.LEDGER])
def test_changed_line_ends_are_named_as_such(export: Path, name: str) -> None:
    path = export / name
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    report = check(export)
    assert report.exit_code in {1, 4}
    assert "line ends were changed" in report.findings[0].message


def test_other_changes_are_not_put_down_to_line_ends(export: Path) -> None:
    for name, data in (("README.md", b"\r\n"), ("derived/README.md", b"x\r\n")):
        with (export / name).open("ab") as file:
            file.write(data)
    assert [(f.code, "line ends" in f.message) for f in check(export).findings] == [("file.changed", False)] * 2


def test_a_console_of_any_encoding_shows_the_verdict(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "verify.pyz").write_bytes(program())
    command = [sys.executable, str(tmp_path / "verify.pyz"), str(finished), "--key", key_id()]
    done = subprocess.run(command, capture_output=True, check=False, timeout=LIMIT_S, env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"VERIFIED\n")


def test_an_older_python_is_told_so_with_the_code_of_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "verify.pyz").write_bytes(program())
    code = "import runpy, sys; sys.version_info = (3, 10); runpy.run_path(sys.argv[1], run_name='__main__')"
    command = [sys.executable, "-c", code, str(tmp_path / "verify.pyz")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert (done.returncode, "Python 3.11" in done.stderr) == (64, True)


def test_a_person_reads_what_it_is_and_what_it_comes_to(export: Path) -> None:
    report = check(export)
    assert report.about.startswith("Lease answers 1.0.0: ")
    assert "licence CC-BY-4.0, ledger entry 1 of 2026-03-01T10:00:00Z" in report.about
    assert "Everything is as it was signed" in report.advice
    (export / "README.md").write_bytes(b"")
    assert "do not use it" in check(export).advice
    (export / names.ATTESTATION).unlink()
    unsigned = check(export)
    assert (unsigned.about, "missing" in unsigned.advice) == ("", True)
