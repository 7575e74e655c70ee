"""PDF: page texts in order with the offset of each page; headings from the file's own outline.

pdfium is fast and reads cleanest but can be made to eat gigabytes by a file of a few kilobytes, so the child process's
limits are its guard; pypdf is slow and refuses such files by itself, and is the second try (section 3 of the study of
extraction libraries that this follows: a bomb of 2.5 KB took pdfium to 4.3 GB).
"""

import io
import re
from collections.abc import Iterable
from typing import Final

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium_c
from pypdf.errors import LimitReachedError, PyPdfError

from studio.vault.core.document import Extracted, nest
from studio.vault.core.errors import DamagedFile, OverLimit, PasswordNeeded
from studio.vault.core.extract.plain import fill_gaps, paragraphs

__all__ = ["read_pdf", "read_pdf_carefully"]

MAX_PAGES: Final = 20_000
MAX_OUTLINE: Final = 2_000
MAX_TEXT: Final = 40_000_000
_BREAK_HYPHEN: Final = re.compile("[\x02\ufffe]\n?")  # pdfium's mark for a word divided at a line's end

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
            return _join((_page_text(document, index) for index in range(len(document))), _outline(document), "")
        except pypdfium2.PdfiumError as error:
            raise DamagedFile(cause="pdfium cannot read a page") from error


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    page = document[index]
    try:
        text_page = page.get_textpage()
        try:
            text: str = text_page.get_text_range()
        finally:
            text_page.close()
    finally:
        page.close()
    return text


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
        return _join((page.extract_text() for page in reader.pages), [], "")
    except LimitReachedError as error:
        raise OverLimit(cause="pypdf limit") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise DamagedFile(cause=f"pypdf: {type(error).__name__}") from error


def _join(page_texts: Iterable[str], outline: Outline, title: str) -> Extracted:
    parts: list[str] = []
    pages: list[int] = []
    length = 0
    for raw in page_texts:
        page = _BREAK_HYPHEN.sub("-\n", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd"))
        page = page.strip("\n") + "\n\n"
        pages.append(length)
        parts.append(page)
        length += len(page)
        if length > MAX_TEXT:
            raise OverLimit("This PDF holds more text than is allowed.", cause=f"text over {MAX_TEXT}")
    text = "".join(parts)
    headings = _place(outline, text, pages)
    blocks = [
        block for start, end in zip(pages, [*pages[1:], length], strict=True) for block in paragraphs(text, start, end)
    ]
    return Extracted(
        text=text,
        kind="pdf",
        title=title,
        pages=tuple(pages),
        sections=nest(headings, length),
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
