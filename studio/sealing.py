"""Secrets at rest: anybody may seal one, only the holder of the opening key can read it.

A sealed secret is bound to a context (team, purpose, origin of the endpoint, …): opened in any other context it fails,
so a stored key cannot be re-used towards another address. Scheme: ephemeral X25519, HKDF-SHA256, ChaCha20-Poly1305.

    SealError
    ├── CannotOpen     wrong key or context, or changed bytes
    └── SealedHere     this process may seal only
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PREFIX = "sealed1:"
_NONCE = bytes(12)  # the key is used once, so a fixed nonce is safe


class SealError(Exception):
    """A secret could not be sealed or opened."""


class CannotOpen(SealError):
    """This secret cannot be opened here: another key, another context, or changed bytes."""


class SealedHere(SealError):
    """This process seals secrets and never opens them."""


class Sealer:
    """Seals for one recipient; `opening_key` (32 bytes) is present only where secrets may be opened."""

    def __init__(self, recipient: bytes, opening_key: bytes | None = None) -> None:
        self._recipient = recipient
        self._opening_key = opening_key

    def __repr__(self) -> str:
        return f"Sealer(can_open={self._opening_key is not None})"

    @classmethod
    def from_opening_key(cls, key: bytes, *, may_open: bool = True) -> "Sealer":
        """The sealer of a 32-byte X25519 private key; without `may_open` only its public half is kept."""
        recipient = X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
        return cls(recipient, key if may_open else None)

    def seal(self, secret: str, context: str) -> str:
        """Seal text for the recipient; the same context must be given to open it."""
        ephemeral = X25519PrivateKey.generate()
        public = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self._recipient))
        body = ChaCha20Poly1305(_derive(shared, public, self._recipient)).encrypt(
            _NONCE, secret.encode(), context.encode()
        )
        return _PREFIX + base64.urlsafe_b64encode(public + body).decode()

    def open(self, sealed: str, context: str) -> str:
        """The secret text. Raises SealedHere without the opening key, CannotOpen when anything does not fit."""
        if self._opening_key is None:
            raise SealedHere(SealedHere.__doc__)
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(_PREFIX))
            public, body = raw[:32], raw[32:]
            shared = X25519PrivateKey.from_private_bytes(self._opening_key).exchange(
                X25519PublicKey.from_public_bytes(public)
            )
            return (
                ChaCha20Poly1305(_derive(shared, public, self._recipient))
                .decrypt(_NONCE, body, context.encode())
                .decode()
            )
        except (ValueError, InvalidTag) as error:
            raise CannotOpen(CannotOpen.__doc__) from error


def new_opening_key() -> bytes:
    """A fresh opening key, 32 random bytes."""
    return os.urandom(32)


def _derive(shared: bytes, public: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=public + recipient, info=b"studio sealed secret v1").derive(shared)
