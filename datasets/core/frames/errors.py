"""The one error of the frame codec: a code, a sentence, the place, and what to do about it."""

from typing import Final

HINTS: Final = {
    "PARSE_001": "A frame starts with ⧆. Check that the text was copied from its first character.",
    "PARSE_002": "A frame ends with ⧈. Check that the text was copied to its last character.",
    "PARSE_003": "The sign ∷ must stand between the header and the payload.",
    "PARSE_004": "Each header field is ≛KEY⦙≛VALUE; fields are separated by ∴.",
    "PARSE_005": "Known number profiles are ≗⊙⊙, ≗⊙⊗, ≗⊗⊙, ≗⊗⊗ and ≗Φ⊙.",
    "PARSE_006": "Numbers use ⊙ ⊗ Φ only; bytes use ⊙ ⊗ Φ ⊛.",
    "PARSE_007": "A token starts with ≛ or ≗ and holds no frame mark; one text holds one frame.",
    "VALIDATE_003": "Use the reader for this frame's TYPE.",
    "VALIDATE_004": "Add the field ≛TYPE⦙≛… to the header.",
    "VALIDATE_005": "The payload must have the shape of its TYPE; a damaged old pair can be salvaged on request.",
    "ENCODE_001": "Pass an integer in the range of the profile.",
    "ENCODE_002": "Change the argument; text must be valid Unicode and keys must be plain upper-case names.",
    "DECODE_001": "The token is cut short, too large, or not the kind that was asked for.",
    "CANON_002": "Write the shortest spelling, and each key once; compat mode reads this text.",
    "SIG_001": "The text carries no signature line.",
    "SIG_002": "The signature line was changed or cut; only its exact form counts.",
    "SIG_003": "The text was changed after signing, or the key is another one.",
    "SIG_004": "Give the secret key that belongs to this signer.",
    "SIG_005": "Use a secret key of at least 32 random bytes.",
    "SIG_006": "Remove the present signature first, or keep it.",
}

CONTEXT_CHARS: Final = 16


class FrameError(Exception):
    """The text is not a frame that this codec reads or writes.

    code: one of the keys of HINTS. message: one sentence for a person.
    offset: code points from the start of the text or token, or None where no single place is at fault.
    context: up to 32 characters around the offset, printable; empty without an offset.
    hint: what to do next.
    """

    def __init__(self, code: str, message: str, *, offset: int | None = None, text: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset
        self.context = "" if offset is None else _around(text, offset)
        self.hint = HINTS[code]

    def __str__(self) -> str:
        place = "" if self.offset is None else f" (at character {self.offset})"
        return f"{self.code}: {self.message}{place}"

    def __reduce__(self) -> tuple[type["FrameError"], tuple[str, str], dict[str, object]]:
        return type(self), (self.code, self.message), {"offset": self.offset, "context": self.context}


def _around(text: str, offset: int) -> str:
    piece = text[max(0, offset - CONTEXT_CHARS) : offset + CONTEXT_CHARS]
    return "".join(char if char.isprintable() else "�" for char in piece)
