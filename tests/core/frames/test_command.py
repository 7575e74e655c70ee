"""The command line: results on standard output, faults on standard error, exit codes that scripts can rely on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.core.frames import FrameError, build_train_pair, sign
from datasets.core.frames.vectors import run_vectors
from tests.core.frames.strategies import KEY

ROOT = Path(__file__).parents[3]
VECTORS = Path(__file__).parent / "vectors.json"
FRAME = build_train_pair("Why ∷?", "So.", created_at="t", metadata={"note": "a ∴ b"})


def run(*arguments: object, text: str = "") -> tuple[int, str, str]:
    command = [sys.executable, "-m", "datasets.core.frames", *map(str, arguments)]
    done = subprocess.run(command, input=text.encode(), capture_output=True, cwd=ROOT, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_check_passes_all_vectors() -> None:
    assert run("check", VECTORS) == (0, "158 passed, 0 failed\n", "")


def test_check_passes_all_vectors_without_numpy() -> None:
    start = (
        "import runpy, sys; sys.modules['numpy'] = None; runpy.run_module('datasets.core.frames', run_name='__main__')"
    )
    command = [sys.executable, "-c", start, "check", str(VECTORS)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout.decode()) == (0, "158 passed, 0 failed\n")


def test_check_names_each_failure(tmp_path: Path) -> None:
    vectors = json.loads(VECTORS.read_bytes())["vectors"][:3]
    vectors[1]["out"]["token"] = "≗"
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps({"vectors": vectors}))
    code, out, _ = run("check", path)
    assert code == 1
    assert f"FAILED {vectors[1]['id']}" in out
    assert out.endswith("2 passed, 1 failed\n")


@pytest.mark.parametrize("content", ["", "[", "[]", '{"vectors": {}}', '{"vectors": 1}', "[" * 100_000])
def test_file_without_vectors_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vectors.json"
    path.write_text(content)
    with pytest.raises(FrameError, match="DECODE_001"):
        run_vectors(path)


def test_oversized_vector_file_is_refused_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "vectors.json"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(FrameError, match="DECODE_001"):
        run_vectors(path)


def test_check_of_no_vectors_is_no_pass(tmp_path: Path) -> None:
    path = tmp_path / "vectors.json"
    path.write_text('{"vectors": []}')
    assert run("check", path)[:2] == (1, "0 passed, 0 failed\n")


def test_encode_then_decode_gives_the_pair_back() -> None:
    pair = {"instruction": "Why ∷?", "completion": "So.", "created_at": "t", "metadata": {"note": "a ∴ b"}}
    code, frame, _ = run("encode", text=json.dumps(pair))
    assert (code, frame) == (0, FRAME + "\n")
    code, out, _ = run("decode", text=frame)
    assert code == 0
    assert json.loads(out)["instruction"] == "Why ∷?"
    assert ["NOTE", "a ∴ b"] in json.loads(out)["header"]


def test_encode_names_what_is_missing() -> None:
    code, out, err = run("encode", text='{"instruction": "Q", "completion": 1}')
    assert (code, out) == (1, "")
    assert "completion, created_at" in err


def test_decode_shows_numbers_as_people_read_them() -> None:
    numbers = "⧆≛TYPE⦙≛X∷≗⊙⊙⊗⦙≗⊙⊗◦⊗◽⊗⦙≗⊗⊗⊗◦Φ◽⊗Φ⊙⦙≗⊗⊙⊙◦⊗⊙⊗◽⊙⊗ ∷ Φ⊗⦙≗Φ⊙⊗⊙⊙⊗⧈"
    signed = sign(numbers, key=KEY, signer_id="a", timestamp="t")
    result = json.loads(run("decode", text=signed)[1])
    assert result["payload"] == ["1", "-1", "-15e-2", "1.Φ⊗ · 3^1", "text 'A'"]
    assert result["unchecked_signature"] == {"signer_id": "a", "timestamp": "t"}


def test_canonicalize_sorts_and_refuses_a_signed_frame() -> None:
    assert run("canonicalize", text="⧆≛Z⦙≛1∴≛A⦙≛2∷ ≛a ⧈")[1] == "⧆≛A⦙≛2∴≛Z⦙≛1∷≛a⧈\n"
    code, _, err = run("canonicalize", text=sign(FRAME, key=KEY, signer_id="a", timestamp="t"))
    assert code == 1
    assert "SIG_006" in err


def test_validate_says_what_the_frame_is_or_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "frame.txt"
    path.write_text(FRAME, encoding="utf-8")
    code, out, _ = run("validate", path)
    assert code == 0
    assert "valid (strict), canonical, not signed" in out
    code, _, err = run("validate", text=FRAME.replace("≛TYPE", "TYPE"))
    assert code == 1
    assert "PARSE_004" in err
    assert "near:" in err
    assert "hint:" in err


def test_diff_lists_fields_and_tokens_that_differ(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("⧆≛TYPE⦙≛X∴≛A⦙≛1∷≛a⦙≗⊙⊙⊗⧈", encoding="utf-8")
    new.write_text("⧆≛A⦙≛2∴≛TYPE⦙≛X∷≛a⦙≗⊙⊙Φ⦙≛b⧈", encoding="utf-8")
    code, out, _ = run("diff", old, new)
    assert code == 1
    assert out.splitlines() == ["- header A = 1", "+ header A = 2", "- token 2 1", "+ token 2 2", "+ token 3 ≛b"]
    assert run("diff", old, old)[:2] == (0, "The frames say the same.\n")


def test_a_line_of_an_export_is_read_as_it_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "train.fn"
    path.write_text(json.dumps(FRAME, ensure_ascii=False) + "\n", encoding="utf-8")
    code, out, _ = run("decode", path)
    assert (code, json.loads(out)["completion"]) == (0, "So.")
    path.write_text(2 * path.read_text(encoding="utf-8"), encoding="utf-8")
    code, _, err = run("decode", path)
    assert (code, "a frame on every line" in err) == (1, True)
    code, _, err = run("decode", text='"cut')
    assert (code, "JSON string" in err, "Traceback" in err) == (1, True, False)


def test_unreadable_input_is_explained_without_a_traceback(tmp_path: Path) -> None:
    code, _, err = run("validate", tmp_path / "missing")
    assert code == 64
    assert "Cannot read" in err
    path = tmp_path / "binary"
    path.write_bytes(b"\xff\xfe")
    code, _, err = run("validate", path)
    assert code == 1
    assert "not UTF-8" in err
    assert "Traceback" not in err


def test_help_names_every_command() -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(name in out for name in ("check", "encode", "decode", "canonicalize", "validate", "diff"))
