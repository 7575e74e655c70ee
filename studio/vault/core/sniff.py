"""Tell what a file is by its content alone; a name is never trusted."""

import csv
import io
import re
import zipfile
from collections import Counter
from typing import Final

from studio.vault.core.decoding import decode
from studio.vault.core.document import Kind
from studio.vault.core.errors import DamagedFile, OverLimit, PasswordNeeded, UnsupportedFile

__all__ = ["check_zip", "find_delimiter", "sniff"]

MAX_ZIP_ENTRIES: Final = 5_000
MAX_ZIP_SIZE: Final = 200 * 1024 * 1024
MAX_ZIP_RATIO: Final = 100

_SAMPLE: Final = 64 * 1024

_KNOWN: Final[tuple[tuple[bytes, str], ...]] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Office file (.doc, .xls) or a protected one; save it as .docx or PDF",
    ),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image, a sound or a film"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "a rich-text file (.rtf); save it as .docx or PDF"),
    (b"SQLite format 3\x00", "a database"),
)
_PDF_START: Final = re.compile(rb"(?:\A|[\r\n])%PDF-\d")  # a text may speak of it within a line
_HTML_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_HTML_BLOCK: Final = re.compile(r"</?(?:p|div|h[1-6]|ul|ol|table|body|head|section|article|main)(?:\s[^<>]*)?>", re.I)
_WORD_PART: Final = re.compile(r"word/document\d*\.xml")
_MD_STRONG: Final = re.compile(
    r"""^\#{1,6}[ \t]+\S                                   # heading
      | ^(?:```|~~~)                                      # fence
      | ^\|?[ \t]*:?-{3,}:?[ \t]*\|                       # the rule of a table
      | (?<!!)\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)          # link
      | ^.{1,80}\n(?:={3,}|-{3,})[ \t]*$                  # underlined heading
    """,
    re.MULTILINE | re.VERBOSE,
)
_MD_INLINE: Final = re.compile(r"\*\*[^*\n]{1,200}\*\*|`[^`\n]{1,200}`")
_MD_BULLET: Final = re.compile(r"^[ ]{0,3}[-*+][ \t]+\S", re.MULTILINE)


def sniff(data: bytes) -> Kind:
    """The kind of a file.

    Raises UnsupportedFile for known other formats and for binary data, and what check_zip and decode raise.
    """
    if _PDF_START.search(data[:1024]) or (b"%PDF-" in data[:1024] and b"startxref" in data):
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data)
    for magic, name in _KNOWN:
        if data.startswith(magic):
            raise UnsupportedFile(f"This is {name}. {UnsupportedFile.__doc__}")
    return _sniff_text(decode(data)[:_SAMPLE])


def _sniff_zip(data: bytes) -> Kind:
    with _open_zip(data) as archive:
        names = set(archive.namelist())
    if "[Content_Types].xml" in names and any(map(_WORD_PART.fullmatch, names)):
        check_zip(data)
        return "docx"
    raise UnsupportedFile(f"This is an archive or another Office file. {UnsupportedFile.__doc__}")


def _open_zip(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DamagedFile(cause=f"zip directory: {type(error).__name__}") from error


def check_zip(data: bytes) -> None:
    """Refuse a zip by its directory, before anything is unpacked.

    Raises OverLimit above 5,000 entries, 200 MB in sum or a ratio of 100; PasswordNeeded; DamagedFile.
    """
    with _open_zip(data) as archive:
        entries = archive.infolist()
    if len(entries) > MAX_ZIP_ENTRIES:
        raise OverLimit(cause=f"zip entries {len(entries)}")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise PasswordNeeded
    size = sum(entry.file_size for entry in entries)
    if size > MAX_ZIP_SIZE:
        raise OverLimit("This file unpacks to more than 200 MB.", cause=f"zip size {size}")
    packed = sum(entry.compress_size for entry in entries)
    if size > 1024 * 1024 and size > MAX_ZIP_RATIO * max(packed, 1):
        raise OverLimit("This file unpacks to more than a hundred times its size.", cause=f"zip ratio {size}/{packed}")


def _sniff_text(sample: str) -> Kind:
    if _HTML_START.match(sample) or (sample.lstrip().startswith("<") and len(_HTML_BLOCK.findall(sample)) >= 2):
        return "html"
    if find_delimiter(sample):
        return "csv"
    if _MD_STRONG.search(sample) or (_MD_INLINE.search(sample) and _MD_BULLET.search(sample)):
        return "md"
    return "txt"


def find_delimiter(sample: str) -> str | None:
    """The delimiter of a CSV table, or None: rows of the same two or more short cells.

    A comma in prose has a space behind it and never stands the same number of times in every line. The more a table
    looks like one (named columns, no spaces), the fewer rows are enough.
    """
    lines = sample.split("\n")
    if len(sample) >= _SAMPLE:
        lines = lines[:-1]
    best: tuple[int, str] | None = None
    for delimiter in ",;\t|":
        width = _table_width(lines[:60], delimiter)
        if width and (best is None or width > best[0]):
            best = (width, delimiter)
    return best[1] if best else None


def _table_width(lines: list[str], delimiter: str) -> int:
    """How many columns the lines have with a delimiter; 0 when they are no table."""
    if not lines or lines[0].startswith("|"):
        return 0
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if any(map(str.strip, row))]
    except csv.Error:
        return 0
    if len(lines) == 60 and len(rows) > 2:
        rows.pop()  # a quoted cell may go on beyond the sample
    (width, count), *_ = Counter(map(len, rows)).most_common(1) or [(0, 0)]
    if width < 2 or count < 2 or count * 10 < len(rows) * 9:
        return 0
    head = [cell.strip() for cell in rows[0]]
    spaced = sum(cell.startswith(" ") for row in rows for cell in row[1:]) * 5 > sum(len(row) - 1 for row in rows)
    named = len(head) == width and all(head) and len(set(head)) == width and max(map(len, head)) <= 64
    if named and not spaced and count == len(rows):
        return width if count * width >= 6 or delimiter == "\t" else 0  # two rows of two may be two sentences
    cells = [cell for row in rows for cell in row]
    filled = [sum(1 for row in rows if "".join(row[at : at + 1]).strip()) * 2 > len(rows) for at in range(width)]
    if not filled[0] or sum(filled) < 2:
        return 0  # indented lines, or lines that end in the mark
    ends = sum(row[-1].rstrip().endswith((".", "!", "?", ":", "{", "}")) for row in rows)
    is_table = count >= 4 and width >= (3 if spaced else 2) and ends * 5 < len(rows)
    return width if is_table and sum(map(len, cells)) <= 60 * len(cells) else 0
