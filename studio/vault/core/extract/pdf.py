"""PDF: running text with the offset of each page; headings from the file's own outline, else from the print.

pdfium is fast and reads cleanest but can be made to eat gigabytes by a file of a few kilobytes, so the child process's
limits are its guard; pypdf is slow and refuses such files by itself, and is the second try (section 3 of the study of
extraction libraries that this follows: a bomb of 2.5 KB took pdfium to 4.3 GB).
"""

import ctypes
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium_c
from pypdf.errors import LimitReachedError, PyPdfError

from studio.vault.core.document import Block, Extracted, nest
from studio.vault.core.errors import DamagedFile, OverLimit, PasswordNeeded
from studio.vault.core.extract.layout import Line, arrange
from studio.vault.core.extract.plain import fill_gaps

__all__ = ["read_pdf", "read_pdf_carefully"]

MAX_PAGES: Final = 20_000
MAX_OUTLINE: Final = 2_000
MAX_TEXT: Final = 40_000_000
MAX_MEASURED: Final = 4_000
"""Pages up to which letters are measured: 20,000 pages would take longer than a file may."""

_LINE_END: Final = re.compile("([\x02\ufffe])?(?:\r\n|\r|\n)|([\x02\ufffe])")  # marked: in the middle of a word
_BOLD: Final = re.compile("bold|black|heavy|demi|cmbx|sfbx|-bd|-medi$", re.I)

Outline = list[tuple[int, str, int]]  # level from 1, title, page index


def read_pdf(data: bytes) -> Extracted:
    """Read with pdfium. Raises PasswordNeeded, DamagedFile, OverLimit."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
            raise PasswordNeeded from error
        raise DamagedFile(cause="pdfium cannot open it") from error
    with document:
        if len(document) > MAX_PAGES:
            raise OverLimit(f"This PDF has more than {MAX_PAGES:,} pages.", cause=f"pages {len(document)}")
        try:
            measured = len(document) <= MAX_MEASURED
            pages = (_page_lines(document, index, measured) for index in range(len(document)))
            return _join(pages, _outline(document))
        except pypdfium2.PdfiumError as error:
            raise DamagedFile(cause="pdfium cannot read a page") from error


def _page_lines(document: pypdfium2.PdfDocument, index: int, measured: bool) -> list[Line]:
    page = document[index]
    try:
        text_page = page.get_textpage()
        try:
            text: str = text_page.get_text_range()
            if not measured:
                return [Line(text=line) for _, line in _lines(text)]
            return [_measure(text_page, start, line) for start, line in _lines(text)]
        finally:
            text_page.close()
    finally:
        page.close()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their offset; pdfium's mark for a word divided at a line's end is a hyphen and an end of line."""
    start = 0
    for end in _LINE_END.finditer(text):
        yield start, _plain(text[start : end.start()] + ("-" if end[1] or end[2] else ""))
        start = end.end()
    yield start, _plain(text[start:])


def _plain(line: str) -> str:
    return line.replace("\x00", "\ufffd")


def _measure(page: pypdfium2.PdfTextPage, start: int, text: str) -> Line:
    """The line with the size and place of its first letter; bold when its first and last letter are."""
    solid = text.strip()
    if not solid:
        return Line(text=text)
    first = start + len(text) - len(text.lstrip())
    index = pdfium_c.FPDFText_GetCharIndexFromTextIndex(page, first)
    box = pdfium_c.FS_RECTF()
    if index < 0 or not pdfium_c.FPDFText_GetLooseCharBox(page, index, box):
        return Line(text=text)
    last = pdfium_c.FPDFText_GetCharIndexFromTextIndex(page, first + len(solid) - 1)
    bold = _is_bold(page, index) and _is_bold(page, last)
    return Line(text=text, size=round(box.top - box.bottom, 1), bold=bold, top=box.top, bottom=box.bottom)


def _is_bold(page: pypdfium2.PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    length = pdfium_c.FPDFText_GetFontInfo(page, index, name, len(name), None) if index >= 0 else 0
    return 0 < length <= len(name) and bool(_BOLD.search(name.value.decode("utf-8", "replace")))


def _outline(document: pypdfium2.PdfDocument) -> Outline:
    found: Outline = []
    for entry in document.get_toc(max_depth=6):
        destination = entry.get_dest()
        index = destination.get_index() if destination else None
        title = " ".join(entry.get_title().split())
        if title and index is not None:
            found.append((entry.level + 1, title[:300], index))
        if len(found) >= MAX_OUTLINE:
            break
    return found


def read_pdf_carefully(data: bytes) -> Extracted:
    """Read with pypdf, without an outline. Raises PasswordNeeded, DamagedFile, OverLimit."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise PasswordNeeded
        if len(reader.pages) > MAX_PAGES:
            raise OverLimit(f"This PDF has more than {MAX_PAGES:,} pages.", cause=f"pages {len(reader.pages)}")
        return _join(([Line(text=line) for _, line in _lines(page.extract_text())] for page in reader.pages), [])
    except LimitReachedError as error:
        raise OverLimit(cause="pypdf limit") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise DamagedFile(cause=f"pypdf: {type(error).__name__}") from error


def _join(page_lines: Iterable[list[Line]], outline: Outline) -> Extracted:
    read: list[list[Line]] = []
    length = 0
    for lines in page_lines:
        read.append(lines)
        length += sum(len(line.text) + 2 for line in lines)
        if length > MAX_TEXT:
            raise OverLimit("This PDF holds more text than is allowed.", cause=f"text over {MAX_TEXT}")
    parts: list[str] = []
    pages: list[int] = []
    headings: list[tuple[int, str, int]] = []
    blocks: list[Block] = []
    length = 0
    for pieces in arrange(read):
        for place, piece in enumerate(pieces):
            parts += (piece.gap, piece.text)
            length += len(piece.gap)
            if place == 0:
                pages.append(length)
            if piece.level:
                title, start = piece.text.strip(), length + len(piece.text) - len(piece.text.lstrip())
                if piece.gap == "\n":  # the second line of a heading
                    _, first, start = headings.pop()
                    title = f"{first} {title}"
                    blocks.pop()
                headings.append((piece.level, title[:300], start))
                blocks.append(Block(kind="heading", start=start, end=length + len(piece.text.rstrip())))
            length += len(piece.text)
        if not pieces:
            pages.append(length)
    text = "".join(parts)
    return Extracted(
        text=text,
        kind="pdf",
        pages=tuple(pages),
        sections=nest(_place(outline, text, pages) or headings, length),
        blocks=fill_gaps(text, blocks),
    )


def _place(outline: Outline, text: str, pages: list[int]) -> list[tuple[int, str, int]]:
    """Headings at their exact place on the page when the title stands there, else at the page's start."""
    placed: list[tuple[int, str, int]] = []
    last = 0
    for level, title, index in outline:
        if not 0 <= index < len(pages):
            continue
        start = pages[index]
        end = pages[index + 1] if index + 1 < len(pages) else len(text)
        pattern = r"\s+".join(map(re.escape, title.split()))
        found = re.compile(pattern, re.I).search(text, max(start, last), end)
        at = found.start() if found else start
        if at >= last:
            placed.append((level, title, at))
            last = at
    return placed
