"""The installation's sealing key: every process may seal a secret, only workers may open one.

`STUDIO_SEAL_KEY` (64 hex digits, or a file by `STUDIO_SEAL_KEY_FILE`) holds the opening key where workers and web
processes share no folder; web processes then get `STUDIO_SEAL_PUBLIC`, its public half. Otherwise the key lies in
`keys/seal.key` of the data folder with its public half in `keys/seal.pub` beside it. While the key is being changed
there are two in either place: the first is sealed for, both open.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from studio import env
from studio.sealing import Sealer, new_opening_key
from studio.sealing import public_half as public_half_of

KEY_BYTES = 32


def sealer() -> Sealer:
    """The sealer of this process: it opens where `STUDIO_ROLE` is worker and seals everywhere.

    A web process reads the public half alone. Raises SettingError for a key that is not 32 bytes.
    """
    may_open = settings.STUDIO_ROLE == "worker"
    if not may_open and (public := env.text("STUDIO_SEAL_PUBLIC")):
        return Sealer(_key(public, "STUDIO_SEAL_PUBLIC"))
    if may_open or has_given_keys():
        return Sealer.from_opening_keys(opening_keys(), may_open=may_open)
    if not _public_file().exists():  # the very first start: nothing has been sealed for the key that this makes
        opening_keys()
    return Sealer(_public_file().read_bytes())


def public_half() -> str:
    """The public half of the sealing key as hex digits, for processes that may only seal; makes the key if need be."""
    return public_half_of(opening_keys()[0]).hex()


def has_given_keys() -> bool:
    """Whether the operator's environment holds the key, instead of the data folder."""
    return bool(env.text("STUDIO_SEAL_KEY"))


def opening_keys() -> list[bytes]:
    """The keys that open, the one to seal for first; `seal.key` and `seal.pub` are made unless they are there."""
    if given := env.words("STUDIO_SEAL_KEY"):
        return [_key(key, "STUDIO_SEAL_KEY") for key in given]
    held = env.key_file(_key_file(), length=KEY_BYTES)
    keys = [held[start : start + KEY_BYTES] for start in range(0, len(held), KEY_BYTES)]
    public = public_half_of(keys[0])
    if not _public_file().exists() or _public_file().read_bytes() != public:
        env.write_key(_public_file(), public)
    return keys


def change_key(reseal: Callable[[Sealer], None]) -> None:
    """Put a fresh key into the data folder, have everything sealed for it, then forget the key before.

    reseal: opens each secret with the sealer it gets, which knows both keys, and seals it again. Cut off at any moment,
    nothing is lost: until the end both keys are on the disk, and another call goes on with them.
    """
    keys = opening_keys()
    if len(keys) == 1:
        keys = [new_opening_key(), *keys]
        env.write_key(_key_file(), b"".join(keys))
        opening_keys()  # brings the public half up to it
    reseal(Sealer.from_opening_keys(keys))
    env.write_key(_key_file(), keys[0])


def _key_file() -> Path:
    return Path(settings.STUDIO_KEYS_DIR) / "seal.key"


def _public_file() -> Path:
    return Path(settings.STUDIO_KEYS_DIR) / "seal.pub"


def _key(text: str, name: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise env.SettingError(f"{name} must be 64 hexadecimal digits (32 bytes).")
    return key
