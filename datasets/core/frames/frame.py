"""Frames: text to header and payload, in the strict or the compat reading, and back to text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .alphabet import (
    BLOB_T,
    FIELD_MARK,
    FRAME_END,
    FRAME_START,
    LITERAL_CLOSE,
    LITERAL_OPEN,
    NUMBER_MARK,
    PAYLOAD_MARK,
    TOKEN_MARK,
    WHITESPACE,
    WORD_MARK,
    Mode,
)
from .blob import check_blob
from .errors import FrameError
from .limits import DEFAULT_LIMITS, Limits
from .numbers import check_number

Field = tuple[str, str]

_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame taken apart.

    header: (key, value) in the order written, without word marks; a value that is a number token keeps its mark.
    payload: tokens with their marks.
    """

    header: list[Field]
    payload: list[str]

    def get(self, key: str) -> str | None:
        """Return the value of a header key, the last one if it occurs twice, or None."""
        return next((value for name, value in reversed(self.header) if name == key), None)


def serialise(frame: Frame) -> str:
    """Return the text of a frame: every key and value gets a word mark, tokens stand as they are, order is kept."""
    header = FIELD_MARK.join([f"{WORD_MARK}{key}{TOKEN_MARK}{WORD_MARK}{value}" for key, value in frame.header])
    return f"{FRAME_START}{header}{PAYLOAD_MARK}{TOKEN_MARK.join(frame.payload)}{FRAME_END}"


def parse(text: str, mode: Mode = "strict", *, limits: Limits = DEFAULT_LIMITS) -> Frame:
    """Take an unsigned frame apart.

    Strict is for data that somebody will trust; compat accepts and returns what the original implementation does.
    Whatever strict accepts, compat reads to the same result. Take a signature line off before parsing.
    Raises FrameError with the offset in code points (compat: of the text without outer white space).
    """
    check_size(text, limits)
    if mode == "compat":
        text = text.strip(WHITESPACE)
    if not text.startswith(FRAME_START):
        raise FrameError("PARSE_001", "The text does not start with ⧆.", offset=0, text=text)
    if not text.endswith(FRAME_END):
        raise FrameError("PARSE_002", "The text does not end with ⧈.", offset=len(text) - 1, text=text)
    middle = text.find(PAYLOAD_MARK, 1, -1)
    if middle < 0:
        raise FrameError("PARSE_003", "There is no ∷ between header and payload.", offset=1, text=text)
    if text.count(TOKEN_MARK) + text.count(FIELD_MARK) > limits.max_parts:
        raise FrameError("DECODE_001", f"The frame has more than {limits.max_parts} fields and tokens.")
    if mode == "strict":
        return _parse_strict(text, middle, limits)
    header = [_compat_field(text, at, parts) for at, parts in _fields(text, middle) if len(parts) != 1]
    return Frame(header=header, payload=[token for token in text[middle + 1 : -1].split(TOKEN_MARK) if token])


def check_size(text: str, limits: Limits) -> None:
    """Raise DECODE_001 for a text longer than one frame may be."""
    if len(text) > limits.max_frame_chars:
        message = f"The text has {len(text):,} characters; at most {limits.max_frame_chars:,} are read as one frame."
        raise FrameError("DECODE_001", message)


def join_literals(payload: Sequence[str]) -> list[str]:
    """Return the payload with literals put together again, for display only.

    Separators inside ⟦ ⟧ split a literal into several tokens. This joins from a token that starts with ≛⟦ to the one
    with the matching ⟧. Never use the result for canonical text or signatures: empty pieces are lost for good.
    """
    joined: list[str] = []
    open_pieces: list[str] = []
    depth = 0
    for token in payload:
        if not open_pieces and not token.startswith(WORD_MARK + LITERAL_OPEN):
            joined.append(token)
            continue
        open_pieces.append(token)
        depth += token.count(LITERAL_OPEN) - token.count(LITERAL_CLOSE)
        if depth <= 0:
            joined.append(TOKEN_MARK.join(open_pieces))
            open_pieces, depth = [], 0
    return joined + open_pieces


def _fields(text: str, middle: int) -> Iterator[tuple[int, list[str]]]:
    """Yield offset and ⦙-separated parts of each header field; nothing for an empty header."""
    at = 1
    for piece in text[1:middle].split(FIELD_MARK) if middle > 1 else ():
        yield at, piece.split(TOKEN_MARK)
        at += len(piece) + 1


def _compat_field(text: str, at: int, parts: list[str]) -> Field:
    if len(parts) != 2:
        raise FrameError("PARSE_004", "A header field has more than one ⦙.", offset=at, text=text)
    return parts[0].lstrip(WORD_MARK), parts[1].lstrip(WORD_MARK)


def _parse_strict(text: str, middle: int, limits: Limits) -> Frame:
    marks = [at for at in (text.find(mark, 1, -1) for mark in (FRAME_START, FRAME_END)) if at > 0]
    if marks:
        raise FrameError("PARSE_007", "A frame mark stands inside the frame.", offset=min(marks), text=text)
    header = [_strict_field(text, at, parts) for at, parts in _fields(text, middle)]
    keys = {key for key, _ in header}
    if len(keys) != len(header):
        raise FrameError("CANON_002", "A header key occurs twice.", offset=1, text=text)
    if "TYPE" not in keys:
        raise FrameError("VALIDATE_004", "The header has no TYPE.", offset=1, text=text)
    _refuse_surrogates(text, 1, middle)
    payload = text[middle + 1 : -1].split(TOKEN_MARK) if middle + 2 < len(text) else []
    if "" in payload:
        at = middle + 1 + sum(len(token) + 1 for token in payload[: payload.index("")])
        raise FrameError("PARSE_007", "A payload token is empty.", offset=at, text=text)
    at = middle + 1
    for token in payload:
        _check_token(text, at, token, limits)
        at += len(token) + 1
    return Frame(header=header, payload=payload)


def _strict_field(text: str, at: int, parts: list[str]) -> Field:
    if len(parts) != 2:
        raise FrameError("PARSE_004", "A header field does not have exactly one ⦙.", offset=at, text=text)
    key, value = parts[0].lstrip(WORD_MARK), parts[1]
    if not key or not parts[0].startswith(WORD_MARK) or not value.startswith((WORD_MARK, NUMBER_MARK)):
        raise FrameError("PARSE_004", "A header field is not ≛key⦙≛value.", offset=at, text=text)
    return key, value.lstrip(WORD_MARK)


def _check_token(text: str, at: int, token: str, limits: Limits) -> None:
    """Raise the strict fault of one payload token that starts at this offset of the text."""
    number = token[0] == NUMBER_MARK
    if not number and token[0] != WORD_MARK:
        raise FrameError("PARSE_007", "A token starts with neither ≛ nor ≗.", offset=at, text=text)
    if FIELD_MARK in token or token[-1] in WHITESPACE:
        raise FrameError("PARSE_007", "A token holds ∴ or ends in white space.", offset=at, text=text)
    if not number:
        if PAYLOAD_MARK in token:
            raise FrameError("PARSE_007", "A word token holds ∷.", offset=at, text=text)
        _refuse_surrogates(text, at, at + len(token))
        return
    try:
        if token.startswith(BLOB_T):
            check_blob(token)
        else:
            check_number(token, limits=limits)
    except FrameError as error:
        raise FrameError(error.code, error.message, offset=at + (error.offset or 0), text=text) from None


def _refuse_surrogates(text: str, start: int, end: int) -> None:
    if half := _SURROGATES.search(text, start, end):
        message = "The text holds half of a surrogate pair and is not valid Unicode."
        raise FrameError("DECODE_001", message, offset=half.start(), text=text)
