"""Signing keys, the ledger of what they signed, and the shared secrets of old frame readers."""

import base64

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from datasets.core.keys import pem
from datasets.core.ledger import NO_PREVIOUS
from datasets.models.export import Export
from studio.accounts.models import Team
from studio.web.ids import uuid7


class SigningKey(models.Model):
    """An Ed25519 key of a team.

    key_id: SHA-256 of the DER public key, the fingerprint that people compare. public: base64 of its 32 bytes.
    sealed: the private key, sealed; empty for a key that lives outside and only ever signs statements there.
    revoked_seq: the ledger entry that records the revocation; exports before it stay good.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"
        REVOKED = "revoked", "Revoked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="signing_keys")
    name = models.CharField(max_length=80)
    key_id = models.CharField(max_length=64)
    public = models.CharField(max_length=44)
    sealed = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now)
    retired = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    revoked_seq = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "key_id"], name="signing_key_once"),
            models.UniqueConstraint(
                fields=["team"], condition=Q(state="active") & ~Q(sealed=""), name="signing_key_one_active"
            ),
            models.CheckConstraint(
                name="signing_key_state_known", condition=Q(state__in=["active", "retired", "revoked"])
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<SigningKey {self.key_id[:16]} {self.state}>"

    @property
    def raw(self) -> bytes:
        """The public key's 32 bytes."""
        return base64.b64decode(self.public)

    @property
    def pem(self) -> str:
        """The public key as openssl reads it."""
        return pem(self.raw)

    @property
    def is_outside(self) -> bool:
        return not self.sealed

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def context(self) -> str:
        """What the sealed private key is bound to."""
        return f"signing-key:{self.team_id}:{self.key_id}"


class Ledger(models.Model):
    """Where a team's ledger ends; its row is the lock that makes the ledger one chain.

    peaks: hex hashes of the tree's complete subtrees. keys_version: grows with every change of the key list.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="ledger")
    size = models.PositiveBigIntegerField(default=0)
    last = models.CharField(max_length=64, default=NO_PREVIOUS)
    peaks = models.JSONField(default=list)
    keys_version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"ledger of {self.team_id}"

    @property
    def origin(self) -> str:
        """The ledger's name in entries and checkpoints; never changes."""
        return f"arcticcodex-studio/{self.team_id}"


class LedgerEntry(models.Model):
    """One entry, as it was signed.

    envelope: one line of the ledger file; checkpoint: the note over the tree after it; attestation: the export's signed
    statement, kept so that an interrupted export is completed with the bytes that the entry records.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="ledger_entries")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10)
    export = models.OneToOneField(Export, null=True, blank=True, on_delete=models.SET_NULL, related_name="ledger_entry")
    statement_sha256 = models.CharField(max_length=64)
    attestation = models.TextField(blank=True)
    envelope = models.TextField()
    checkpoint = models.TextField()
    key_id = models.CharField(max_length=64)
    keys_version = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "seq"], name="ledger_entry_once")]

    def __str__(self) -> str:
        return f"{self.seq}: {self.kind}"


class FrameSecret(models.Model):
    """A shared secret for the signature line of frames, for readers of the old format; shown once, stored sealed.

    fingerprint: names the secret in statements without giving it away.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="frame_secrets")
    signer_id = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    sealed = models.TextField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "signer_id"], name="frame_secret_once")]

    def __str__(self) -> str:
        return self.signer_id

    def __repr__(self) -> str:
        return f"<FrameSecret {self.fingerprint[:16]}>"

    @property
    def context(self) -> str:
        """What the sealed secret is bound to."""
        return f"frame-secret:{self.team_id}:{self.fingerprint}"
