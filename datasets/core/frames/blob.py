"""BLOB-T: bytes as four symbols each; numpy makes it fast, plain Python gives the same symbols."""

import re
from typing import TYPE_CHECKING, Final

from .alphabet import BLOB_T, QUADS, Mode
from .errors import FrameError

try:
    import numpy
except ImportError:  # the codec is complete without it
    if not TYPE_CHECKING:
        numpy = None

_QUADS_ONLY: Final = re.compile(f"[{QUADS}]*")
_NOT_A_QUAD: Final = re.compile(f"[^{QUADS}]")
_WORTH_NUMPY: Final = 512  # symbols; below that, calling numpy costs more than it saves
_CELLS: Final = ["".join(QUADS[byte >> shift & 3] for shift in (6, 4, 2, 0)) for byte in range(256)]
# All four symbols differ in the low byte of their UTF-16 form, so that byte alone gives the digit.
_LOW_TO_DIGIT: Final = bytes.maketrans(bytes(ord(symbol) & 255 for symbol in QUADS), b"0123")

if numpy is not None:
    _CELLS64: Final = numpy.frombuffer("".join(_CELLS).encode("utf-16-le"), "<u8")
    _UNIT_TO_BITS: Final = numpy.full(65536, 255, numpy.uint8)
    _UNIT_TO_BITS[[ord(symbol) for symbol in QUADS]] = range(4)
    _GATHER: Final = numpy.uint32(0x40100401)  # moves the four 2-bit values of a little-endian word into its top byte
    _TOP: Final = numpy.uint32(24)


def encode_blob(data: bytes) -> str:
    """Return the BLOB-T token of any bytes; empty bytes give the bare prefix."""
    return BLOB_T + encode_body(data)


def decode_blob(token: str, mode: Mode = "strict") -> bytes:
    """Return the bytes of a BLOB-T token.

    Strict: an unknown symbol is PARSE_006, a length that is no multiple of 4 is DECODE_001. Compat reads as the
    original does: unknown symbols as zero bits, an incomplete tail dropped. Text is never to be read that way.
    """
    if not token.startswith(BLOB_T):
        raise FrameError("DECODE_001", "This is not a BLOB-T token.", offset=0, text=token)
    return decode_body(token[3:], mode)


def encode_text(text: str) -> str:
    """Return the BLOB-T token of a text's UTF-8; ENCODE_002 if the text holds lone surrogates."""
    return encode_blob(utf8(text))


def decode_text(token: str) -> str:
    """Return the text of a BLOB-T token, always strictly; DECODE_001 if its bytes are not UTF-8."""
    try:
        return decode_blob(token).decode()
    except UnicodeDecodeError as error:
        raise FrameError(
            "DECODE_001", "The bytes are not UTF-8 text.", offset=3 + 4 * error.start, text=token
        ) from None


def utf8(text: str) -> bytes:
    """Return the UTF-8 of a text; ENCODE_002 if it holds lone surrogates."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        message = "The text holds half of a surrogate pair and cannot be written as UTF-8."
        raise FrameError("ENCODE_002", message, offset=error.start, text=text) from None


def encode_body_pure(data: bytes) -> str:
    """Return the symbols of bytes, four each, in plain Python."""
    return "".join(map(_CELLS.__getitem__, data))


def encode_body_numpy(data: bytes) -> str:
    """Return the symbols of bytes, four each, by table look-up in numpy."""
    return str(_CELLS64.take(numpy.frombuffer(data, numpy.uint8)).data, "utf-16-le")


def decode_body_pure(body: str) -> bytes:
    """Return the bytes of symbols, strictly, in plain Python."""
    if len(body) & 3 or not _QUADS_ONLY.fullmatch(body):
        raise _fault(body)
    digits = body.encode("utf-16-le")[::2].translate(_LOW_TO_DIGIT)
    return int(digits, 4).to_bytes(len(body) // 4, "big") if digits else b""


def decode_body_numpy(body: str) -> bytes:
    """Return the bytes of symbols, strictly, by table look-up in numpy."""
    try:
        bits = _UNIT_TO_BITS.take(numpy.frombuffer(body.encode("utf-16-le"), "<u2"))
    except UnicodeEncodeError:
        raise _fault(body) from None
    if not bits.size:
        return b""
    if bits.size & 3 or bits.max() > 3:
        raise _fault(body)
    return ((bits.view("<u4") * _GATHER) >> _TOP).astype(numpy.uint8).tobytes()


encode_body = encode_body_pure if numpy is None else encode_body_numpy


def decode_body(body: str, mode: Mode = "strict") -> bytes:
    """Return the bytes of a BLOB-T token's symbols; modes as in decode_blob."""
    if mode == "compat":
        body = _NOT_A_QUAD.sub(QUADS[0], body[: len(body) & ~3])
    if numpy is None or len(body) < _WORTH_NUMPY:
        return decode_body_pure(body)
    return decode_body_numpy(body)


def check_blob(token: str) -> None:
    """Raise what strict decoding of a token with the BLOB-T prefix would raise, without decoding it."""
    if len(token) & 3 != len(BLOB_T) or not _QUADS_ONLY.fullmatch(token, len(BLOB_T)):
        raise _fault(token[len(BLOB_T) :])


def _fault(body: str) -> FrameError:
    if wrong := _NOT_A_QUAD.search(body):
        return FrameError(
            "PARSE_006", "A symbol is not one of the four of BLOB-T.", offset=3 + wrong.start(), text=BLOB_T + body
        )
    return FrameError(
        "DECODE_001", "The symbols do not come in groups of four.", offset=3 + len(body), text=BLOB_T + body
    )
