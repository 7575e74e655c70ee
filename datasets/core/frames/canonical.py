"""The canonical form of a frame: fields sorted by key, tokens trimmed, nothing else changed."""

from .alphabet import WHITESPACE
from .errors import FrameError
from .frame import Frame, parse, serialise
from .limits import DEFAULT_LIMITS, Limits


def canonicalise(text: str, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return the canonical text of a frame read in compat mode.

    Never do this before checking a signature or digest: those cover the bytes as received.
    """
    return canonical_text(parse(text, "compat", limits=limits))


def canonical_text(frame: Frame) -> str:
    """Return the canonical text of a frame's fields and tokens; equal keys keep their order."""
    header = sorted(frame.header, key=lambda field: field[0])
    trimmed = (token.strip(WHITESPACE) for token in frame.payload)
    return serialise(Frame(header=header, payload=[token for token in trimmed if token]))


def is_canonical(text: str, *, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Return whether the text, without outer white space, is a frame in canonical form."""
    try:
        return canonicalise(text, limits=limits) == text.strip(WHITESPACE)
    except FrameError:
        return False
