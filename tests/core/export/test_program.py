"""The verifier as one file runs with Python alone and says what the studio's own says; so does Ed25519 without help."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.core import ed25519, keys
from datasets.core.verify.program import program
from tests.core.export.making import OTHER, SECRET, key_id, public
from tests.support.waiting import LIMIT_S

# RFC 8032, section 7.1, tests 1 to 3.
PUBLISHED = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "verify.pyz"
    path.write_bytes(program())
    return path


def run(pyz: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run it without any installed package, in a folder of its own."""
    command = [sys.executable, "-I", "-S", str(pyz), *map(str, arguments)]
    return subprocess.run(command, cwd=pyz.parent, capture_output=True, text=True, check=False, timeout=LIMIT_S)


def test_it_verifies_with_python_alone(pyz: Path, finished: Path, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(keys.pem(public()))
    (tmp_path / "secret").write_bytes(SECRET.secret)
    for key in (key_id(), tmp_path / "key.pem"):
        done = run(pyz, finished, "--key", key, "--pair", "pair-00001", "--frame-key-file", tmp_path / "secret")
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.endswith("VERIFIED\n")


def test_it_tells_a_stranger_from_a_change(pyz: Path, export: Path) -> None:
    assert run(pyz, export, "--key", key_id(OTHER)).returncode == 2
    (export / "data/train.jsonl").write_bytes((export / "data/train.jsonl").read_bytes().replace(b"lease", b"leash", 1))
    done = run(pyz, export, "--key", key_id())
    assert (done.returncode, "row.changed" in done.stdout) == (1, True)
    assert run(pyz).returncode == 64


def test_it_holds_the_source_and_nothing_that_writes(pyz: Path) -> None:
    with zipfile.ZipFile(pyz) as packed:
        assert packed.read("datasets/core/merkle.py") == Path(ed25519.__file__).with_name("merkle.py").read_bytes()
        assert all(name.endswith(".py") and "/export/" not in name for name in packed.namelist())


@pytest.mark.parametrize(("key", "message", "signature"), PUBLISHED)
def test_published_signatures_hold_without_help(key: str, message: str, signature: str) -> None:
    found = bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message)
    assert ed25519.is_signature_pure(*found)
    assert not ed25519.is_signature_pure(found[0], found[1], found[2] + b"x")


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511), st.sampled_from("mkst"))
def test_both_ways_agree_on_right_and_changed_signatures(seed: bytes, message: bytes, bit: int, part: str) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, value = private.public_key().public_bytes_raw(), private.sign(message)
    assert ed25519.is_signature_pure(key, value, message)
    flip = lambda data: (int.from_bytes(data, "big") ^ 1 << bit % (8 * len(data))).to_bytes(len(data), "big")  # noqa: E731
    changed = {
        "m": (key, value, message + b"x"),
        "k": (flip(key), value, message),
        "s": (key, flip(value), message),
        "t": (key, value[: bit % 64], message),
    }[part]
    assert ed25519.is_signature_pure(*changed) == ed25519.is_signature(*changed) is False


def test_a_second_spelling_of_a_signature_is_refused_by_both() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    value = OTHER.sign(b"hello")
    again = value[:32] + (int.from_bytes(value[32:], "little") + order).to_bytes(32, "little")
    for check in (ed25519.is_signature, ed25519.is_signature_pure):
        assert check(public(OTHER), value, b"hello")
        assert not check(public(OTHER), again, b"hello")
