"""Reading the environment: every setting may be given as NAME or as NAME_FILE, a path to a file that holds it."""

import math
import os
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

#: Connections of one process to PostgreSQL; seconds to wait for one, and how long one that fails is tried again.
POOL = {"min_size": 0, "max_size": 40, "timeout": 10, "reconnect_timeout": 2}


class SettingError(ValueError):
    """A setting has a value that cannot be used."""


def text(name: str, default: str = "") -> str:
    """The setting as text, stripped; NAME_FILE wins over NAME, an empty value means the default."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE names a file that cannot be read: {error}") from error
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """The setting as a statement: 1, true, yes and on are true."""
    value = text(name).lower()
    if value and value not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise SettingError(f"{name} must be 1 or 0, not {value!r}")
    return value in {"1", "true", "yes", "on"} if value else default


def number(name: str, default: float, *, minimum: float = 0) -> float:
    """The setting as a number not below the minimum."""
    value = text(name, str(default))
    try:
        parsed = float(value)
    except ValueError:
        parsed = math.nan
    if not math.isfinite(parsed):
        raise SettingError(f"{name} must be a number, not {value!r}")
    if parsed < minimum:
        raise SettingError(f"{name} must be at least {minimum:g}, not {value}")
    return parsed


def whole(name: str, default: int, *, minimum: int = 0, maximum: int | None = None) -> int:
    """The setting as a whole number from minimum to maximum."""
    value = number(name, default, minimum=minimum)
    if value != int(value):
        raise SettingError(f"{name} must be a whole number, not {value:g}")
    if maximum is not None and value > maximum:
        raise SettingError(f"{name} must be at most {maximum}, not {value:.0f}")
    return int(value)


def choice(name: str, default: str, options: Collection[str]) -> str:
    """The setting as one of some words, in upper case."""
    value = text(name, default).upper()
    if value not in options:
        raise SettingError(f"{name} must be one of {', '.join(options)}, not {value!r}")
    return value


def folder(name: str, default: Path) -> Path:
    """The setting as a folder that this process can write to; it is made where it is missing (0700)."""
    path = Path(text(name, str(default))).resolve()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise SettingError(f"{name} names a file, not a folder: {path}") from None
    except OSError as error:
        raise SettingError(f"{name} names a folder that cannot be made: {path} ({error.strerror})") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise SettingError(f"{name} names a folder that cannot be written to: {path}")
    return path


def words(name: str, default: str = "") -> list[str]:
    """The setting as a list, separated by commas or white space."""
    return text(name, default).replace(",", " ").split()


def address(host: str, port: int) -> str:
    """The address at which a browser on this machine finds what listens there."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def base_url(name: str, default: str) -> str:
    """The setting as an address without a slash at its end."""
    value = text(name, default).rstrip("/")
    if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
        raise SettingError(f"{name} must be an address such as https://studio.example.org, not {value!r}")
    return value


def key_file(path: Path, *, length: int = 32) -> bytes:
    """A key kept in a file of its own (0600), made with fresh random bytes when it is first asked for.

    Two processes that start together agree on one key. length: bytes of one key; the file may hold several.
    Raises SettingError for a file that was cut off.
    """
    if not path.exists():
        write_key(path, secrets.token_bytes(length), replace=False)
    keys = path.read_bytes()
    if not keys or len(keys) % length:
        raise SettingError(
            f"the key file {path} is damaged ({len(keys)} bytes); put it back from a backup of the keys."
        )
    return keys


def write_key(path: Path, key: bytes, *, replace: bool = True) -> None:
    """Have the file (0600) hold the key: whole or not at all, and on the disk before anything rests on it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            with suppress(FileExistsError):
                path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def database(url: str, *, data_dir: Path) -> dict[str, object]:
    """Django's database entry for a URL; an empty one means the SQLite file in the data folder."""
    if not url:
        url = f"sqlite:///{data_dir / 'studio.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "studio.db.sqlite",
            "NAME": unquote(parts.path[1:]) if parts.path.startswith("//") else unquote(parts.path),
            "OPTIONS": {
                # A transaction that reads first and writes later fails at once under load unless it took the
                # write lock at its start; the fair lock of studio.db.sqlite then keeps writers from starving.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            # After a restart of the server no request meets a dead connection, and the pool does not sit out the long
            # pauses that it would make between its tries by then.
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"pool": POOL, **dict(parse_qsl(parts.query))},
        }
    raise SettingError("STUDIO_DATABASE_URL must begin with postgresql:// or sqlite:///")
