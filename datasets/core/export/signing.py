"""The three things an export has signed, and `prepare` → `sign` → `attach` for a key on another machine."""

import base64
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.core import canonical, dsse, ed25519, ledger, names, statement
from datasets.core.errors import FolderRefused, KeyRefused, Malformed
from datasets.core.export.folder import appearing, put, sync_folder
from datasets.core.keys import KeyList, check_public, key_id, read_list

_PARTS = ("statement", "entry", "note")
Signatures = Mapping[str, list[dsse.Signature]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRequest:
    """What is to be signed: the statement, the ledger entry and the text of the checkpoint."""

    statement: bytes
    entry: bytes
    note: bytes

    def messages(self) -> dict[str, bytes]:
        """Return the exact bytes that a key signs, by part."""
        return {
            "statement": dsse.pae(dsse.STATEMENT_TYPE, self.statement),
            "entry": dsse.pae(dsse.LEDGER_TYPE, self.entry),
            "note": self.note,
        }

    def sign(self, sign: dsse.Sign) -> dict[str, list[dsse.Signature]]:
        """Return the signatures of one key on all parts."""
        return {part: [sign(message)] for part, message in self.messages().items()}

    def to_bytes(self) -> bytes:
        """Return the request as a file."""
        return canonical.dump({part: base64.b64encode(getattr(self, part)).decode() for part in _PARTS}) + b"\n"


def request_for(payload: bytes, head: ledger.LedgerHead) -> tuple[SigningRequest, ledger.LedgerHead]:
    """Return what is to be signed for a statement that follows head in the ledger, and the head after it."""
    found = statement.read(payload)
    entry = ledger.next_entry(
        head,
        statement=payload,
        root=found.root.hex(),
        count=found.count,
        keys_version=found.body["keys"]["version"],
    )
    after = ledger.advance(head, entry)
    return SigningRequest(statement=payload, entry=entry, note=ledger.note_text(after)), after


def complete(unsigned: Path, files: Mapping[str, bytes], folder: Path) -> None:
    """Put the signed files into an unsigned export and give it its final name; nothing is copied.

    files: `Sealed.files`. Raises FolderRefused when folder exists.
    """
    if folder.exists():
        raise FolderRefused(f"{folder.name} exists already.")
    for name, data in files.items():
        put(unsigned, name, data)
    (unsigned / names.REQUEST).unlink(missing_ok=True)
    sync_folder(unsigned)
    unsigned.rename(folder)
    sync_folder(folder.parent)


def read_request(data: bytes) -> SigningRequest:
    """Parse a signing request; Malformed when its parts are not what they say they are."""
    value = canonical.load_object(data)
    if set(value) != set(_PARTS):
        raise Malformed("This is not a signing request.")
    request = SigningRequest(**{part: dsse.decode_base64(value[part]) for part in _PARTS})
    statement.read(request.statement)
    ledger.read_entry(request.entry)
    return request


def sign_request(request: SigningRequest, sign: dsse.Sign) -> bytes:
    """Return the signatures of one key on a request, as the file that `attach` takes."""
    signed = request.sign(sign)
    first = signed["statement"][0]
    document: dict[str, Any] = {part: base64.b64encode(found[0].value).decode() for part, found in signed.items()}
    document |= {"keyid": first.key_id, "public": base64.b64encode(first.public).decode()}
    return canonical.dump(document) + b"\n"


def read_signatures(data: bytes) -> dict[str, list[dsse.Signature]]:
    """Parse a signatures file by `sign_request`; Malformed or KeyRefused when it is something else."""
    value = canonical.load_object(data)
    if set(value) != {*_PARTS, "keyid", "public"}:
        raise Malformed("These are not the signatures of an export.")
    public = dsse.decode_base64(value["public"])
    check_public(public)
    if value["keyid"] != key_id(public):
        raise Malformed("The key does not match its id.")
    return {
        part: [dsse.Signature(key_id=value["keyid"], value=dsse.decode_base64(value[part]), public=public)]
        for part in _PARTS
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The signed files by name. key_id: the first key that signed the statement."""

    files: dict[str, bytes]
    key_id: str


def seal(request: SigningRequest, signatures: Signatures, listed: KeyList) -> Sealed:
    """Return the signed files, after checking every signature and that its key may sign.

    Raises KeyRefused when a key is not in the list, is not active, lacks the role, or did not sign these bytes.
    """
    messages = request.messages()
    for part, role in (("statement", "export"), ("entry", "ledger"), ("note", "ledger")):
        if not signatures.get(part):
            raise KeyRefused(f"Nobody signed the {part}.")
        if len({signature.key_id for signature in signatures[part]}) < len(signatures[part]):
            raise KeyRefused(f"A key signed the {part} twice.")
        for signature in signatures[part]:
            entry = listed.find(signature.key_id)
            if entry is None or entry.public != signature.public:
                raise KeyRefused(f"Key {signature.key_id[:16]} is not in the key list.")
            if entry.state != "active" or role not in entry.roles:
                raise KeyRefused(f"Key {signature.key_id[:16]} is not an active key with the role {role}.")
            if not ed25519.is_signature(signature.public, signature.value, messages[part]):
                raise KeyRefused(f"The signature by key {signature.key_id[:16]} does not belong to this {part}.")
    origin = ledger.read_entry(request.entry).origin
    files = {
        names.ATTESTATION: dsse.write(dsse.STATEMENT_TYPE, request.statement, signatures["statement"]),
        names.LEDGER: dsse.write(dsse.LEDGER_TYPE, request.entry, signatures["entry"]),
        names.CHECKPOINT: ledger.checkpoint(request.note, origin, signatures["note"][0]),
    }
    return Sealed(files=files, key_id=signatures["statement"][0].key_id)


def attach(unsigned: Path, signatures: Iterable[Signatures], folder: Path) -> Sealed:
    """Make the signed export in folder from an unsigned one, which stays as it is.

    signatures: one item for each key; their statement and entry signatures stand side by side, the checkpoint takes
    the first. Raises ExportError kinds and OSError.
    """
    request = read_request((unsigned / names.REQUEST).read_bytes())
    listed = read_list((unsigned / names.KEYS).read_bytes())
    merged: dict[str, list[dsse.Signature]] = {part: [] for part in _PARTS}
    for one in signatures:
        for part in _PARTS:
            merged[part] += one[part]
    merged["note"] = merged["note"][:1]
    sealed = seal(request, merged, listed)
    with appearing(folder) as target:
        for name in sorted(statement.read(request.statement).subjects):
            if not names.is_safe(name):
                raise Malformed(f"The file name {name!r:.80} is not allowed.")
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(unsigned / name, target / name)
            with (target / name).open("rb") as copied:
                os.fsync(copied.fileno())
        for name, data in sealed.files.items():
            put(target, name, data)
    return sealed
