"""Signing keys of a team: make, rotate, revoke, list. A private key is sealed at once and opened only in a worker."""

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils import timezone

from datasets.actions import ledger
from datasets.core import dsse, keys
from datasets.core.errors import KeyRefused
from datasets.core.export import FrameKey
from datasets.models import FrameSecret, Ledger, SigningKey
from studio.accounts.access import Actor, require
from studio.accounts.actions import record
from studio.accounts.models import Team, User
from studio.accounts.secrets import sealer
from studio.events.actions import append
from studio.jobs.actions import enqueue
from studio.web.errors import Conflict, Invalid

RECORD_JOB = "datasets.record_keys"
MAX_KEYS = 200


def signing_key(team: Team) -> SigningKey | None:
    """The key that the studio signs with now."""
    return SigningKey.objects.filter(team=team, state=SigningKey.State.ACTIVE).exclude(sealed="").first()


def ensure_key(team: Team, user: User | None = None) -> SigningKey:
    """The key that the studio signs with, made when the team has none yet."""
    with transaction.atomic():
        found = ledger.locked(team)
        return signing_key(team) or _make(found, "Studio key", user)


def rotate_key(actor: Actor, name: str) -> SigningKey:
    """Make a new key to sign with; the one before it retires, and what it signed stays good. Raises Forbidden."""
    require(actor, "export")
    with transaction.atomic():
        found = ledger.locked(actor.team)
        _retire(actor.team)
        return _make(found, name, actor.user)


def add_outside_key(actor: Actor, name: str, public: str) -> SigningKey:
    """Take up the public half of a key that signs on another machine. Raises Invalid, Conflict, Forbidden."""
    require(actor, "export")
    try:
        raw = keys.load_public(public)
    except KeyRefused as error:
        raise Invalid(str(error)) from error
    key_id = keys.key_id(raw)
    with transaction.atomic():
        found = ledger.locked(actor.team)
        if SigningKey.objects.filter(team=actor.team, key_id=key_id).exists():
            raise Conflict("The team knows this key already.")
        key = SigningKey.objects.create(
            team=actor.team,
            name=name,
            key_id=key_id,
            public=base64.b64encode(raw).decode(),
            created_by=actor.user,
        )
        _changed(found, key, "added", actor.user)
    return key


def revoke_key(actor: Actor, key: SigningKey, reason: str) -> None:
    """Withdraw trust from a key: exports that the ledger holds before this stay good, later ones do not.

    When it was the key that the studio signs with, a new one takes its place. Raises Conflict, Forbidden.
    """
    require(actor, "export")
    with transaction.atomic():
        found = ledger.locked(actor.team)
        changed = (
            SigningKey.objects.filter(pk=key.pk)
            .exclude(state=SigningKey.State.REVOKED)
            .update(state=SigningKey.State.REVOKED, revoked=timezone.now(), reason=reason[:200])
        )
        if not changed:
            raise Conflict("This key is revoked already.")
        _changed(found, key, "revoked", actor.user)
        if signing_key(actor.team) is None:
            _make(found, "Studio key", actor.user)


def key_list(team: Team, version: int) -> keys.KeyList:
    """The key list in force. version: of the team's ledger."""
    entries = [
        keys.KeyEntry(
            public=key.raw,
            roles=("export",) if key.is_outside else ("export", "ledger"),
            state=keys.state_of(key.state),
            not_before=ledger.utc(key.created),
            revoked_at=ledger.utc(key.revoked) if key.revoked else None,
            revoked_at_seq=key.revoked_seq,
            reason=key.reason or None,
        )
        for key in SigningKey.objects.filter(team=team).order_by("key_id")[:MAX_KEYS]
    ]
    return keys.KeyList(version=version, keys=tuple(entries))


def current_list(team: Team) -> keys.KeyList:
    """The key list in force, with its version."""
    version = Ledger.objects.filter(team=team).values_list("keys_version", flat=True).first()
    return key_list(team, version or 1)


def open_signer(key: SigningKey) -> dsse.Sign:
    """The function that signs with a key. Only a worker can: elsewhere it raises SealError."""
    raw = base64.b64decode(sealer().open(key.sealed, key.context))
    return keys.signer(Ed25519PrivateKey.from_private_bytes(raw))


def record_keys(team: Team) -> None:
    """Write the current key list into the ledger, signed by the key in force; for workers."""
    key = ensure_key(team)
    sign = open_signer(key)
    with transaction.atomic():
        found = ledger.locked(team)
        if signing_key(team) == key:
            ledger.record_key_list(found, sign, lambda: key_list(team, found.keys_version))


def make_frame_secret(actor: Actor, signer_id: str) -> tuple[FrameSecret, str]:
    """Make a shared secret for frames; the second value is the secret, to be shown once. Raises Conflict, Forbidden."""
    require(actor, "export")
    secret = secrets.token_urlsafe(32)
    fingerprint = FrameKey(secret=secret.encode(), signer_id=signer_id).fingerprint
    row = FrameSecret(team=actor.team, signer_id=signer_id, fingerprint=fingerprint)
    row.sealed = sealer().seal(secret, row.context)
    with transaction.atomic():
        ledger.locked(actor.team)
        if FrameSecret.objects.filter(team=actor.team, signer_id=signer_id).exists():
            raise Conflict("There is a secret of this name already.")
        row.save()
        record(actor.team, "key.shared", {"signer_id": signer_id, "fingerprint": fingerprint}, by=actor.user, what=None)
    return row, secret


def open_frame_key(row: FrameSecret) -> FrameKey:
    """The secret itself. Only a worker can."""
    return FrameKey(secret=sealer().open(row.sealed, row.context).encode(), signer_id=row.signer_id)


def _make(found: Ledger, name: str, user: User | None) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = SigningKey(
        team_id=found.team_id,
        name=name,
        key_id=keys.key_id(public),
        public=base64.b64encode(public).decode(),
        created_by=user,
    )
    key.sealed = sealer().seal(base64.b64encode(private.private_bytes_raw()).decode(), key.context)
    key.save()
    _changed(found, key, "made", user)
    return key


def _retire(team: Team) -> None:
    active = SigningKey.objects.filter(team=team, state=SigningKey.State.ACTIVE).exclude(sealed="")
    active.update(state=SigningKey.State.RETIRED, retired=timezone.now())


def _changed(found: Ledger, key: SigningKey, change: str, user: User | None) -> None:
    """Count the key list up, tell the pages, have a worker write it into the ledger."""
    found.keys_version += 1
    found.save(update_fields=["keys_version"])
    append(f"datasets:{found.team_id}", "keys.changed", {"key_id": key.key_id, "change": change}, actor=user)
    data = {"key_id": key.key_id, "name": key.name, "change": change}
    record(found.team, "key.changed", data, by=user, what="datasets")
    enqueue(RECORD_JOB, key=f"keys:{found.team_id}", team=found.team, team_id=str(found.team_id))
