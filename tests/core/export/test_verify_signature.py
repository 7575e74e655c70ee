"""The envelope of an export: what is signed, by whom, under which name, and beside whom."""

import json
from pathlib import Path

import pytest

from datasets.core import dsse, keys
from tests.core.export.making import OTHER, PRIVATE, SECRET, check, entry, key_id, key_list, make, pairs, public


def codes(report) -> set[str]:
    return {finding.code for finding in report.findings}


def _envelope(folder: Path, **changes) -> None:
    path = folder / "attestation.dsse.json"
    document = json.loads(path.read_bytes())
    document.update(changes)
    path.write_bytes(json.dumps(document, sort_keys=True, separators=(",", ":")).encode() + b"\n")


def test_a_payload_edited_after_signing_is_refused(export: Path) -> None:
    payload = dsse.read((export / "attestation.dsse.json").read_bytes()).payload.replace(b'"count":40', b'"count":39')
    signature = dsse.Signature(key_id=key_id(), value=b"\0" * 64, public=public())
    (export / "attestation.dsse.json").write_bytes(dsse.write(dsse.STATEMENT_TYPE, payload, [signature]))
    report = check(export)
    assert (report.exit_code, codes(report)) == (1, {"signature.wrong"})


def test_a_renamed_key_id_is_refused(export: Path) -> None:
    document = json.loads((export / "attestation.dsse.json").read_bytes())
    document["signatures"][0]["keyid"] = key_id(OTHER)
    _envelope(export, signatures=document["signatures"])
    report = check(export)
    assert (report.exit_code, codes(report)) == (1, {"signature.keyid"})


def countersign(export: Path, message: bytes | None = None) -> None:
    """Put a second signature beside the first; over other bytes if they are given."""
    path = export / "attestation.dsse.json"
    found = dsse.read(path.read_bytes())
    right = dsse.pae(found.payload_type, found.payload)
    signatures = [keys.signer(PRIVATE)(right), keys.signer(OTHER)(message or right)]
    path.write_bytes(dsse.write(found.payload_type, found.payload, signatures))


def test_a_false_signature_beside_a_right_one_is_refused_when_its_key_is_known(tmp_path: Path) -> None:
    make(tmp_path / "export", pairs(3), keys=key_list(entry(), entry(OTHER)))
    countersign(tmp_path / "export")
    assert check(tmp_path / "export").ok
    countersign(tmp_path / "export", b"something else")
    assert codes(check(tmp_path / "export")) == {"signature.wrong"}
    assert codes(check(tmp_path / "export", key_id(), keys.pem(public(OTHER)))) == {"signature.wrong"}


def test_a_strangers_signature_beside_a_right_one_is_noted(export: Path) -> None:
    countersign(export, b"something else")
    report = check(export, frame_key=SECRET)
    assert (report.ok, len(report.notes)) == (True, 1)
    assert key_id(OTHER)[:16] in report.notes[0]


def test_a_secret_for_frames_that_are_not_there_is_noted(tmp_path: Path) -> None:
    make(tmp_path / "export", pairs(3))
    assert "holds no frames" in check(tmp_path / "export", frame_key=SECRET).notes[0]


def test_another_payload_type_is_refused(export: Path) -> None:
    payload = dsse.read((export / "attestation.dsse.json").read_bytes()).payload
    signature = keys.signer(PRIVATE)(dsse.pae("text/plain", payload))
    (export / "attestation.dsse.json").write_bytes(dsse.write("text/plain", payload, [signature]))
    assert codes(check(export)) == {"statement.type"}
    assert check(export).exit_code == 4


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[" * 100_000, b"null\n", b"\xff\xfe", b'{"payload":1,"payloadType":2,"signatures":[]}\n']
)
def test_an_envelope_that_is_none_is_malformed(export: Path, data: bytes) -> None:
    (export / "attestation.dsse.json").write_bytes(data)
    report = check(export)
    assert (report.exit_code, codes(report)) == (4, {"signature.form"})
