"""The four numeric profiles: unsigned and signed integers, exact decimals, and base-3 floats.

Every profile is read in two steps: taking the token apart, which costs time in proportion to its length, and
converting digits, which is bounded by Limits.max_int_digits. Strict frame reading needs only the first.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .alphabet import (
    CONTROL_END,
    CONTROL_START,
    DECIMAL_T,
    DIGITS,
    FLOAT_T,
    INT_S3,
    INT_U3,
    MINUS,
    PLUS,
    Mode,
)
from .errors import FrameError
from .limits import DEFAULT_LIMITS, Limits

_FLOAT_MARK: Final = " ∷ "
_NOT_A_DIGIT: Final = re.compile(f"[^{DIGITS}]")
_TO_ASCII: Final = str.maketrans(DIGITS, "012")
_TO_SYMBOLS: Final = str.maketrans("012", DIGITS)
_CHUNK: Final = 512  # below Python's own limit on converting text to integers (640 digits at its lowest)
_CHUNK_VALUE: Final = 3**_CHUNK
_BYTE_DIGITS: Final = 5
_GROUPS: Final = ["".join(str(n // 3**place % 3) for place in range(_BYTE_DIGITS - 1, -1, -1)) for n in range(3**5)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalT:
    """An exact decimal: ±integer · 10^(−scale). The scale is part of the value: 1.0 is not 1.00."""

    positive: bool
    scale: int
    integer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatT:
    """A base-3 float: ±(1 + mantissa as a base-3 fraction) · 3^exponent. The mantissa is symbols, not a number."""

    positive: bool
    exponent: int
    mantissa: str


def encode_int_u3(n: int) -> str:
    """Return the INT-U3 token of n ≥ 0; ENCODE_001 if negative."""
    return INT_U3 + _body(n)


def decode_int_u3(token: str, mode: Mode = "strict", *, limits: Limits = DEFAULT_LIMITS) -> int:
    """Return the integer of an INT-U3 token."""
    return _value(_split_int_u3(token, mode, limits))


def encode_int_s3(n: int) -> str:
    """Return the INT-S3 token of any integer."""
    _require_integer(n)
    return f"{INT_S3}{CONTROL_START}{MINUS if n < 0 else PLUS}{CONTROL_END}{_body(abs(n))}"


def decode_int_s3(token: str, mode: Mode = "strict", *, limits: Limits = DEFAULT_LIMITS) -> int:
    """Return the integer of an INT-S3 token. Compat reads every sign but ⊙ as minus."""
    positive, body = _split_int_s3(token, mode, limits)
    return _value(body) if positive else -_value(body)


def encode_decimal(*, positive: bool, scale: int, integer: int) -> str:
    """Return the DECIMAL-T token; scale and integer ≥ 0, else ENCODE_001. Pass plus for zero."""
    return f"{DECIMAL_T}{PLUS if positive else MINUS}{CONTROL_START}{_body(scale)}{CONTROL_END}{_body(integer)}"


def decode_decimal(token: str, mode: Mode = "strict", *, limits: Limits = DEFAULT_LIMITS) -> DecimalT:
    """Return sign, scale and integer of a DECIMAL-T token."""
    positive, scale, integer = _split_decimal(token, mode, limits)
    return DecimalT(positive=positive, scale=_value(scale), integer=_value(integer))


def encode_float(*, positive: bool, exponent: int, mantissa: str, exp_width: int = 10, man_width: int = 20) -> str:
    """Return the FLOAT-T token.

    mantissa: exactly man_width base-3 symbols, else ENCODE_002. exp_width is only written down; the exponent is
    not padded to it. Widths below 0 are ENCODE_001.
    """
    _require_integer(exponent)
    _require_integer(man_width)
    if man_width < 0:
        raise FrameError("ENCODE_001", "A width cannot be negative.")
    if len(mantissa) != man_width or _NOT_A_DIGIT.search(mantissa):
        raise FrameError("ENCODE_002", f"The mantissa must be exactly {man_width} base-3 digits.")
    sign, exponent_sign = PLUS if positive else MINUS, MINUS if exponent < 0 else PLUS
    head = f"{FLOAT_T}{sign}{CONTROL_START}{_body(exp_width)}{CONTROL_END}"
    return f"{head}{exponent_sign}{_body(abs(exponent))}{_FLOAT_MARK}{mantissa}"


def decode_float(token: str, mode: Mode = "strict", *, limits: Limits = DEFAULT_LIMITS) -> FloatT:
    """Return sign, exponent and mantissa symbols of a FLOAT-T token."""
    positive, rising, exponent, mantissa = _split_float(token, mode, limits)
    value = _value(exponent)
    return FloatT(positive=positive, exponent=value if rising else -value, mantissa=mantissa)


def float_value(*, positive: bool, exponent: int, mantissa: str) -> float:
    """Return the value in double precision; DECODE_001 if it is out of that range, PARSE_006 for a bad symbol."""
    _digits_only(mantissa, mantissa, 0)
    fraction = 1.0
    for place, symbol in enumerate(mantissa[:700], start=1):  # 3^-700 is already zero in double precision
        fraction += DIGITS.index(symbol) * 3.0**-place
    try:
        value: float = fraction * 3.0**exponent
    except OverflowError:
        raise FrameError("DECODE_001", "The number is outside the range of double precision.") from None
    return value if positive else -value


def check_number(token: str, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raise what strict decoding of a numeric token (not BLOB-T) would raise, in linear time; PARSE_005 if unknown."""
    split = _PROFILES.get(token[:3])
    if split is None:
        raise FrameError("PARSE_005", "This numeric profile is unknown.", offset=0, text=token)
    split(token, "strict", limits)


def _split_int_u3(token: str, mode: Mode, limits: Limits) -> str:
    if not token.startswith(INT_U3):
        raise FrameError("DECODE_001", "This is not an INT-U3 token.", offset=0, text=token)
    return _take_integer(token, 3, len(token), mode, limits)


def _split_int_s3(token: str, mode: Mode, limits: Limits) -> tuple[bool, str]:
    if not token.startswith(INT_S3 + CONTROL_START) or token[5:6] != CONTROL_END:
        raise FrameError("DECODE_001", "This is not an INT-S3 token with ◦, sign and ◽.", offset=0, text=token)
    positive = _take_sign(token, 4, mode)
    body = _take_integer(token, 6, len(token), mode, limits)
    _refuse_minus_zero(token, mode, positive, body)
    return positive, body


def _split_decimal(token: str, mode: Mode, limits: Limits) -> tuple[bool, str, str]:
    end = token.find(CONTROL_END, 5)
    if not token.startswith(DECIMAL_T) or token[4:5] != CONTROL_START or end < 0:
        raise FrameError("DECODE_001", "This is not a DECIMAL-T token with sign, ◦ and ◽.", offset=0, text=token)
    positive = _take_sign(token, 3, mode)
    scale = _take_integer(token, 5, end, mode, limits)
    integer = _take_integer(token, end + 1, len(token), mode, limits)
    _refuse_minus_zero(token, mode, positive, integer)
    return positive, scale, integer


def _split_float(token: str, mode: Mode, limits: Limits) -> tuple[bool, bool, str, str]:
    end = token.find(CONTROL_END, 5)
    mark = token.find(_FLOAT_MARK, end + 2)
    if (
        not token.startswith(FLOAT_T)
        or token[4:5] != CONTROL_START
        or end < 0
        or mark < 0
        or token.count(_FLOAT_MARK, end + 1) != 1
    ):
        raise FrameError("DECODE_001", "This is not a FLOAT-T token with sign, ◦, ◽ and ∷.", offset=0, text=token)
    positive, rising = _take_sign(token, 3, mode), _take_sign(token, end + 1, mode)
    if mode == "strict":
        _take_integer(token, 5, end, mode, limits)
    exponent = _take_integer(token, end + 2, mark, mode, limits)
    mantissa_at = mark + len(_FLOAT_MARK)
    mantissa = token[mantissa_at:]
    if mode == "strict":
        _digits_only(mantissa, token, mantissa_at)
    _refuse_minus_zero(token, mode, rising, exponent)
    return positive, rising, exponent, mantissa


_PROFILES: Final[dict[str, Callable[[str, Mode, Limits], object]]] = {
    INT_U3: _split_int_u3,
    INT_S3: _split_int_s3,
    DECIMAL_T: _split_decimal,
    FLOAT_T: _split_float,
}


def _take_sign(token: str, at: int, mode: Mode) -> bool:
    if mode == "strict" and token[at] not in (PLUS, MINUS):
        raise FrameError("PARSE_006", "A sign is ⊙ or ⊗.", offset=at, text=token)
    return token[at] == PLUS


def _take_integer(token: str, start: int, end: int, mode: Mode, limits: Limits) -> str:
    """Return the digits between two places of the token, checked but not converted."""
    if end - start > limits.max_int_digits:
        message = f"An integer has {end - start} digits; at most {limits.max_int_digits} are read."
        raise FrameError("DECODE_001", message, offset=start, text=token)
    body = token[start:end]
    _digits_only(body, token, start)
    if mode == "strict" and (not body or (len(body) > 1 and body[0] == DIGITS[0])):
        raise FrameError("CANON_002", "An integer has no digits or a leading zero.", offset=start, text=token)
    return body


def _digits_only(body: str, token: str, start: int) -> None:
    if wrong := _NOT_A_DIGIT.search(body):
        raise FrameError("PARSE_006", "A symbol is not a base-3 digit.", offset=start + wrong.start(), text=token)


def _refuse_minus_zero(token: str, mode: Mode, positive: bool, body: str) -> None:
    if mode == "strict" and not positive and body == DIGITS[0]:
        raise FrameError("CANON_002", "Zero is written with plus.", offset=0, text=token)


def _value(body: str) -> int:
    digits, value = body.translate(_TO_ASCII), 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        value = value * (_CHUNK_VALUE if len(chunk) == _CHUNK else 3 ** len(chunk)) + int(chunk, 3)
    return value


def _body(n: int, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return n in base 3, most significant digit first, without leading zeros; 0 is one digit."""
    _require_integer(n)
    if n < 0:
        raise FrameError("ENCODE_001", "The number cannot be negative here.")
    if n.bit_length() > 1.585 * limits.max_int_digits:  # log2(3) = 1.58496…
        raise FrameError("ENCODE_001", f"The number has more than {limits.max_int_digits} base-3 digits.")
    groups = []
    while n:
        n, low = divmod(n, 3**_BYTE_DIGITS)
        groups.append(_GROUPS[low])
    return "".join(reversed(groups)).lstrip("0").translate(_TO_SYMBOLS) or DIGITS[0]


def _require_integer(n: object) -> None:
    if not isinstance(n, int) or isinstance(n, bool):
        raise FrameError("ENCODE_002", "A whole number is needed here.")
