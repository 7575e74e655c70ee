"""Printed pages put back into running text: without what repeats at their edges, with headings and paragraphs."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Final, Literal

__all__ = ["Line", "Piece", "arrange"]

_EDGE: Final = 3  # lines at the top and at the bottom of a page among which running headers and footers are looked for
_LEAST: Final = 3  # pages on which a line must stand to be one
_MAX_HEADING: Final = 100
_HEADING_LINES: Final = 3  # more lines in a row in large or bold type are text

_OF: Final = r"(?:/|of|von|de|sur|di|van)"
_PAGE: Final = re.compile(  # a page number that says that it is one: "Page 3", "3 of 12", "- 3 -", "3"
    rf"\b(?:page|pg\.?|p\.|seite|s\.|página|pagina|sida|side)\s*(\d{{1,5}})(?:\s*{_OF}\s*\d{{1,5}})?\b"
    rf"|\b(\d{{1,5}})\s*{_OF}\s*\d{{1,5}}\b|^\W*(\d{{1,5}})\W*$",
    re.I,
)
_AT_END: Final = re.compile(r"^(\d{1,5})\s|\s(\d{1,5})$")  # a number that may be one: "12 Mounting", "Mounting 13"
_NUMBERED: Final = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,4}\s+[^\W\d_]")
_ENDS: Final = re.compile(r"""[.!?…。！？]["'”’»)\]]*$""")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """A line as it is printed. size: height of its letters, top and bottom: its place, in points from the page's
    bottom; all three are 0 where nothing was measured."""

    text: str
    size: float = 0.0
    bold: bool = False
    top: float = 0.0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A line of the running text. gap: what stands before it, "" at the start. level: from 1 for a heading, else 0."""

    text: str
    gap: Literal["", "\n", "\n\n"]
    level: int = 0


def arrange(pages: Sequence[Sequence[Line]]) -> list[list[Piece]]:
    """The running text of each page.

    A line that repeats at the same edge of at least three pages and of most is kept once, where it first stands; bare
    page numbers go. Nothing else is left out. Headings stand alone; a sentence goes on over the end of a page.
    """
    kept, alone = _without_repeats([[line for line in page if line.text.strip()] for page in pages])
    levels = _heading_levels([[line for line in page if line not in alone] for page in kept])
    alone |= levels.keys()
    usual = _usual_gap(kept)
    arranged: list[list[Piece]] = []
    before: Line | None = None
    for page in kept:
        pieces: list[Piece] = []
        for line in page:
            level = levels.get(line, 0)
            gap: Literal["", "\n", "\n\n"] = "\n\n"
            if before is None:
                gap = ""
            elif pieces and level and pieces[-1].level == level and _goes_on(before, line, usual):
                gap = "\n"
            elif before not in alone and line not in alone:
                gap = "\n\n" if _new_paragraph(before, line, usual if pieces else None) else "\n"
            pieces.append(Piece(text=line.text, gap=gap, level=level))
            before = line
        arranged.append(pieces)
    return arranged


def _without_repeats(pages: list[list[Line]]) -> tuple[list[list[Line]], set[Line]]:
    """The pages without repeated lines, and the lines at their edges that stand alone."""
    least = max(_LEAST, sum(1 for page in pages if page) // 2 + 1)
    edges = [
        [*(("top", line) for line in page[:_EDGE]), *(("bottom", line) for line in page[-_EDGE:])] for page in pages
    ]
    numbers = {line: found for edge in edges for _, line in edge if (found := _page_number(line.text))}
    counts: Counter[tuple[str, int]] = Counter()  # pages on which a number at an edge runs with the pages
    for index, edge in enumerate(edges):
        counts.update({(side, numbers[line].value - index) for side, line in edge if line in numbers})

    def wording(index: int, side: str, line: Line) -> tuple[str, bool]:
        """The line without its page number, and whether it has one."""
        number = numbers.get(line)
        if number and counts[side, number.value - index] >= least:
            return number.rest, True
        return _bare(line.text) or line.text.strip(), False

    words: Counter[tuple[str, str]] = Counter()
    for index, edge in enumerate(edges):
        words.update({(side, wording(index, side, line)[0]) for side, line in edge})
    alone: set[Line] = set()
    told: set[str] = set()
    out: list[list[Line]] = []
    for index, (page, edge) in enumerate(zip(pages, edges, strict=True)):
        dropped: set[Line] = set()
        for side, line in edge:
            rest, counted = wording(index, side, line)
            repeated = not rest or words[side, rest] >= least  # no rest: a bare page number
            if line in alone or not (counted or repeated):
                continue
            if repeated and (not counted or numbers[line].certain) and (not rest or rest in told):
                dropped.add(line)
            alone.add(line)
            told.add(rest)
        out.append([line for line in page if line not in dropped])
    return out, alone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """What may be a page number. rest: the line without it. certain: it says so, or there is nothing else."""

    value: int
    rest: str
    certain: bool


def _page_number(text: str) -> _Number | None:
    certain = _PAGE.search(text)
    found = certain or _AT_END.search(text)
    if found is None:
        return None
    value = int(next(group for group in found.groups() if group))
    return _Number(value=value, rest=_bare(text[: found.start()] + " " + text[found.end() :]), certain=bool(certain))


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(" -–—|·•.,:/").casefold()


def _heading_levels(pages: Sequence[Sequence[Line]]) -> dict[Line, int]:
    """Levels of the lines that are headings: larger or bolder than the text, else numbered and between sentences."""
    styles: Counter[tuple[float, bool]] = Counter()
    for page in pages:
        for line in page:
            styles[line.size, line.bold] += len(line.text)
    if not styles:
        return {}
    (size, bold), _ = styles.most_common(1)[0]
    found: list[Line] = []
    for page in pages:
        for style, run in groupby(page, key=lambda line: (_stands_out(line, size, bold), line.size, line.bold)):
            lines = list(run)
            if style[0] and len(lines) <= _HEADING_LINES and _reads_as_heading(" ".join(line.text for line in lines)):
                found += lines
        found += [
            line
            for before, line, after in zip([None, *page], page, page[1:], strict=False)
            if not _stands_out(line, size, bold) and _is_numbered(before, line, after)
        ]
    sizes = sorted({line.size for line in found if line.size > size * 1.1}, reverse=True)
    return {
        line: (sizes.index(line.size) if line.size in sizes else len(sizes) + _depth(line.text)) + 1 for line in found
    }


def _stands_out(line: Line, size: float, bold: bool) -> bool:
    return line.size > 0 and (line.size > size * 1.1 or (line.bold and not bold and line.size > size * 0.95))


def _depth(text: str) -> int:
    number = _NUMBERED.match(text.strip())
    return number[0].count(".") if number else 0


def _reads_as_heading(text: str) -> bool:
    return len(text) <= _MAX_HEADING and any(char.isalpha() for char in text) and text.rstrip()[-1] not in ".,;:…"


def _is_numbered(before: Line | None, line: Line, after: Line) -> bool:
    """ "3 Mounting" between whole sentences."""
    text = line.text.strip()
    return (
        len(text.split()) <= 8
        and bool(_NUMBERED.match(text))
        and _reads_as_heading(text)
        and not _ENDS.search(text)
        and (before is None or bool(_ENDS.search(before.text.rstrip())))
        and not after.text.lstrip()[:1].islower()
        and not _NUMBERED.match(after.text.strip())
    )


def _goes_on(before: Line, line: Line, usual: float) -> bool:
    """Whether a line is the second line of the heading before it."""
    same = before.size == line.size > 0 and before.bold == line.bold
    return same and not _NUMBERED.match(line.text.strip()) and not _is_apart(before, line, usual)


def _usual_gap(pages: Sequence[Sequence[Line]]) -> float:
    gaps = [a.bottom - b.top for page in pages for a, b in pairwise(page) if a.size and b.size and a.bottom > b.bottom]
    return median(gaps) if gaps else 0.0


def _new_paragraph(before: Line, line: Line, usual: float | None) -> bool:
    """Whether a paragraph begins with a line. usual: space between two lines, None at the start of a page."""
    if line.text.lstrip()[:1].islower():
        return usual is None and bool(_ENDS.search(before.text.rstrip()))
    if usual is None:
        return True
    return _is_apart(before, line, usual)


def _is_apart(before: Line, line: Line, usual: float) -> bool:
    """Whether there is more space between two lines than usual, by the half of a small letter."""
    return bool(before.size and line.size) and before.bottom - line.top > usual + 0.4 * line.size
