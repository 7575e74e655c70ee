"""Ed25519 keys: ids, files, refused keys, and the key list `keys.json` with roles, states and version rules.

A key id (the fingerprint shown to people) is the SHA-256 of the key's DER SubjectPublicKeyInfo in lower-case hex, so
`openssl pkey -pubin -in key.pem -outform DER | sha256sum` prints it.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, get_args

from datasets.core import canonical, dsse
from datasets.core.errors import KeyRefused, Malformed
from datasets.core.spelling import is_hash, is_time

if TYPE_CHECKING:  # whoever only verifies needs no more than this module and plain Python
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Role = Literal["root", "export", "ledger", "reviewer"]
State = Literal["active", "retired", "revoked"]
_STATES: dict[object, State] = {"active": "active", "retired": "retired", "revoked": "revoked"}

_SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----").fullmatch

# Key ids of pairs whose private half is printed in public documents (RFC 8032 section 7.1, RFC 8410 section 10.3).
PUBLICLY_KNOWN = frozenset(
    sha256(_SPKI_PREFIX + bytes.fromhex(raw)).hexdigest()
    for raw in (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1",
    )
)


def key_id(public: bytes) -> str:
    """Return the id of a raw 32-byte public key."""
    return sha256(_SPKI_PREFIX + public).hexdigest()


def pem(public: bytes) -> str:
    """Return a raw public key as a PEM file that openssl reads."""
    body = base64.b64encode(_SPKI_PREFIX + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


def load_public(text: str) -> bytes:
    """Return the raw 32 bytes of a public key given as PEM or as base64 of the raw key.

    Raises KeyRefused for other kinds of key, for private keys and for keys whose private half is public.
    """
    text = text.strip()
    framed = _PEM(text)
    try:
        public = dsse.decode_base64("".join(framed[1].split()) if framed else text)
    except Malformed as error:
        raise KeyRefused("This is neither a PEM public key nor base64 of one.", cause=str(error)) from error
    if framed:
        if not public.startswith(_SPKI_PREFIX):
            raise KeyRefused("This is not an Ed25519 key.")
        public = public.removeprefix(_SPKI_PREFIX)
    check_public(public)
    return public


def parse_fingerprint(text: str) -> str | None:
    """Return a key id from what people paste (upper case, colons, a `SHA256:` in front), or None if it is none."""
    cleaned = re.sub(r"[\s:]", "", text.strip().lower().removeprefix("sha256:"))
    return cleaned if is_hash(cleaned) else None


def check_public(public: bytes) -> None:
    """Raise KeyRefused unless these bytes may serve as a public key."""
    if len(public) != 32:
        raise KeyRefused("An Ed25519 public key has 32 bytes.")
    if key_id(public) in PUBLICLY_KNOWN:
        raise KeyRefused("The private half of this key is printed in public documents.")
    if not any(public[1:31]):
        raise KeyRefused("This is not a usable Ed25519 public key.")


def load_private(data: bytes, password: bytes | None = None) -> "Ed25519PrivateKey":
    """Return a private key from PKCS#8 PEM; KeyRefused when it cannot be read or is publicly known."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        key = serialization.load_pem_private_key(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyRefused("The private key cannot be read: is it PEM, and is the password right?") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused("This is not an Ed25519 key.")
    check_public(key.public_key().public_bytes_raw())
    return key


def signer(private: "Ed25519PrivateKey") -> dsse.Sign:
    """Return the function that signs bytes with this key; KeyRefused for publicly known keys."""
    public = private.public_key().public_bytes_raw()
    check_public(public)
    own_id = key_id(public)

    def sign(message: bytes) -> dsse.Signature:
        return dsse.Signature(key_id=own_id, value=private.sign(message), public=public)

    return sign


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """One key of the list. Times are RFC 3339 UTC text.

    revoked_at_seq: the ledger sequence number of the revocation. Signatures that the ledger holds before it stay
    valid, because the ledger orders them; a time alone would not.
    """

    public: bytes = field(repr=False)
    roles: tuple[Role, ...]
    state: State = "active"
    not_before: str | None = None
    not_after: str | None = None
    revoked_at: str | None = None
    revoked_at_seq: int | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """The key id."""
        return key_id(self.public)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyList:
    """The key list in force. version counts from 1; the ledger records every version.

    threshold, expires: of root keys and of the list, for publishers who keep such; verification does not look at them.
    """

    version: int
    keys: tuple[KeyEntry, ...]
    threshold: int = 1
    expires: str | None = None

    def find(self, wanted: str) -> KeyEntry | None:
        """Return the key with this id."""
        return next((entry for entry in self.keys if entry.id == wanted), None)

    def with_role(self, role: Role) -> dict[str, bytes]:
        """Return id → raw public key of the keys that hold this role, in any state."""
        return {entry.id: entry.public for entry in self.keys if role in entry.roles}


def state_of(name: str) -> State:
    """Return the state of that name; KeyError when there is none."""
    return _STATES[name]


def write_list(listed: KeyList) -> bytes:
    """Return `keys.json`: canonical JSON and LF, keys sorted by id."""
    names = {"not_before": "notBefore", "not_after": "notAfter", "revoked_at": "revokedAt", "reason": "reason"}
    rows = []
    for entry in sorted(listed.keys, key=lambda e: e.id):
        row: dict[str, object] = {
            "id": entry.id,
            "public": base64.b64encode(entry.public).decode(),
            "roles": sorted(entry.roles),
            "state": entry.state,
        }
        row.update({name: getattr(entry, attribute) for attribute, name in names.items() if getattr(entry, attribute)})
        if entry.revoked_at_seq is not None:
            row["revokedAtSeq"] = entry.revoked_at_seq
        rows.append(row)
    document: dict[str, object] = {"keys": rows, "threshold": listed.threshold, "version": listed.version}
    if listed.expires:
        document["expires"] = listed.expires
    return canonical.dump(document) + b"\n"


def read_list(data: bytes) -> KeyList:
    """Parse `keys.json`; Malformed when a key, role, state or number is not what `write_list` writes."""
    document = canonical.load_object(data.removesuffix(b"\n"))
    rows = document.get("keys")
    if not isinstance(rows, list) or len(rows) > 1000:
        raise Malformed("The key list holds no list of keys.")
    listed = KeyList(
        version=_count(document, "version", 1),
        threshold=_count(document, "threshold", 1),
        expires=_time(document, "expires"),
        keys=tuple(_entry(row) for row in rows),
    )
    if len({entry.id for entry in listed.keys}) != len(rows) or write_list(listed) != data:
        raise Malformed("The key list is not in its canonical form.")
    return listed


def _entry(row: object) -> KeyEntry:
    if not isinstance(row, dict):
        raise Malformed("An entry of the key list is not an object.")
    public = dsse.decode_base64(row.get("public"))
    roles, state = row.get("roles"), row.get("state")
    if len(public) != 32 or row.get("id") != key_id(public):
        raise Malformed("A key in the key list does not match its id.")
    if not isinstance(roles, list) or not roles or any(role not in get_args(Role) for role in roles):
        raise Malformed("A key in the key list has an unknown role.")
    if state not in _STATES:
        raise Malformed("A key in the key list has an unknown state.")
    reason = row.get("reason")
    if reason is not None and not isinstance(reason, str):
        raise Malformed("A reason in the key list is not text.")
    return KeyEntry(
        public=public,
        roles=tuple(roles),
        state=_STATES[state],
        not_before=_time(row, "notBefore"),
        not_after=_time(row, "notAfter"),
        revoked_at=_time(row, "revokedAt"),
        revoked_at_seq=_count(row, "revokedAtSeq", 0) if "revokedAtSeq" in row else None,
        reason=reason,
    )


def _count(row: Mapping[str, Any], name: str, least: int) -> int:
    value = row.get(name)
    if type(value) is not int or not least <= value < 2**53:
        raise Malformed(f"{name} in the key list is not a whole number of at least {least}.")
    return value


def _time(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is not None and not (isinstance(value, str) and is_time(value)):
        raise Malformed(f"{name} in the key list is not a UTC time.")
    return value
