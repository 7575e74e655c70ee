"""Checking Ed25519 signatures (RFC 8032): by `cryptography` where it is installed, else in plain Python.

Plain Python takes some milliseconds for a signature, which is enough to check an export on a machine that has nothing
else. It handles public values only, so it need not run in constant time; signing is never done here.
"""

from hashlib import sha512
from typing import Final

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # pragma: no cover - exercised in a child process without it
    Ed25519PublicKey = None  # type: ignore[assignment,misc]  # the package is optional

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)
# A point is (X, Y, Z, T) with x = X/Z, y = Y/Z and xy = T/Z.
_Point = tuple[int, int, int, int]
_ZERO: Final[_Point] = (0, 1, 1, 0)


def is_signature(public: bytes, value: bytes, message: bytes) -> bool:
    """Say whether value (64 bytes) is the signature of message by the raw public key (32 bytes)."""
    if Ed25519PublicKey is None:
        return is_signature_pure(public, value, message)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(value, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signature_pure(public: bytes, value: bytes, message: bytes) -> bool:
    """The same in plain Python: [s]B − [k]A must be the point that the signature begins with."""
    key = _decode(public) if len(public) == 32 and len(value) == 64 else None
    scalar = int.from_bytes(value[32:], "little")
    if key is None or scalar >= _ORDER:
        return False
    hashed = int.from_bytes(sha512(value[:32] + public + message).digest(), "little") % _ORDER
    minus_key = (_P - key[0], key[1], key[2], _P - key[3])
    return _encode(_add(_times(scalar, _BASE), _times(hashed, minus_key))) == value[:32]


def _decode(data: bytes) -> _Point | None:
    number = int.from_bytes(data, "little")
    y, is_odd = number & (2**255 - 1), number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and is_odd):
        return None
    if x & 1 != is_odd:
        x = _P - x
    return x, y, 1, x * y % _P


def _encode(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _add(one: _Point, other: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % _P, (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    result = _ZERO
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _base() -> _Point:
    point = _decode((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    assert point is not None  # noqa: S101  a constant of the curve
    return point


_BASE: Final = _base()
