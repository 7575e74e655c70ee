"""Keys are known by one fingerprint, lists follow each other by rules, and envelopes count each key once."""

import base64
import json
import subprocess
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from datasets.core import canonical, dsse, keys
from datasets.core.errors import KeyRefused, Malformed
from tests.core.export.making import OTHER, PRIVATE, entry, key_id, key_list, public

RFC_8032_SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")


def test_a_key_reads_from_pem_and_from_base64() -> None:
    assert keys.load_public(keys.pem(public())) == public()
    assert keys.load_public(base64.b64encode(public()).decode()) == public()


def test_the_pem_is_what_the_library_writes() -> None:
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    assert keys.pem(public()).encode() == PRIVATE.public_key().public_bytes(*form)


@pytest.mark.parametrize("text", ["", "hello", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
def test_other_text_is_no_key(text: str) -> None:
    with pytest.raises(KeyRefused):
        keys.load_public(text)


def test_another_kind_of_key_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    with pytest.raises(KeyRefused, match="Ed25519"):
        keys.load_public(other.public_key().public_bytes(*form).decode())


def test_a_pem_says_what_kind_of_key_it_holds() -> None:
    bare = base64.b64encode(public()).decode()
    with pytest.raises(KeyRefused, match="not an Ed25519 key"):
        keys.load_public(f"-----BEGIN PUBLIC KEY-----\n{bare}\n-----END PUBLIC KEY-----\n")


def test_a_publicly_known_key_is_refused_everywhere() -> None:
    known = Ed25519PrivateKey.from_private_bytes(RFC_8032_SECRET)
    with pytest.raises(KeyRefused, match="public documents"):
        keys.signer(known)
    with pytest.raises(KeyRefused):
        keys.load_public(keys.pem(public(known)))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    with pytest.raises(KeyRefused):
        keys.load_private(known.private_bytes(*form))


def test_a_private_key_needs_its_password() -> None:
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    data = PRIVATE.private_bytes(*form, serialization.BestAvailableEncryption(b"right"))
    assert keys.load_private(data, b"right").private_bytes_raw() == PRIVATE.private_bytes_raw()
    for password in (b"wrong", None):
        with pytest.raises(KeyRefused):
            keys.load_private(data, password)


def test_a_fingerprint_is_read_as_people_paste_it() -> None:
    plain = key_id()
    spaced = ":".join(plain[i : i + 2] for i in range(0, 64, 2)).upper()
    assert keys.parse_fingerprint(f" SHA256:{spaced}\n") == plain
    assert keys.parse_fingerprint(plain[:-1]) is None


def test_the_key_list_reads_as_it_was_written() -> None:
    revoked = entry(
        OTHER, roles=("root",), state="revoked", revoked_at="2026-01-01T00:00:00Z", revoked_at_seq=4, reason="lost"
    )
    listed = key_list(entry(), revoked, version=3, threshold=2, expires="2027-01-01T00:00:00Z")
    again = keys.read_list(keys.write_list(listed))
    assert keys.write_list(again) == keys.write_list(listed)
    assert again.find(key_id(OTHER)) == revoked
    assert again.with_role("root") == {key_id(OTHER): public(OTHER)}
    assert again.find("0" * 64) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"state":"active"', '"state":"lost"'),
        ('"version":1', '"version":0'),
        ('"version":1', '"version":"1"'),
        ('"roles":["export","ledger"]', '"roles":[]'),
        ('"roles":["export","ledger"]', '"roles":["king"]'),
        ('"keys":[', '"keys":[1,'),
        ('"id":"', '"id":"0'),
        ('"threshold":1', '"threshold":1,"note":"x"'),
    ],
)
def test_a_key_list_with_something_else_in_it_is_malformed(old: str, new: str) -> None:
    data = keys.write_list(key_list()).decode()
    assert old in data
    with pytest.raises(Malformed):
        keys.read_list(data.replace(old, new, 1).encode())


def test_a_key_list_with_a_key_of_another_length_is_malformed() -> None:
    short = keys.KeyEntry(public=public()[:31], roles=("export",))
    with pytest.raises(Malformed, match="does not match its id"):
        keys.read_list(keys.write_list(key_list(short)))


def test_an_envelope_holds_each_key_once_and_in_one_order() -> None:
    message = dsse.pae("text/plain", b"hello")
    signatures = [keys.signer(private)(message) for private in (PRIVATE, OTHER)]
    data = dsse.write("text/plain", b"hello", signatures)
    document = json.loads(data)
    document["signatures"].reverse()
    with pytest.raises(Malformed, match="order"):
        dsse.read(canonical.dump(document) + b"\n")
    with pytest.raises(Malformed, match="order"):
        dsse.read(dsse.write("text/plain", b"hello", [signatures[0], signatures[0]]))


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: 1,
        lambda entry: {},
        lambda entry: entry | {"keyid": 1},
        lambda entry: entry | {"sig": 1},
        lambda entry: entry | {"more": ""},
        lambda entry: {"keyid": entry["keyid"]},
    ],
    ids=["a number", "empty", "a number as key id", "a number as signature", "one member more", "one member less"],
)
def test_a_signature_has_exactly_two_texts(change) -> None:
    document = json.loads(dsse.write("text/plain", b"hello", [keys.signer(PRIVATE)(b"")]))
    document["signatures"] = [change(document["signatures"][0])]
    with pytest.raises(Malformed):
        dsse.read(canonical.dump(document) + b"\n")


def test_a_key_counts_only_under_its_own_id() -> None:
    message = dsse.pae("text/plain", b"hello")
    mine, other = keys.signer(PRIVATE)(message), keys.signer(OTHER)(message)
    trusted = {key_id(): public(), key_id(OTHER): public(OTHER)}
    assert dsse.signers(dsse.read(dsse.write("text/plain", b"hello", [mine])), trusted) == {key_id()}
    assert dsse.signers(dsse.read(dsse.write("text/plain", b"hello", [mine, other])), trusted) == set(trusted)
    renamed = dsse.Signature(key_id=key_id(OTHER), value=mine.value, public=mine.public)
    envelope = dsse.read(dsse.write("text/plain", b"hello", [renamed]))
    assert dsse.signers(envelope, trusted) == set()
    assert dsse.misnamed(envelope, trusted) == {key_id()}


def test_the_encoding_is_the_published_example() -> None:
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_openssl_prints_the_same_fingerprint(tmp_path, openssl) -> None:
    path = tmp_path / "key.pem"
    path.write_text(keys.pem(public()))
    der = subprocess.run([openssl, "pkey", "-pubin", "-in", path, "-outform", "DER"], capture_output=True, check=True)
    assert sha256(der.stdout).hexdigest() == key_id()
