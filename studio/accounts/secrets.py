"""The installation's sealing key: every process may seal a secret, only workers may open one.

`STUDIO_SEAL_KEY` (64 hex digits, or a file by `STUDIO_SEAL_KEY_FILE`) holds the opening key where workers and web
processes share no folder; web processes then get `STUDIO_SEAL_PUBLIC`, its public half. Otherwise the key lies in
`keys/seal.key` of the data folder with its public half in `keys/seal.pub` beside it.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings

from studio import env
from studio.sealing import Sealer


def sealer() -> Sealer:
    """The sealer of this process: it opens where `STUDIO_ROLE` is worker and seals everywhere.

    A web process reads the public half alone. Raises SettingError for a key that is not 32 bytes.
    """
    may_open = settings.STUDIO_ROLE == "worker"
    if not may_open and (public := env.text("STUDIO_SEAL_PUBLIC")):
        return Sealer(_key(public, "STUDIO_SEAL_PUBLIC"))
    if key := env.text("STUDIO_SEAL_KEY"):
        return Sealer.from_opening_key(_key(key, "STUDIO_SEAL_KEY"), may_open=may_open)
    if may_open:
        return Sealer.from_opening_key(make_keys())
    try:
        return Sealer(_public_file().read_bytes())
    except FileNotFoundError:  # the very first start: nothing has been sealed for the key that this makes
        make_keys()
    return Sealer(_public_file().read_bytes())


def public_half() -> str:
    """The public half of the sealing key as hex digits, for processes that may only seal; makes the key if need be."""
    given = env.text("STUDIO_SEAL_KEY")
    key = _key(given, "STUDIO_SEAL_KEY") if given else make_keys()
    return X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()


def make_keys() -> bytes:
    """Make `seal.key` and `seal.pub` unless they are there, and return the opening key."""
    key = env.key_file(_public_file().with_suffix(".key"))
    public = X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    path = _public_file()
    if not path.exists() or path.read_bytes() != public:
        env.write_key(path, public)
    return key


def _public_file() -> Path:
    return Path(settings.STUDIO_KEYS_DIR) / "seal.pub"


def _key(text: str, name: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise env.SettingError(f"{name} must be 64 hexadecimal digits (32 bytes).")
    return key
