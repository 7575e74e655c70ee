"""Tell what a file is by its content alone; a name is never trusted."""

import csv
import io
import re
import zipfile
from typing import Final

from charset_normalizer import from_bytes

from studio.vault.core.document import Kind
from studio.vault.core.errors import DamagedFile, OverLimit, PasswordNeeded, UnsupportedFile

__all__ = ["check_zip", "decode", "sniff"]

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
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HTML_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_HTML_BLOCK: Final = re.compile(r"</(?:p|div|h[1-6]|ul|ol|table|body|head|section|article|main)\s*>", re.I)
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
    if b"%PDF-" in data[:1024]:
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
    if "word/document.xml" in names and "[Content_Types].xml" in names:
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


def decode(data: bytes) -> str:
    """Text of a text file: byte order mark, UTF-8, then a careful guess. Newlines become ``\\n``, NUL U+FFFD.

    Raises UnsupportedFile for binary data.
    """
    text = None
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = data.decode(encoding, errors="replace")
            break
    if text is None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = _guess(data)
    control = sum(text.count(chr(code)) for code in (*range(9), *range(14, 27), *range(28, 32), 127))
    if control > max(2, len(text) // 100):
        raise UnsupportedFile(f"This is not a text file. {UnsupportedFile.__doc__}", cause="control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def _guess(data: bytes) -> str:
    if data.count(b"\x00") > len(data) // 200:
        raise UnsupportedFile(f"This is not a text file. {UnsupportedFile.__doc__}", cause="zero bytes")
    best = from_bytes(data[: 4 * _SAMPLE]).best()
    encoding = best.encoding if best is not None else "cp1252"
    return data.decode(encoding, errors="replace")


def _sniff_text(sample: str) -> Kind:
    if _HTML_START.match(sample) or (sample.lstrip().startswith("<") and len(_HTML_BLOCK.findall(sample)) >= 2):
        return "html"
    if find_delimiter(sample):
        return "csv"
    if _MD_STRONG.search(sample) or (_MD_INLINE.search(sample) and _MD_BULLET.search(sample)):
        return "md"
    return "txt"


def find_delimiter(sample: str) -> str | None:
    """The delimiter of a CSV table, or None: at least two rows of the same two or more short columns.

    A comma in prose has a space behind it; a delimiter has none.
    """
    lines = sample.split("\n")
    if len(sample) >= _SAMPLE:
        lines = lines[:-1]
    lines = lines[:60]
    best: tuple[int, str] | None = None
    for delimiter in ",;\t|":
        if not lines or lines[0].startswith("|") or delimiter not in lines[0]:
            continue
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
        except csv.Error:
            continue
        if len(lines) == 60 and len(rows) > 2:
            rows.pop()  # a quoted cell may go on beyond the sample
        widths = {len(row) for row in rows}
        if len(rows) < 2 or len(widths) != 1 or len(rows[0]) < 2:
            continue
        head = [cell.strip() for cell in rows[0]]
        if not all(head) or len(set(head)) < len(head) or max(map(len, head)) > 64:
            continue
        spaced = sum(cell.startswith(" ") for row in rows for cell in row[1:])
        if spaced * 5 > sum(len(row) - 1 for row in rows):
            continue
        if len(rows) * len(head) < 6 and delimiter != "\t":
            continue  # two rows of two columns are as likely two sentences
        if best is None or len(head) > best[0]:
            best = (len(head), delimiter)
    return best[1] if best else None
