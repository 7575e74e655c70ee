"""Who signed, with which key, in which state, and where the ledger put it."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from datasets.core import dsse, keys, ledger, names, statement
from datasets.core.errors import KeyRefused, Malformed
from datasets.core.ledger import Entry, Replay
from datasets.core.statement import Statement
from datasets.core.verify.report import Report
from datasets.core.verify.source import Source, read_small


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """The keys that the person who verifies trusts.

    publics: id → raw public key; fingerprints: ids whose key is taken from `keys.json`, where it must hash to them;
    threshold: how many of them must have signed.
    """

    publics: dict[str, bytes]
    fingerprints: frozenset[str] = frozenset()
    threshold: int = 1


def pin(values: Iterable[str], threshold: int = 1) -> Pins:
    """Return pins from public keys (PEM or base64 text) and fingerprints; KeyRefused for anything else."""
    publics: dict[str, bytes] = {}
    fingerprints: set[str] = set()
    for value in values:
        fingerprint = keys.parse_fingerprint(value)
        if fingerprint is None:
            public = keys.load_public(value)
            publics[keys.key_id(public)] = public
        elif fingerprint in keys.PUBLICLY_KNOWN:
            raise KeyRefused("The private half of this key is printed in public documents.")
        else:
            fingerprints.add(fingerprint)
    if not 1 <= threshold <= len(publics.keys() | fingerprints):
        raise KeyRefused("The threshold must be at least 1 and at most the number of keys.")
    return Pins(publics=publics, fingerprints=frozenset(fingerprints), threshold=threshold)


def key_list(source: Source) -> keys.KeyList | None:
    """Return the key list of the export, or None when it is missing or cannot be read."""
    try:
        return keys.read_list(read_small(source, names.KEYS))
    except (KeyError, Malformed):
        return None


def check_envelope(source: Source, pins: Pins, report: Report) -> tuple[Statement, set[str], bytes] | None:
    """Check the signature on the statement. Returns it, the pinned keys that signed it, and its bytes."""
    if names.ATTESTATION not in source.sizes:
        waiting = names.REQUEST in source.sizes
        message = "the export waits for its signature" if waiting else "there is no signature"
        report.add("signature.missing", "incomplete", message, file=names.ATTESTATION)
        return None
    try:
        envelope = dsse.read(read_small(source, names.ATTESTATION))
    except Malformed as error:
        report.add("signature.form", "malformed", str(error), file=names.ATTESTATION)
        return None
    trusted = dict(pins.publics)
    listed = key_list(source)
    if listed is not None:
        trusted |= {entry.id: entry.public for entry in listed.keys if entry.id in pins.fingerprints}
    signed = dsse.signers(envelope, trusted)
    report.summary["signedBy"] = sorted(signed)
    if len(signed) < pins.threshold:
        _explain(envelope, trusted, pins, signed, report)
        return None
    if envelope.payload_type != dsse.STATEMENT_TYPE:
        report.add("statement.type", "malformed", "the payload is of another type", file=names.ATTESTATION)
        return None
    try:
        found = statement.read(envelope.payload)
    except Malformed as error:
        report.add("statement.form", "malformed", str(error), file=names.ATTESTATION)
        return None
    report.checks.append(f"the statement is signed by {', '.join(key[:16] + '…' for key in sorted(signed))}")
    _check_others(envelope, trusted, signed, listed, report)
    return found, signed, envelope.payload


def _check_others(
    envelope: dsse.Envelope, trusted: dict[str, bytes], signed: set[str], listed: keys.KeyList | None, report: Report
) -> None:
    """Look at the signatures beside those that were needed: false ones are named, a stranger's one is noted."""
    known = {entry.id: entry.public for entry in listed.keys} | trusted if listed else trusted
    right = signed | dsse.signers(envelope, known)
    for key_id in sorted({key_id for key_id, _ in envelope.signatures} - right):
        if key_id in known:
            message = f"the signature by key {key_id[:16]}… does not belong to this statement"
            report.add("signature.wrong", "tampered", message, file=names.ATTESTATION)
        else:
            report.notes.append(f"A further signature, by the unknown key {key_id[:16]!r}, was not checked.")


def _explain(envelope: dsse.Envelope, trusted: dict[str, bytes], pins: Pins, signed: set[str], report: Report) -> None:
    written = {key_id for key_id, _ in envelope.signatures}
    if dsse.misnamed(envelope, trusted):
        message = "a key id beside a signature was changed"
        report.add("signature.keyid", "tampered", message, file=names.ATTESTATION)
    elif (written & set(trusted)) - signed:
        message = "the signature does not belong to this statement: one of them was changed"
        report.add("signature.wrong", "tampered", message, file=names.ATTESTATION)
    elif written & (pins.fingerprints - set(trusted)):
        message = "the public key for this fingerprint is not in the readable key list; give the key itself"
        report.add("key.missing", "incomplete", message, file=names.KEYS)
    elif signed:
        message = f"{len(signed)} of {pins.threshold} needed trusted keys signed"
        report.add("signature.threshold", "untrusted", message, file=names.ATTESTATION)
    else:
        others = ", ".join(key[:16] for key in sorted(written))
        report.add("signature.stranger", "untrusted", f"signed by other keys: {others}", file=names.ATTESTATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOptions:
    """What the person knows from outside. newer: a later key list; lines: a whole ledger file; min_seq: least entry."""

    newer: keys.KeyList | None = None
    lines: list[bytes] | None = None
    min_seq: int = 0


def check_ledger(
    source: Source, payload: bytes, found: Statement, listed: keys.KeyList, options: LedgerOptions, report: Report
) -> tuple[Entry, Replay | None] | None:
    """Check the export's ledger entry, its checkpoint and, if given, the whole ledger. Returns what is proven."""
    if missing := [name for name in (names.LEDGER, names.CHECKPOINT) if name not in source.sizes]:
        for name in missing:
            report.add("ledger.missing", "incomplete", "the file is missing", file=name)
        return None
    signers = listed.with_role("ledger")
    try:
        envelope = dsse.read(read_small(source, names.LEDGER))
        entry = ledger.read_entry(envelope.payload)
    except Malformed as error:
        report.add("ledger.form", "tampered", str(error), file=names.LEDGER)
        return None
    by = dsse.signers(envelope, signers)
    if envelope.payload_type != dsse.LEDGER_TYPE or not by:
        report.add("ledger.signature", "tampered", "it is not signed by a ledger key of the list", file=names.LEDGER)
        return None
    same = (entry.statement, entry.root, entry.count) == (
        sha256(payload).hexdigest(),
        found.root.hex(),
        found.count,
    )
    if not same:
        report.add("ledger.entry", "tampered", "the entry records another export", file=names.LEDGER)
        return None
    if entry.seq < options.min_seq:
        message = f"the export has ledger number {entry.seq}, at least {options.min_seq} is asked for"
        report.add("ledger.old", "untrusted", message, file=names.LEDGER)
    if not _check_checkpoint(source, entry, ledger.root_after(entry, envelope.payload), signers, report):
        return None
    report.checks.append(f"ledger entry {entry.seq} of {entry.origin} and its checkpoint are signed")
    newest = options.newer or listed
    replay = None
    if options.lines is not None:
        signers |= newest.with_role("ledger")
        replay = _check_whole(source, entry, signers, options.lines, newest, report)
    reasons = [_state_fault(newest.find(key), "ledger", (entry, replay)) for key in sorted(by)]
    if all(reasons):  # whoever holds a revoked key could give an old export a new number
        report.add("ledger.key", "untrusted", f"the key that signed the entry {reasons[0]}", file=names.LEDGER)
    return entry, replay


def _check_checkpoint(source: Source, entry: Entry, root: bytes, signers: dict[str, bytes], report: Report) -> bool:
    try:
        point = ledger.read_checkpoint(read_small(source, names.CHECKPOINT))
    except Malformed as error:
        report.add("checkpoint.form", "tampered", str(error), file=names.CHECKPOINT)
        return False
    if len(point.lines) != 1 or not any(ledger.is_signed(point, public) for public in signers.values()):
        report.add("checkpoint.signature", "tampered", "it is not signed by a ledger key", file=names.CHECKPOINT)
        return False
    if (point.origin, point.size, point.root) != (entry.origin, entry.seq, root):
        report.add("checkpoint.entry", "tampered", "it stands for another ledger entry", file=names.CHECKPOINT)
        return False
    return True


def _check_whole(
    source: Source,
    entry: Entry,
    signers: dict[str, bytes],
    lines: list[bytes],
    newest: keys.KeyList,
    report: Report,
) -> Replay:
    """Check a whole ledger and the place of the export in it. newest: the newest key list at hand."""
    replay = ledger.replay(lines, lambda envelope: bool(dsse.signers(envelope, signers)))
    point = ledger.read_checkpoint(read_small(source, names.CHECKPOINT))
    if replay.unsigned is not None and replay.unsigned.keys_version > newest.version:
        message = f"it is signed under key list version {replay.unsigned.keys_version}: that key list is needed, too"
        report.add("ledger.keys", "incomplete", message, file="ledger", row=replay.unsigned.seq)
    elif replay.fault is not None:
        line, reason = replay.fault
        report.add("ledger.line", "tampered", reason, file="ledger", row=line)
    elif len(replay.entries) < entry.seq:
        message = f"it ends at entry {len(replay.entries)}: entry {entry.seq} of this export is missing"
        report.add("ledger.cut", "tampered", message, file="ledger")
    elif replay.entries[entry.seq - 1] != entry or replay.roots[entry.seq - 1] != point.root:
        report.add("ledger.other", "tampered", "it holds another entry in the place of this export", file="ledger")
    else:
        report.checks.append(f"the ledger's {len(replay.entries):,} entries are complete and in order")
        # A withdrawal keeps the root of the export it replaces.
        later = [e for e in replay.entries[entry.seq :] if e.kind == "withdrawal" and e.root == entry.root]
        if later:
            message = f"Rows of this export were withdrawn later, by ledger entry {later[-1].seq}: ask for that export."
            report.notes.append(message)
        _check_newest(newest, replay, report)
    return replay


def _check_newest(newest: keys.KeyList, replay: Replay, report: Report) -> None:
    """Compare the newest key list at hand with what the ledger records of key lists."""
    recorded = {entry.keys_version: entry for entry in replay.entries if entry.kind == "keys"}
    here = recorded.get(newest.version)
    if here is not None and here.statement != sha256(keys.write_list(newest)).hexdigest():
        message = f"ledger entry {here.seq} records another key list of version {newest.version}: ask for it again"
        report.add("keys.other", "untrusted", message, file=names.KEYS)
    if later := [version for version in recorded if version > newest.version]:
        report.notes.append(
            f"The ledger records key list version {max(later)}: only that list says which keys were revoked since."
        )


def check_key_states(
    signed: set[str],
    pins: Pins,
    listed: keys.KeyList,
    proven: tuple[Entry, Replay | None] | None,
    options: LedgerOptions,
    report: Report,
) -> None:
    """Check that enough of the keys that signed may sign exports, by the newest key list at hand.

    A revoked key's signature stays good only when the whole ledger shows the export before the revocation.
    """
    newest = options.newer or listed
    if newest.version < listed.version:
        message = f"the key list given has version {newest.version}, the export was made under {listed.version}"
        report.add("keys.old", "untrusted", message, file=names.KEYS)
        return
    good, reasons = 0, []
    for key in sorted(signed):
        reason = _state_fault(newest.find(key), "export", proven)
        good += reason is None
        if reason:
            reasons.append(f"key {key[:16]}… {reason}")
    if good < pins.threshold:
        report.add("key.state", "untrusted", "; ".join(reasons), file=names.KEYS)
    else:
        report.checks.append(f"the key may sign exports, by key list version {newest.version}")


def _state_fault(
    entry: keys.KeyEntry | None, role: keys.Role, proven: tuple[Entry, Replay | None] | None
) -> str | None:
    if entry is None:
        return "is not in the key list"
    if role not in entry.roles:
        return f"may not sign {'exports' if role == 'export' else 'ledger entries'}"
    time = proven[0].time if proven else None
    if time and ((entry.not_before and time < entry.not_before) or (entry.not_after and time > entry.not_after)):
        return "was not valid at the time of the ledger entry"
    if entry.state != "revoked":
        return None
    if entry.revoked_at_seq is None or proven is None or proven[1] is None or proven[1].fault is not None:
        return "is revoked, and no ledger shows that this export came before"
    replay = proven[1]
    if len(replay.entries) < entry.revoked_at_seq:
        return "is revoked, and the ledger given ends before the revocation"
    return None if proven[0].seq < entry.revoked_at_seq else "was revoked before this export"
