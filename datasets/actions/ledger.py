"""Appending to a team's ledger: one lock, one chain, every entry signed."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from django.db.models import Max
from django.utils import timezone

from datasets.core import dsse, keys, ledger
from datasets.core.ledger import Kind, LedgerHead
from datasets.models import Export, Ledger, LedgerEntry, SigningKey
from studio.accounts.models import Team

NO_ROOT = "0" * 64


def locked(team: Team) -> Ledger:
    """The team's ledger, locked until the caller's transaction ends."""
    Ledger.objects.get_or_create(team=team)
    return Ledger.objects.select_for_update().get(team=team)


def utc(moment: datetime) -> str:
    """A time as signed documents write it: whole seconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def head_of(found: Ledger, kind: Kind = "export") -> LedgerHead:
    """Where the ledger ends, for an entry made now.

    Machines' clocks differ: an entry is never older than the keys it is checked by, or it would not verify.
    """
    peaks = tuple(bytes.fromhex(peak) for peak in found.peaks)
    now = timezone.now()
    newest = SigningKey.objects.filter(team=found.team_id).aggregate(newest=Max("created"))["newest"]
    time = utc(max(now, newest or now))
    return LedgerHead(origin=found.origin, time=time, size=found.size, last=found.last, peaks=peaks, kind=kind)


def store(
    found: Ledger,
    head: LedgerHead,
    *,
    kind: Kind,
    statement: bytes,
    envelope: bytes,
    checkpoint: bytes,
    key_id: str,
    keys_version: int,
    export: Export | None = None,
    attestation: bytes = b"",
) -> LedgerEntry:
    """Save an entry and move the ledger's end to head, under the lock of `locked`."""
    found.size, found.last, found.peaks = head.size, head.last, [peak.hex() for peak in head.peaks]
    found.save(update_fields=["size", "last", "peaks"])
    return LedgerEntry.objects.create(
        team_id=found.team_id,
        seq=head.size,
        kind=kind,
        export=export,
        statement_sha256=sha256(statement).hexdigest(),
        attestation=attestation.decode(),
        envelope=envelope.decode(),
        checkpoint=checkpoint.decode(),
        key_id=key_id,
        keys_version=keys_version,
    )


def holds_key_list(found: Ledger) -> bool:
    """Whether the ledger records the key list in force."""
    recorded = LedgerEntry.objects.filter(team=found.team_id, kind="keys", keys_version=found.keys_version)
    return recorded.exists()


def record_key_list(found: Ledger, sign: Callable[[bytes], dsse.Signature], listed: Callable[[], keys.KeyList]) -> bool:
    """Record the current key list unless the ledger holds it already, under the lock of `locked`.

    A revocation gets its place in the order here: `revoked_seq` of keys revoked since is set before listed is called.
    """
    if holds_key_list(found):
        return False
    revoked = SigningKey.objects.filter(team=found.team_id, state=SigningKey.State.REVOKED, revoked_seq=None)
    revoked.update(revoked_seq=found.size + 1)
    statement = keys.write_list(listed())
    head = head_of(found, "keys")
    payload = ledger.next_entry(head, statement=statement, root=NO_ROOT, count=0, keys_version=found.keys_version)
    after = ledger.advance(head, payload)
    signature = sign(dsse.pae(dsse.LEDGER_TYPE, payload))
    note = ledger.note_text(after)
    store(
        found,
        after,
        kind="keys",
        statement=statement,
        envelope=dsse.write(dsse.LEDGER_TYPE, payload, [signature]),
        checkpoint=ledger.checkpoint(note, after.origin, sign(note)),
        key_id=signature.key_id,
        keys_version=found.keys_version,
    )
    return True
