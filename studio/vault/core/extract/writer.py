"""Builds the text of formats that have no text of their own (HTML, Word), with blocks and headings as it goes."""

import re
from typing import Final

from studio.vault.core.document import Block, BlockKind, Extracted, Kind, nest

__all__ = ["TextWriter"]

_SPACE: Final = re.compile(r"[ \t\r\n\f\v\u00a0]+")


class TextWriter:
    """Collects blocks; between two blocks stands one newline, around headings and before paragraphs a blank line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._headings: list[tuple[int, str, int]] = []

    @property
    def is_empty(self) -> bool:
        return not self._blocks

    def heading(self, level: int, text: str) -> None:
        title = _SPACE.sub(" ", text).strip()
        if title:
            start = self._put("heading", title, apart=True)
            self._headings.append((level, title[:300], start))

    def paragraph(self, text: str, *, apart: bool = True) -> None:
        self._put("text", _SPACE.sub(" ", text).strip(), apart=apart)

    def lines(self, text: str) -> None:
        """A paragraph whose line breaks are meant (``<br>``)."""
        self._put("text", "\n".join(_SPACE.sub(" ", line).strip() for line in text.split("\n")).strip(), apart=True)

    def row(self, cells: list[str]) -> None:
        """A table row, cells joined by " | "."""
        cleaned = [_SPACE.sub(" ", cell).strip() for cell in cells]
        if any(cleaned):
            self._put("row", " | ".join(cleaned).strip(), apart=not self._blocks or self._blocks[-1].kind != "row")

    def code(self, text: str) -> None:
        self._put("code", text.strip("\n").rstrip(), apart=True)

    def _put(self, kind: BlockKind, text: str, *, apart: bool) -> int:
        text = text.replace("\x00", "\ufffd")
        if not text.strip():
            return self._length
        if self._parts:
            gap = "\n\n" if apart else "\n"
            self._parts.append(gap)
            self._length += len(gap)
        start = self._length + len(text) - len(text.lstrip())  # code may begin with an indentation
        self._parts.append(text)
        self._length += len(text)
        self._blocks.append(Block(kind=kind, start=start, end=self._length))
        return start

    def finish(self, kind: Kind, title: str = "") -> Extracted:
        text = "".join(self._parts)
        return Extracted(
            text=text,
            kind=kind,
            title=_SPACE.sub(" ", title).strip()[:300] or next((t for level, t, _ in self._headings if level == 1), ""),
            sections=nest(self._headings, len(text)),
            blocks=tuple(self._blocks),
        )
