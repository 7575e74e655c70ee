"""What extraction hands on: the text, and where its parts stand in it."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypedDict, cast

__all__ = ["KINDS", "Block", "BlockKind", "Extracted", "ExtractedJSON", "Kind", "Section", "nest"]

Kind = Literal["txt", "md", "html", "pdf", "docx", "csv"]
KINDS: Final[tuple[Kind, ...]] = ("txt", "md", "html", "pdf", "docx", "csv")

BlockKind = Literal["heading", "text", "row", "code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a paragraph or list item ("text"), a table row or a piece of code: ``text[start:end]``."""

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and all text under it, deeper headings included. level: 1 is the outermost."""

    level: int
    title: str
    start: int
    end: int


class ExtractedJSON(TypedDict):
    """The form in which a result leaves the reading process."""

    text: str
    kind: Kind
    title: str
    pages: list[int]
    sections: list[tuple[int, str, int, int]]
    blocks: list[tuple[BlockKind, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a file.

    text: newlines are ``\\n``; for txt, md and csv it is the decoded source itself, so offsets are those of the source.
    title: the file's own title, or "". pages: offset at which each page starts (PDF only, else empty).
    sections: in order of their start. blocks: in order, without overlap, holding every non-blank character.
    """

    text: str
    kind: Kind
    title: str = ""
    pages: tuple[int, ...] = ()
    sections: tuple[Section, ...] = ()
    blocks: tuple[Block, ...] = ()

    def page(self, offset: int) -> int | None:
        """Number of the page an offset lies on, counted from 1; None when the file has no pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def to_json(self) -> ExtractedJSON:
        return {
            "text": self.text,
            "kind": self.kind,
            "title": self.title,
            "pages": list(self.pages),
            "sections": [(s.level, s.title, s.start, s.end) for s in self.sections],
            "blocks": [(b.kind, b.start, b.end) for b in self.blocks],
        }

    @classmethod
    def from_json(cls, data: object) -> "Extracted":
        """The inverse of to_json. Raises ValueError, KeyError or TypeError for any other shape."""
        if not isinstance(data, dict):
            raise TypeError("not an object")
        raw = cast(ExtractedJSON, data)
        if raw["kind"] not in KINDS:
            raise ValueError("unknown kind")
        return cls(
            text=raw["text"],
            kind=raw["kind"],
            title=raw["title"],
            pages=tuple(raw["pages"]),
            sections=tuple(Section(level=a, title=b, start=c, end=d) for a, b, c, d in raw["sections"]),
            blocks=tuple(Block(kind=a, start=b, end=c) for a, b, c in raw["blocks"]),
        )


def nest(headings: Iterable[tuple[int, str, int]], length: int) -> tuple[Section, ...]:
    """Sections from headings (level, title, start) in order: each ends where one of its level or above begins."""
    found: Sequence[tuple[int, str, int]] = list(headings)
    ends = [length] * len(found)
    open_: list[int] = []
    for index, (level, _, start) in enumerate(found):
        while open_ and found[open_[-1]][0] >= level:
            ends[open_.pop()] = start
        open_.append(index)
    return tuple(
        Section(level=level, title=title, start=start, end=end)
        for (level, title, start), end in zip(found, ends, strict=True)
    )
