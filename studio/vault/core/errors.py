"""What can go wrong inside the vault's core.

    VaultError
    ├── ExtractionError          no text could be taken from a file
    │   ├── UnsupportedFile      not one of the six kinds
    │   ├── PasswordNeeded
    │   ├── DamagedFile
    │   ├── NoText
    │   ├── OverLimit            size, memory or time: refused by a limit
    │   └── ReaderStopped        the reading process ended from outside; worth another try
    └── EmbedderError            the embedding model is missing or is not the pinned one

The class docstring is the sentence for people; ``cause`` is for operators and never holds document text.
"""

from typing import ClassVar, Final

__all__ = [
    "BY_CODE",
    "DamagedFile",
    "EmbedderError",
    "ExtractionError",
    "NoText",
    "OverLimit",
    "PasswordNeeded",
    "ReaderStopped",
    "UnsupportedFile",
    "VaultError",
]


class VaultError(Exception):
    """Something went wrong in the vault."""

    def __init__(self, sentence: str = "", *, cause: str = "") -> None:
        self.sentence = sentence or (type(self).__doc__ or "").strip()
        self.cause = cause
        super().__init__(f"{self.sentence} [{cause}]" if cause else self.sentence)


class ExtractionError(VaultError):
    """The text of this file could not be read."""

    code: ClassVar[str] = "unreadable"
    retryable: ClassVar[bool] = False


class UnsupportedFile(ExtractionError):
    """This kind of file is not supported. Upload text, Markdown, HTML, PDF, Word (.docx) or CSV."""

    code = "unsupported"


class PasswordNeeded(ExtractionError):
    """This file needs a password. Save it without one and upload it again."""

    code = "password"


class DamagedFile(ExtractionError):
    """This file is damaged or not what it claims to be."""

    code = "damaged"


class NoText(ExtractionError):
    """The file holds no text."""

    code = "no_text"


class OverLimit(ExtractionError):
    """Reading this file takes more memory, time or space than is allowed."""

    code = "over_limit"


class ReaderStopped(ExtractionError):
    """Reading this file was interrupted. Try again."""

    code = "stopped"
    retryable = True


class EmbedderError(VaultError):
    """The embedding model is not installed, or it is not the one this version was tested with."""


BY_CODE: Final[dict[str, type[ExtractionError]]] = {
    kind.code: kind
    for kind in (ExtractionError, UnsupportedFile, PasswordNeeded, DamagedFile, NoText, OverLimit, ReaderStopped)
}
