"""Rows of a table as statements: what a row is about, and for each further column what its heading says of it.

"Team,29,5" under "Plan,Monthly price (USD),Users" says that the plan Team costs 29 USD a month. A claim is laid on one
row and one column; two figures of a row never stand for each other.
"""

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from studio.llm.builtin.reading import Reading, key
from studio.llm.builtin.wordlists import LIGHT
from studio.llm.figures import Figure, belongs_to_figures, figures, lacking
from studio.llm.language import stem, words

_FEWEST_LINES: Final = 3
_LONGEST_CELL: Final = 80
_RULE = re.compile(r"[\s|:+-]+")
_UNIT = re.compile(r"\(([^()]{1,12})\)|\bin ([A-Za-z€$£%°]{1,6})$")
_NONE = frozenset({"none", "no", "-", "–", "—", "n/a", "never"})
_QUIET = frozenset({"past"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row with the headings of its table; the first cell names what it is about."""

    headings: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def is_heading(self) -> bool:
        return self.cells == self.headings


def rows(text: str) -> Iterator[tuple[int, int, Row]]:
    """The lines of tables in a text as (start, end, row), the heading line among them.

    Tables are runs of lines with the same number of cells, three or more, under a line without figures.
    """
    run: list[tuple[int, int, list[str]]] = []
    position = 0
    for line in [*text.splitlines(keepends=True), ""]:
        start, position = position, position + len(line)
        bare = line.strip()
        if run and bare and _RULE.fullmatch(bare):
            continue
        cells = _cells(bare)
        if not cells or (run and len(cells) != len(run[0][2])):
            yield from _table(run)
            run = []
        if cells:
            at = start + line.index(bare)
            run.append((at, at + len(bare), cells))
    yield from _table(run)


def _cells(line: str) -> list[str]:
    if line.startswith("|") or line.count(" | ") > 1:  # Markdown's rows, and those of Word and web tables
        cells = line.strip("|").split("|")
    else:
        mark = next((mark for mark in ("\t", ";", ",") if line.count(mark) > 1), "")
        if not mark or line.endswith((".", ":", "!", "?")):
            return []
        cells = next(csv.reader([line], delimiter=mark), [])
    cells = [cell.strip() for cell in cells]
    return cells if len(cells) > 2 and max(map(len, cells)) <= _LONGEST_CELL else []


def _table(run: list[tuple[int, int, list[str]]]) -> Iterator[tuple[int, int, Row]]:
    if len(run) < _FEWEST_LINES and not (len(run) == 2 and all(cell for cell in run[0][2])):
        return
    headings = tuple(run[0][2])
    if any(re.fullmatch(r"[\d.,:%\s-]*", heading) for heading in headings):
        return  # the heading line is on another page
    for start, end, cells in run:
        yield start, end, Row(headings=headings, cells=tuple(cells))


def laid_on(reading: Reading, numbers: Collection[Figure], row: Row) -> Literal["says", "denies", ""]:
    """Whether a row says a claim, of which the figures are given, says otherwise, or neither."""
    told = {token.value for token in reading.tokens if not token.bounded} - LIGHT
    about = _stems(row.cells[0])
    if not (about <= told and about | set(figures(row.cells[0]))) or lacking(figures(row.cells[0]), numbers):
        return ""
    kinds = {operator.kind for operator in reading.operators} - _QUIET
    if not kinds <= {"not"} or any(
        token.bounded and token.bounded.bound not in ("", "every") for token in reading.tokens
    ):
        return ""
    free = about | _stems(row.headings[0])
    denied = "not" in kinds
    outcomes = [_on_cell(told - free, numbers, row, n, denied=denied) for n in range(1, len(row.cells))]
    return "says" if "says" in outcomes else "denies" if "denies" in outcomes else ""


def _on_cell(
    told: set[str], numbers: Collection[Figure], row: Row, n: int, *, denied: bool
) -> Literal["says", "denies", ""]:
    heading, cell = row.headings[n], row.cells[n]
    headed = _stems(heading)
    own = _figures(heading, cell)
    given = [*own, *figures(heading), *figures(row.cells[0])]
    values = set() if own else _stems(cell)
    if cell.casefold() in _NONE:
        return "says" if denied and told == headed and not lacking(numbers, given) else ""
    if told - headed - values - (_stems(cell) if own else set()):
        return ""
    named = bool(told & headed) or bool(values)
    unlike = [
        figure for figure in lacking(numbers, given) if all(figure.unit in ("", o.unit) or not o.unit for o in own)
    ]
    if own and told & headed and len(unlike) == 1 and not denied:
        return "denies"
    if lacking(numbers, given) or lacking(own, numbers) or not values <= told or not named:
        return ""
    return "denies" if denied else "says"


def _figures(heading: str, cell: str) -> list[Figure]:
    """The figures of a cell, in the unit that its heading gives."""
    unit = _UNIT.search(heading)
    return figures(f"{cell} {unit[1] or unit[2]}" if unit and re.fullmatch(r"[\d.,\s-]+", cell) else cell)


def _stems(text: str) -> set[str]:
    """The stems of a cell's words; "Operator" also as "operated"."""
    found = set()
    for word in words(_UNIT.sub("", text)):
        if word.casefold() in ("of", "the", "a", "an", "and", "in", "on", "at", "for", "per", "to"):
            continue
        if not (word[0].isdigit() or belongs_to_figures(word)):
            found.add(stem(f"{word[:-2]}ed") if re.fullmatch(r"[A-Za-z]{4,}[eo]r", word) else key(word))
    return found
