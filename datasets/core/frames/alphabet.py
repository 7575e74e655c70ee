"""The symbols of the frame format, and which characters count as white space."""

from typing import Final, Literal

Mode = Literal["strict", "compat"]

FRAME_START: Final = "⧆"
FRAME_END: Final = "⧈"
PAYLOAD_MARK: Final = "∷"
FIELD_MARK: Final = "∴"
TOKEN_MARK: Final = "⦙"  # noqa: S105  a separator, not a secret
WORD_MARK: Final = "≛"
NUMBER_MARK: Final = "≗"
CONTROL_START: Final = "◦"
CONTROL_END: Final = "◽"
LITERAL_OPEN: Final = "⟦"
LITERAL_CLOSE: Final = "⟧"

DIGITS: Final = "⊙⊗Φ"
"""Base-3 digits 0, 1, 2. The first two are also the signs plus and minus."""
QUADS: Final = "⊙⊗Φ⊛"
"""Base-4 symbols of BLOB-T: the bit pairs 00, 01, 10, 11."""
PLUS: Final = "⊙"
MINUS: Final = "⊗"

INT_U3: Final = "≗⊙⊙"
INT_S3: Final = "≗⊙⊗"
FLOAT_T: Final = "≗⊗⊙"
DECIMAL_T: Final = "≗⊗⊗"
BLOB_T: Final = "≗Φ⊙"

WHITESPACE: Final = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""The 29 characters that the format strips; spelled out so that no Unicode version can change it."""
