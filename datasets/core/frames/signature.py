"""The HMAC line of a signed frame: write, check and remove it; refuse keys that protect nothing.

The line proves the bytes of the unsigned frame, and only to somebody who holds the same secret, who could have made
it as well. It does not cover the signer's name, the time, or the number and order of frames in a file. For those an
export carries an asymmetric signature over all of its files.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from .alphabet import FRAME_END, FRAME_START
from .blob import utf8
from .errors import FrameError
from .frame import check_size
from .limits import DEFAULT_LIMITS, Limits

_LINE: Final = re.compile(r"\n\[SIG\|([0-9a-f]{64})\|([^|\]\n]+)\|([^|\]\n]+)\](⧈?)")
_LINE_START: Final = "\n[SIG|"
_SIGNER: Final = re.compile(r"[A-Za-z0-9._@:+-]{1,128}")
_NOT_IN_TIMESTAMP: Final = re.compile(r"[|\]\n\r]")
_NEW_KEY_BYTES: Final = 32
# SHA-256 of keys that shipped as defaults and are therefore known to everybody.
_PUBLIC_KEYS: Final = frozenset({"3705dccb32ccbeba291035ea0e52e656e588870e0b8e250e61150d1719fd67a1"})
_MOST_FAILURES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCheck:
    """What a signature line proves.

    signature: lower-case hex of the HMAC, or None without a well-formed line. signer_id, timestamp: as written in the
    line, which does not authenticate them; show them as hints. reason: a SIG code when not verified, else None.
    """

    verified: bool
    signature: str | None = None
    signer_id: str | None = None
    timestamp: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCheck:
    """The frames of one file, each checked by itself: says nothing about missing, added or reordered frames.

    failures: (line number from 1, code) of the first thousand frames that did not verify; failed counts all of them.
    """

    checked: int
    verified: int
    failures: tuple[tuple[int, str], ...]

    @property
    def failed(self) -> int:
        return self.checked - self.verified


def check_key(key: bytes, *, new: bool = False) -> None:
    """Raise SIG_005 for an empty or publicly known key, and for a new key under 32 bytes."""
    if not key:
        raise FrameError("SIG_005", "The key is empty.")
    if _is_public(key):
        raise FrameError("SIG_005", "This key was published; anybody can sign with it.")
    if new and len(key) < _NEW_KEY_BYTES:
        raise FrameError("SIG_005", f"A new key needs at least {_NEW_KEY_BYTES} random bytes.")


def sign(text: str, *, key: bytes, signer_id: str, timestamp: str) -> str:
    """Return the text with a signature line before its ⧈, or at its end if there is none.

    Raises SIG_005 (weak key), SIG_006 (already signed), ENCODE_002 (signer_id or timestamp cannot be written).
    """
    check_key(key)
    if not _SIGNER.fullmatch(signer_id):
        raise FrameError("ENCODE_002", "A signer id has 1 to 128 letters, digits or . _ @ : + - characters.")
    if not timestamp or _NOT_IN_TIMESTAMP.search(timestamp):
        raise FrameError("ENCODE_002", "A timestamp is not empty and holds no | ] or line break.")
    utf8(timestamp)
    if _find_line(text.rstrip("\n")):
        raise FrameError("SIG_006", "The text already carries a signature.")
    line = f"{_LINE_START}{_mac(text, key)}|{signer_id}|{timestamp}]"
    return f"{text[:-1]}{line}{FRAME_END}" if text.endswith(FRAME_END) else text + line


def verify(text: str, *, key: bytes, limits: Limits = DEFAULT_LIMITS) -> SignatureCheck:
    """Check the signature line of a text.

    Reasons: SIG_001 no line, SIG_002 a line that is not well formed, SIG_003 text or key differ, SIG_005 it matches
    but the key is empty or publicly known. Raises DECODE_001 only for a text over the size limit.
    """
    check_size(text, limits)
    text = text.rstrip("\n")
    found = _find_line(text)
    if found is None:
        return SignatureCheck(verified=False, reason="SIG_002" if _LINE_START in text else "SIG_001")
    signature, signer_id, timestamp, end = found.groups()
    try:
        genuine = hmac.compare_digest(_mac(text[: found.start()] + end, key), signature)
    except FrameError:  # no UTF-8 form, so nobody can have signed it
        genuine = False
    weak = not key or _is_public(key)
    reason = ("SIG_005" if weak else None) if genuine else "SIG_003"
    return SignatureCheck(
        verified=reason is None, signature=signature, signer_id=signer_id, timestamp=timestamp, reason=reason
    )


def read_signature_line(text: str) -> SignatureCheck:
    """Return what the signature line says without checking it: never verified, SIG_004 for lack of a key."""
    text = text.rstrip("\n")
    found = _find_line(text)
    if found is None:
        return SignatureCheck(verified=False, reason="SIG_002" if _LINE_START in text else "SIG_001")
    return SignatureCheck(verified=False, signature=found[1], signer_id=found[2], timestamp=found[3], reason="SIG_004")


def strip_signature(text: str) -> str:
    """Return the text without its signature line: the exact inverse of sign; unsigned text comes back unchanged."""
    found = _find_line(text)
    return text[: found.start()] + found[4] if found else text


def content_hash(text: str) -> str:
    """Return the SHA-256 of the unsigned text's UTF-8 in hex: the same before and after signing."""
    return hashlib.sha256(utf8(strip_signature(text))).hexdigest()


def verify_chain(lines: Iterable[str], key: bytes, *, limits: Limits = DEFAULT_LIMITS) -> ChainCheck:
    """Verify a file of signed frames, given as its lines, in memory of one frame.

    Two forms are read: one JSON string a line, as exports are written, and bare frames, whose signature line makes
    them two lines each. Blank lines are skipped. A line that is neither is counted as a failure.
    """
    checked = verified = 0
    failures: list[tuple[int, str]] = []
    for number, text in _signed_texts(lines, limits):
        checked += 1
        try:
            reason = verify(text, key=key, limits=limits).reason if text else "SIG_002"
        except FrameError as error:
            reason = error.code
        if reason is None:
            verified += 1
        elif len(failures) < _MOST_FAILURES:
            failures.append((number, reason))
    return ChainCheck(checked=checked, verified=verified, failures=tuple(failures))


def _signed_texts(lines: Iterable[str], limits: Limits) -> Iterator[tuple[int, str]]:
    """Yield (line number, text) of each frame; empty text for a JSON line that is not one string."""
    pending, pending_at = "", 0
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\n")
        if pending and line.startswith("[SIG|"):
            yield pending_at, f"{pending}\n{line}"
            pending = ""
            continue
        if pending:
            yield pending_at, pending
            pending = ""
        if line.startswith(FRAME_START) and not line.endswith(FRAME_END):
            pending, pending_at = line, number
        elif line.startswith('"'):
            yield number, _json_text(line, limits)
        elif line:
            yield number, line
    if pending:
        yield pending_at, pending


def _json_text(line: str, limits: Limits) -> str:
    try:
        value = json.loads(line) if len(line) <= limits.max_line_chars else None
    except ValueError:
        return ""
    return value if isinstance(value, str) else ""


def _find_line(text: str) -> re.Match[str] | None:
    """Return the signature line at the very end: it cannot hold a line break, so it starts at the last one."""
    start = text.rfind("\n")
    return _LINE.fullmatch(text, start) if start >= 0 else None


def _mac(text: str, key: bytes) -> str:
    return hmac.digest(key, utf8(text), "sha256").hex()


def _is_public(key: bytes) -> bool:
    return hashlib.sha256(key).hexdigest() in _PUBLIC_KEYS
