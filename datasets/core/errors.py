"""What can go wrong when an export is written, read, signed or imported.

ExportError                 root: anything below
├── RecordError             a pair cannot be written as a row
├── Malformed               bytes from outside do not have the promised form
├── KeyRefused              a key may not be used: unreadable, publicly known, wrong role
└── FolderRefused           the target folder exists or cannot be written
"""


class ExportError(Exception):
    """The export could not be made."""

    def __init__(self, message: str | None = None, *, cause: str = "") -> None:
        super().__init__(message or type(self).__doc__ or "")
        self.cause = cause


class RecordError(ExportError):
    """This pair cannot be written as a row."""


class Malformed(ExportError):
    """These bytes do not have the promised form."""


class KeyRefused(ExportError):
    """This key may not be used."""


class FolderRefused(ExportError):
    """The export folder cannot be written."""
