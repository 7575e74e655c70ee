"""Local limits: what this installation is willing to read, whatever the format would allow."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes beyond which text is refused before any work is done on it.

    max_frame_chars: code points of one frame, signature line included.
    max_int_digits: base-3 digits of one integer; conversion time grows with their square.
    max_parts: header fields and payload tokens of one frame together.
    max_line_chars: characters of one JSON line of an old export.
    """

    max_frame_chars: int = 8_000_000
    max_int_digits: int = 10_000
    max_parts: int = 200_000
    max_line_chars: int = 16_000_000


DEFAULT_LIMITS: Final = Limits()
