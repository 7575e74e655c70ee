"""TRAIN_PAIR frames: an instruction and its completion with metadata, written so that no text is ever changed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .alphabet import BLOB_T, NUMBER_MARK, PAYLOAD_MARK, TOKEN_MARK, WHITESPACE, WORD_MARK, Mode
from .blob import decode_text, encode_text, utf8
from .canonical import canonical_text
from .errors import FrameError
from .frame import Field, Frame, join_literals, parse
from .limits import DEFAULT_LIMITS, Limits
from .signature import strip_signature

NO_METADATA: Final[Mapping[str, object]] = MappingProxyType({})

_TYPE: Final = "TRAIN_PAIR"
_KEY: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_RESERVED_KEYS: Final = frozenset({"TYPE", "CREATED_AT"})
_UNSAFE: Final = re.compile(r"[⧆⧈∷∴⦙\n\r]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainPair:
    """A pair as it was written.

    header: (key, value) in the frame's order, values as text. salvaged: put together from a damaged frame, so the
    metadata are incomplete and a person has to be told.
    """

    instruction: str
    completion: str
    header: list[Field]
    salvaged: bool = False

    def get(self, key: str) -> str | None:
        """Return a header value, the last one if the key occurs twice (in old files the pair's own time), or None."""
        return next((value for name, value in reversed(self.header) if name == key), None)


def build_train_pair(
    instruction: str,
    completion: str,
    *,
    created_at: str,
    metadata: Mapping[str, object] = NO_METADATA,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """Return the canonical TRAIN_PAIR frame.

    created_at: the caller's text, in new files UTC as YYYY-MM-DDTHH:MM:SSZ. metadata: keys are upper-cased and must be
    plain names other than TYPE and CREATED_AT; lists and mappings become compact JSON, other values their str().
    Text that the header cannot carry is carried as BLOB-T, so every value is read back as written.
    Raises ENCODE_002 for a key, value or text that cannot be written, and for a pair too large to be read back.
    """
    if not isinstance(created_at, str):
        raise FrameError("ENCODE_002", "The creation time must be text.")
    header = [("CREATED_AT", safe_value(created_at)), ("TYPE", _TYPE)]
    for name, value in metadata.items():
        header.append((_key(name), safe_value(_plain_text(value))))
    if len({key for key, _ in header}) != len(header):
        raise FrameError("ENCODE_002", "A metadata key occurs twice or is reserved.")
    text = canonical_text(Frame(header=header, payload=[encode_text(instruction), encode_text(completion)]))
    if len(text) > limits.max_frame_chars or 2 * len(header) > limits.max_parts:
        raise FrameError("ENCODE_002", "The pair is too large for one frame.")
    return text


def safe_value(text: str) -> str:
    """Return the header value that carries the text: the text itself, or its BLOB-T token where marks would hurt it.

    Raises ENCODE_002 for text with lone surrogates.
    """
    if not text:
        return text
    if _UNSAFE.search(text) or text[0] in WORD_MARK + NUMBER_MARK or text[0] in WHITESPACE or text[-1] in WHITESPACE:
        return encode_text(text)
    utf8(text)
    return text


def read_value(value: str) -> str:
    """Return the text of a header value: the inverse of safe_value, strict about BLOB-T."""
    return decode_text(value) if value.startswith(BLOB_T) else value


def read_train_pair(text: str, *, mode: Mode = "strict", limits: Limits = DEFAULT_LIMITS) -> TrainPair:
    """Return the pair of a TRAIN_PAIR frame, signed or not; the signature is not checked here.

    mode says how the frame is parsed; the pair's text is decoded strictly in both.
    Raises VALIDATE_003 (another TYPE), VALIDATE_005 (not two BLOB-T tokens), or what parsing and decoding raise.
    """
    frame = parse(strip_signature(text.rstrip("\n")), mode, limits=limits)
    frame_type = frame.get("TYPE")
    if frame_type not in (_TYPE, None):
        raise FrameError("VALIDATE_003", "The frame's TYPE is not TRAIN_PAIR.")
    if len(frame.payload) != 2 or not all(token.startswith(BLOB_T) for token in frame.payload):
        raise FrameError("VALIDATE_005", "The payload is not an instruction and a completion as two BLOB-T tokens.")
    if frame_type is None:
        raise FrameError("VALIDATE_003", "The frame has no TYPE.")
    instruction, completion = map(decode_text, frame.payload)
    return TrainPair(instruction=instruction, completion=completion, header=_read_header(frame))


def salvage_train_pair(text: str, *, limits: Limits = DEFAULT_LIMITS) -> TrainPair:
    """Return the pair of an old frame whose metadata text held separators; only on a person's explicit request.

    A frame that compat mode reads comes back as read. Otherwise the last token is the completion, and what follows
    the last ∷ of the token before it is the instruction; such a pair is marked as salvaged.
    """
    try:
        return read_train_pair(text, mode="compat", limits=limits)
    except FrameError as error:
        if error.code != "VALIDATE_005":
            raise
    frame = parse(strip_signature(text.rstrip("\n")), "compat", limits=limits)
    if len(frame.payload) < 2:
        raise FrameError("VALIDATE_005", "The payload has no two tokens to salvage a pair from.")
    before, completion = frame.payload[-2:]
    instruction = before.rpartition(PAYLOAD_MARK)[2]
    if not instruction.startswith(BLOB_T) or not completion.startswith(BLOB_T):
        raise FrameError("VALIDATE_005", "The last two tokens do not hold the text of a pair.")
    if f"{WORD_MARK}TYPE{TOKEN_MARK}{WORD_MARK}{_TYPE}" not in text:
        raise FrameError("VALIDATE_003", "The damaged frame does not say TRAIN_PAIR anywhere.")
    pair = decode_text(instruction), decode_text(completion)
    return TrainPair(instruction=pair[0], completion=pair[1], header=_read_header(frame), salvaged=True)


def read_literal_pair(text: str, *, limits: Limits = DEFAULT_LIMITS) -> tuple[str, str]:
    """Return (natural language, frame text) of the literal form of TRAIN_PAIR; for display, never for signatures.

    Raises VALIDATE_003 (another TYPE) or VALIDATE_005 (not the literal form).
    """
    frame = parse(strip_signature(text.rstrip("\n")), "compat", limits=limits)
    if frame.get("TYPE") != _TYPE:
        raise FrameError("VALIDATE_003", "The frame's TYPE is not TRAIN_PAIR.")
    match join_literals(frame.payload):
        case ["≛NATLANG", language, "≛FORGE", inner] if _is_literal(language) and _is_literal(inner):
            return language[2:-1], inner[2:-1]
    raise FrameError("VALIDATE_005", "The payload is not ≛NATLANG and ≛FORGE with one literal each.")


def _is_literal(token: str) -> bool:
    return token.startswith("≛⟦") and token.endswith("⟧")


def _key(name: object) -> str:
    key = name.upper() if isinstance(name, str) else ""
    if not _KEY.fullmatch(key) or key in _RESERVED_KEYS:
        raise FrameError("ENCODE_002", f"The metadata key {name!r:.60} is reserved or not a plain name.")
    return key


def _plain_text(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        if not isinstance(value, (list, tuple, Mapping)):
            return str(value)
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_as_dict
        )
    except (TypeError, ValueError, RecursionError):
        raise FrameError("ENCODE_002", "A metadata value cannot be written as text or JSON.") from None


def _as_dict(value: object) -> dict[object, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _read_header(frame: Frame) -> list[Field]:
    header = [(key, read_value(value)) for key, value in frame.header]
    if any(_SURROGATES.search(value) or _SURROGATES.search(key) for key, value in header):
        raise FrameError("DECODE_001", "The header holds half of a surrogate pair and is not valid Unicode.")
    return header
