"""What makes a text one that can be kept."""


def is_storable(text: str) -> bool:
    """Whether every database and encoding can hold it: no NUL, no half of a surrogate pair (JSON can name both)."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))
