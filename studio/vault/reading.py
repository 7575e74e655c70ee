"""The stored text of a document, whole or the part around a span."""

from dataclasses import dataclass

from studio.vault import blobs
from studio.vault.models import Document

WINDOW = 60_000
"""Characters of text on one page; a longer text is shown in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a text: before + marked + after is text[begin:end].

    previous, next: offsets to continue at, or None. page: number of the span's page in a PDF.
    """

    begin: int
    end: int
    before: str
    marked: str
    after: str
    previous: int | None
    next: int | None
    page: int | None


def text_of(document: Document) -> str:
    """The extracted text, checked against its digest. Raises BlobMissing."""
    return blobs.read(document.text_sha256).decode("utf-8")


def read_window(document: Document, *, start: int | None, end: int | None, at: int | None) -> Window:
    """The part of the text that holds the span, or that begins at an offset; a span outside the text marks nothing, and
    of a longer span than fits a page its beginning is marked."""
    text = text_of(document)
    marks = start is not None and end is not None and start < end <= len(text)
    if marks:
        assert start is not None  # noqa: S101  both follow from `marks`
        assert end is not None  # noqa: S101
        end = min(end, start + WINDOW)  # a section may be the whole document
        begin = max(0, start - WINDOW // 3)
    else:
        begin = start = end = min(at or 0, max(0, len(text) - 1))
    begin = _line_start(text, begin)
    stop = len(text) if len(text) - begin <= WINDOW else max(end, _line_start(text, begin + WINDOW))
    return Window(
        begin=begin,
        end=stop,
        before=text[begin:start] if marks else "",
        marked=text[start:end] if marks else "",
        after=text[end:stop] if marks else text[begin:stop],
        previous=_line_start(text, max(0, begin - WINDOW)) if begin else None,
        next=stop if stop < len(text) else None,
        page=_page(document, start) if marks else None,
    )


def _line_start(text: str, at: int) -> int:
    """The start of the line that holds an offset, unless it lies far back."""
    found = text.rfind("\n", max(0, at - 2_000), at) + 1
    return found or (0 if at < 2_000 else at)


def _page(document: Document, offset: int) -> int | None:
    pages = document.outline.get("pages") or []
    return max(1, sum(start <= offset for start in pages)) if pages else None
