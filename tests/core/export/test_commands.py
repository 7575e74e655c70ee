"""The commands work in a process of their own: exit codes, JSON, a key on another machine, no optional packages."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from datasets.core import canonical, keys
from datasets.core.records import to_line
from datasets.core.settings import to_json
from tests.core.export.making import OTHER, PRIVATE, SECRET, TIME, key_id, make, pairs, public, settings
from tests.support.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]


def run(module: str, *arguments: object, code: str = "") -> subprocess.CompletedProcess[str]:
    start = (
        ["-c", code + f"\nimport runpy; runpy.run_module({module!r}, run_name='__main__')"] if code else ["-m", module]
    )
    command = [sys.executable, *start, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S)


def verify(*arguments: object, code: str = "") -> subprocess.CompletedProcess[str]:
    return run("datasets.core.verify", *arguments, code=code)


def test_a_sound_export_ends_with_zero(finished: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(keys.pem(public()))
    done = verify(finished, "--key", key, "--pair", "pair-00001")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("VERIFIED")
    assert '"index": 1' in done.stdout


def test_the_json_report_names_what_is_wrong(export: Path) -> None:
    rows = (export / "data/train.jsonl").read_bytes().splitlines(keepends=True)
    (export / "data/train.jsonl").write_bytes(b"".join(rows[:3] + rows[4:]))
    done = verify(export, "--key", key_id(), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == report["exitCode"] == 1
    missing = [finding for finding in report["findings"] if finding["code"] == "row.missing"]
    assert [(finding["row"], finding["id"]) for finding in missing] == [(4, "pair-00003")]


def test_each_kind_of_fault_has_its_exit_code(export: Path) -> None:
    assert verify(export, "--key", key_id(OTHER)).returncode == 2
    (export / "README.md").unlink()
    assert verify(export, "--key", key_id()).returncode == 3
    (export / "attestation.dsse.json").write_text("nonsense")
    assert verify(export, "--key", key_id()).returncode == 4


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["."],
        [".", "--key", "/nowhere"],
        ["/nowhere", "--key", "0" * 64],
        [".", "--key", "0" * 64, "--threshold", "2"],
    ],
)
def test_wrong_use_has_an_exit_code_of_its_own(arguments: list[str]) -> None:
    done = verify(*arguments)
    assert done.returncode == 64
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("key", [key_id()[:16], key_id()[:63], "sha512:" + key_id(), "", "/"])
def test_what_is_no_key_is_said_in_one_sentence(finished: Path, key: str) -> None:
    done = verify(finished, "--key", key)
    assert done.returncode == 64
    assert "fingerprint (64 hex digits)" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_key_may_be_given_as_its_text(finished: Path) -> None:
    assert verify(finished, "--key", base64.b64encode(public()).decode()).returncode == 0


@pytest.mark.parametrize("module", ["datasets.core.export", "datasets.core.verify", "datasets.core.frames"])
def test_wrong_use_of_any_command_ends_with_its_own_code(module: str) -> None:
    assert run(module, "--bogus").returncode == 64


@pytest.mark.parametrize("option", ["--ledger", "--keys", "--frame-key-file"])
def test_a_file_beside_the_export_is_refused_before_reading_when_it_is_huge(
    finished: Path, tmp_path: Path, option: str
) -> None:
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(500_000_000)
    done = verify(finished, "--key", key_id(), option, tmp_path / "huge")
    assert done.returncode == 64
    assert "larger than" in done.stderr


def test_verification_needs_neither_orjson_nor_pyarrow_nor_numpy(finished: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET.secret)
    without = "import sys; sys.modules.update(dict.fromkeys(['orjson', 'pyarrow', 'numpy', 'django']))"
    done = verify(finished, "--key", key_id(), "--frame-key-file", secret, code=without)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "by its digest only" in done.stdout
    assert "signature line is right" in done.stdout


def test_a_key_on_another_machine_signs_a_prepared_export(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(b"".join(to_line(record) + b"\n" for record in pairs(5)))
    chosen = to_json(settings()) | {"ledger": {"origin": "studio.example/exports", "time": TIME}}
    (tmp_path / "settings.json").write_bytes(canonical.dump(chosen))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "private.pem").write_bytes(PRIVATE.private_bytes(*form))
    unsigned, signed = tmp_path / "unsigned", tmp_path / "signed"
    steps = [
        ("prepare", tmp_path / "rows.jsonl", tmp_path / "settings.json", unsigned),
        ("sign", unsigned / "signing_request.json", tmp_path / "signatures", "--key", tmp_path / "private.pem"),
        ("attach", unsigned, signed, tmp_path / "signatures"),
    ]
    for step in steps:
        done = run("datasets.core.export", *step)
        assert done.returncode == 0, done.stderr
    assert verify(signed, "--key", key_id()).returncode == 0
    direct = make(tmp_path / "direct", pairs(5))
    assert (direct.folder / "attestation.dsse.json").read_bytes() == (signed / "attestation.dsse.json").read_bytes()


def test_a_changed_unsigned_export_or_foreign_signature_is_not_attached(tmp_path: Path) -> None:
    make(tmp_path / "unsigned", pairs(5), sign=None)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "private.pem").write_bytes(OTHER.private_bytes(*form))
    request = tmp_path / "unsigned/signing_request.json"
    assert (
        run("datasets.core.export", "sign", request, tmp_path / "sig", "--key", tmp_path / "private.pem").returncode
        == 0
    )
    done = run("datasets.core.export", "attach", tmp_path / "unsigned", tmp_path / "signed", tmp_path / "sig")
    assert done.returncode == 64
    assert "not in the key list" in done.stderr
    assert not (tmp_path / "signed").exists()


def test_openssl_and_sha256sum_alone_verify_as_the_card_says(export: Path, openssl: str) -> None:
    (export.parent / "key.pem").write_text(keys.pem(public()))
    card = (export / "README.md").read_text()
    script = re.findall(r"```\n(openssl.*?)```", card, re.DOTALL)[0]
    done = subprocess.run(["/bin/bash", "-ec", script], cwd=export, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(key_id())
    assert "Signature Verified Successfully" in done.stdout
    assert done.stdout.count(": OK") == len(list(export.rglob("*.*"))) - 2
    (export / "data/train.jsonl").write_bytes(b"{}\n")
    done = subprocess.run(["/bin/bash", "-ec", script], cwd=export, capture_output=True, text=True, check=False)
    assert "data/train.jsonl: FAILED" in done.stdout


def test_the_help_page_shows_the_same_commands_as_the_card(finished: Path) -> None:
    card = (finished / "README.md").read_text()
    script = re.findall(r"```\n(openssl.*?)```", card, re.DOTALL)[0]
    page = (ROOT / "templates/help/verify.md").read_text()
    assert script in page
    assert all(f"| {code} |" in page for code in (0, 1, 2, 3, 4, 64))
