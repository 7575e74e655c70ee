"""DSSE envelopes (secure-systems-lab/dsse v1.0) with Ed25519, several signatures and a threshold."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from datasets.core import canonical
from datasets.core.ed25519 import is_signature
from datasets.core.errors import Malformed

STATEMENT_TYPE = "application/vnd.in-toto+json"
LEDGER_TYPE = "application/vnd.arcticcodex.ledger-entry+json"
APPROVAL_TYPE = "application/vnd.arcticcodex.approval+json"
MAX_ENVELOPE = 64 * 1024 * 1024
MAX_SIGNATURES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One Ed25519 signature. value: 64 bytes; public: the raw 32-byte key; key_id: see `keys.key_id`."""

    key_id: str
    value: bytes
    public: bytes


Sign = Callable[[bytes], Signature]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A parsed envelope. signatures: (key id as written, an unauthenticated hint; signature bytes)."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def write(payload_type: str, payload: bytes, signatures: Iterable[Signature]) -> bytes:
    """Return the envelope file: canonical JSON and LF, signatures sorted by key id."""
    entries = sorted(((s.key_id, s.value) for s in signatures), key=lambda entry: entry[0])
    document = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"keyid": key_id, "sig": base64.b64encode(value).decode()} for key_id, value in entries],
    }
    return canonical.dump(document) + b"\n"


def read(data: bytes) -> Envelope:
    """Parse an envelope strictly: one spelling only, so that every changed byte is noticed.

    Raises Malformed for other JSON, unknown members, base64 with stray bits or a file over the limits.
    """
    if len(data) > MAX_ENVELOPE:
        raise Malformed(f"The envelope is larger than {MAX_ENVELOPE:,} bytes.")
    if data.endswith(b"\r\n"):
        raise Malformed(f"The envelope is not as it was written: {canonical.LINE_ENDS}.")
    document = canonical.load_object(data.removesuffix(b"\n"))
    if set(document) != {"payload", "payloadType", "signatures"} or not isinstance(document["payloadType"], str):
        raise Malformed("The envelope does not have exactly payload, payloadType and signatures.")
    entries = document["signatures"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_SIGNATURES:
        raise Malformed(f"The envelope must hold 1 to {MAX_SIGNATURES} signatures.")
    signatures = []
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != {"keyid", "sig"} or not isinstance(entry["keyid"], str):
            raise Malformed("A signature in the envelope does not have exactly keyid and sig.")
        signatures.append((entry["keyid"], decode_base64(entry["sig"])))
    key_ids = [key_id for key_id, _ in signatures]
    if key_ids != sorted(set(key_ids)):
        raise Malformed("The signatures in the envelope are not in the order of their key ids, each once.")
    if canonical.dump(document) + b"\n" != data:
        raise Malformed("The envelope is not written in canonical form.")
    return Envelope(
        payload_type=document["payloadType"],
        payload=decode_base64(document["payload"]),
        signatures=tuple(signatures),
    )


def decode_base64(text: object) -> bytes:
    """Decode standard base64 with padding; Malformed unless encoding again gives the same text."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as error:
        raise Malformed("A value is not base64.", cause=str(error)) from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("A value is not base64 in its only spelling.")
    return data


def signers(envelope: Envelope, keys: Mapping[str, bytes]) -> set[str]:
    """Return the ids of those keys (id → raw public key) that signed the envelope, each counted once.

    A signature counts only under the key id written beside it: a renamed signature is no signature.
    """
    message = pae(envelope.payload_type, envelope.payload)
    return {
        key_id for key_id, value in envelope.signatures if key_id in keys and is_signature(keys[key_id], value, message)
    }


def misnamed(envelope: Envelope, keys: Mapping[str, bytes]) -> set[str]:
    """Return ids of keys whose valid signature stands under another key id, to tell tampering from a stranger's key."""
    message = pae(envelope.payload_type, envelope.payload)
    return {
        key_id
        for key_id, public in keys.items()
        for written, value in envelope.signatures
        if written != key_id and is_signature(public, value, message)
    }
