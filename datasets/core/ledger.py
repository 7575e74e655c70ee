"""The append-only ledger of exports: hash-chained entries in envelopes, and a C2SP checkpoint over them.

An entry is canonical JSON; its digest (SHA-256 of the payload) is named by the next one, and its payload is a leaf of
an RFC 6962 tree whose head the checkpoint signs. Sequence numbers count from 1, so the size of the tree after an entry
equals its number.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from datasets.core import canonical, dsse, ed25519
from datasets.core.errors import Malformed
from datasets.core.merkle import Tree, leaf_hash
from datasets.core.spelling import is_hash, is_time

Kind = Literal["export", "withdrawal", "keys"]
KINDS = ("export", "withdrawal", "keys")
NO_PREVIOUS = "0" * 64
MAX_CHECKPOINT = 64 * 1024
_ORIGIN = re.compile(r"[^\s+]{1,200}").fullmatch
_FIELDS = {"count", "keysVersion", "kind", "origin", "peaks", "previous", "root", "seq", "statement", "time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """Where the ledger ends before the next entry.

    origin: the ledger's name, without spaces; size: entries so far; last: digest of the last one (hex);
    peaks: the tree's peaks; time: UTC time of the entry to come, the only clock value of an export; kind: its kind.
    """

    origin: str
    time: str
    size: int = 0
    last: str = NO_PREVIOUS
    peaks: tuple[bytes, ...] = field(default=(), repr=False)
    kind: Kind = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One parsed entry. statement: digest of what it records (a statement or a key list).

    peaks: of the tree before the entry, so that the entry alone ties the checkpoint after it to this ledger.
    """

    origin: str
    seq: int
    previous: str
    peaks: tuple[bytes, ...]
    kind: str
    statement: str
    root: str
    count: int
    keys_version: int
    time: str


def next_entry(head: LedgerHead, *, statement: bytes, root: str, count: int, keys_version: int) -> bytes:
    """Return the payload of the entry after head. statement: the exact bytes that are recorded."""
    if not _ORIGIN(head.origin) or not is_time(head.time):
        raise Malformed("The ledger's origin or time cannot be written.")
    return canonical.dump(
        {
            "count": count,
            "keysVersion": keys_version,
            "kind": head.kind,
            "origin": head.origin,
            "peaks": [peak.hex() for peak in head.peaks],
            "previous": head.last,
            "root": root,
            "seq": head.size + 1,
            "statement": sha256(statement).hexdigest(),
            "time": head.time,
        }
    )


def advance(head: LedgerHead, payload: bytes) -> LedgerHead:
    """Return the head after the entry with this payload."""
    tree = Tree(head.size, head.peaks)
    tree.add(leaf_hash(payload))
    return LedgerHead(
        origin=head.origin,
        time=head.time,
        kind=head.kind,
        size=tree.size,
        last=sha256(payload).hexdigest(),
        peaks=tuple(tree.peaks),
    )


def read_entry(payload: bytes) -> Entry:
    """Parse an entry; Malformed when it is not exactly what `next_entry` writes."""
    value = canonical.load_object(payload)
    if set(value) != _FIELDS or not canonical.is_canonical(payload, value):
        raise Malformed("A ledger entry does not have its fields in canonical form.")
    if any(type(value[name]) is not int or not 0 <= value[name] < 2**53 for name in ("count", "keysVersion", "seq")):
        raise Malformed("A number in a ledger entry is not a whole number.")
    if any(type(value[name]) is not str or not is_hash(value[name]) for name in ("previous", "root", "statement")):
        raise Malformed("A digest in a ledger entry is not SHA-256.")
    if value["kind"] not in KINDS or type(value["origin"]) is not str or type(value["time"]) is not str:
        raise Malformed("A ledger entry has an unknown kind, origin or time.")
    if not is_time(value["time"]):
        raise Malformed("A ledger entry has no UTC time.")
    peaks = value.pop("peaks")
    if type(peaks) is not list or len(peaks) != (value["seq"] - 1).bit_count() or not value["seq"]:
        raise Malformed("A ledger entry does not hold the peaks of the tree before it.")
    if any(type(peak) is not str or not is_hash(peak) for peak in peaks):
        raise Malformed("A peak in a ledger entry is not SHA-256.")
    hashes = tuple(bytes.fromhex(peak) for peak in peaks)
    return Entry(keys_version=value.pop("keysVersion"), peaks=hashes, **value)


def root_after(entry: Entry, payload: bytes) -> bytes:
    """Return the root of the tree that ends with this entry. payload: its exact bytes."""
    tree = Tree(entry.seq - 1, entry.peaks)
    tree.add(leaf_hash(payload))
    return tree.root()


def note_text(head: LedgerHead) -> bytes:
    """Return the text of the checkpoint over head: origin, size and root, each on its line."""
    root = base64.b64encode(Tree(head.size, head.peaks).root()).decode()
    return f"{head.origin}\n{head.size}\n{root}\n".encode()


def checkpoint(text: bytes, origin: str, signature: dsse.Signature) -> bytes:
    """Return the signed note: the text, an empty line and the signature line."""
    blob = base64.b64encode(_note_key(origin, signature.public) + signature.value).decode()
    return text + f"\n— {origin} {blob}\n".encode()


def _note_key(origin: str, public: bytes) -> bytes:
    return sha256(origin.encode() + b"\n\x01" + public).digest()[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A parsed checkpoint. text: the signed bytes; lines: (name, 4-byte key hash, signature)."""

    origin: str
    size: int
    root: bytes
    text: bytes
    lines: tuple[tuple[str, bytes, bytes], ...]


def read_checkpoint(data: bytes) -> Checkpoint:
    """Parse a checkpoint; Malformed when it is not a signed note of three lines."""
    text, separator, tail = data[:MAX_CHECKPOINT].partition(b"\n\n")
    try:
        parts = text.decode().split("\n")
        tail_lines = tail.decode().split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("The checkpoint is not UTF-8.") from error
    if not separator or len(data) > MAX_CHECKPOINT or len(parts) != 3 or tail_lines[-1] or len(tail_lines) < 2:
        raise Malformed("The checkpoint is not a signed note.")
    size = parts[1]
    if not size.isascii() or not size.isdigit() or len(size) > 15 or str(int(size)) != size:
        raise Malformed("The checkpoint's size is not a number.")
    root = dsse.decode_base64(parts[2])
    signatures = []
    for line in tail_lines[:-1]:
        dash, _, rest = line.partition(" ")
        name, _, blob = rest.partition(" ")
        value = dsse.decode_base64(blob)
        if dash != "—" or not name or len(value) < 5 or len(root) != 32:
            raise Malformed("A line of the checkpoint is not a signature.")
        signatures.append((name, value[:4], value[4:]))
    return Checkpoint(origin=parts[0], size=int(size), root=root, text=text + b"\n", lines=tuple(signatures))


def is_signed(point: Checkpoint, public: bytes) -> bool:
    """Say whether the checkpoint carries exactly one line by this key under its own origin, and no faulty line."""
    expected = _note_key(point.origin, public)
    mine = [value for name, key, value in point.lines if name == point.origin and key == expected]
    return len(mine) == 1 and ed25519.is_signature(public, mine[0], point.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a whole ledger says. entries: by sequence number; roots: tree root after each; fault: (line, reason).

    unsigned: the faulty entry when nothing is wrong with it but that no known ledger key signed it.
    """

    entries: tuple[Entry, ...]
    roots: tuple[bytes, ...]
    fault: tuple[int, str] | None = None
    unsigned: Entry | None = None


def replay(lines: list[bytes], verify: Callable[[dsse.Envelope], bool]) -> Replay:
    """Check a ledger file line by line and stop at the first faulty one, which the result names.

    verify: says whether an envelope is signed by a key that holds the ledger role.
    """
    entries: list[Entry] = []
    roots: list[bytes] = []
    tree, previous = Tree(), NO_PREVIOUS
    for number, line in enumerate(lines, 1):
        try:
            envelope = dsse.read(line + b"\n")
            entry = read_entry(envelope.payload)
        except Malformed as error:
            return Replay(entries=tuple(entries), roots=tuple(roots), fault=(number, str(error)))
        reason = _fault(envelope, entry, number, previous, entries)
        if reason is None and entry.peaks != tuple(tree.peaks):
            reason = "it belongs to another tree"
        unsigned = None
        if reason is None and not verify(envelope):
            reason, unsigned = "it is not signed by a ledger key", entry
        if reason is not None:
            return Replay(entries=tuple(entries), roots=tuple(roots), fault=(number, reason), unsigned=unsigned)
        tree.add(leaf_hash(envelope.payload))
        previous = sha256(envelope.payload).hexdigest()
        entries.append(entry)
        roots.append(tree.root())
    return Replay(entries=tuple(entries), roots=tuple(roots))


def _fault(envelope: dsse.Envelope, entry: Entry, number: int, previous: str, before: list[Entry]) -> str | None:
    if envelope.payload_type != dsse.LEDGER_TYPE:
        return "it is of another payload type"
    if entry.seq != number:
        return f"it carries sequence number {entry.seq}: an entry is missing or moved"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    if before and entry.origin != before[0].origin:
        return "it belongs to another ledger"
    if before and entry.keys_version < before[-1].keys_version:
        return "its key list is older than the one before"
    return None
