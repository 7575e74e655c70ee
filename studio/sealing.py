"""Secrets at rest: anybody may seal one, only the holder of the opening key can read it.

A sealed secret is bound to a context (team, purpose, origin of the endpoint, …): opened in any other context it fails,
so a stored key cannot be re-used towards another address. Scheme: ephemeral X25519, HKDF-SHA256, ChaCha20-Poly1305.

    SealError
    ├── CannotOpen     wrong key or context, or changed bytes
    └── SealedHere     this process may seal only
"""

import base64
import os
from collections.abc import Sequence

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
    """Seals for one recipient; opening keys (32 bytes each) are present only where secrets may be opened."""

    def __init__(self, recipient: bytes, opening_keys: Sequence[bytes] = ()) -> None:
        self._recipient = recipient
        self._opening_keys = tuple(opening_keys)

    def __repr__(self) -> str:
        return f"Sealer(can_open={bool(self._opening_keys)})"

    @classmethod
    def from_opening_keys(cls, keys: Sequence[bytes], *, may_open: bool = True) -> "Sealer":
        """The sealer of X25519 private keys: the first is sealed for, each may open. While keys are changed there are
        two. Without `may_open` only the public half of the first is kept."""
        return cls(public_half(keys[0]), keys if may_open else ())

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
        if not self._opening_keys:
            raise SealedHere(SealedHere.__doc__)
        failure: Exception | None = None
        for key in self._opening_keys:
            try:
                return _open(key, base64.urlsafe_b64decode(sealed.removeprefix(_PREFIX)), context)
            except (ValueError, InvalidTag) as error:
                failure = error
        raise CannotOpen(CannotOpen.__doc__) from failure


def new_opening_key() -> bytes:
    """A fresh opening key, 32 random bytes."""
    return os.urandom(32)


def public_half(key: bytes) -> bytes:
    """The public half of an opening key, for which anybody may seal. Raises ValueError unless it has 32 bytes."""
    return X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def _open(key: bytes, raw: bytes, context: str) -> str:
    public, body = raw[:32], raw[32:]
    shared = X25519PrivateKey.from_private_bytes(key).exchange(X25519PublicKey.from_public_bytes(public))
    plain = ChaCha20Poly1305(_derive(shared, public, public_half(key))).decrypt(_NONCE, body, context.encode())
    return plain.decode()


def _derive(shared: bytes, public: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=public + recipient, info=b"studio sealed secret v1").derive(shared)
