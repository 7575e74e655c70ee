"""Split text into sentences, each as exact offsets into the text.

Rules instead of a model: end marks with their closing quotes, minus abbreviations, initials, decimals and ellipses;
blank lines, headings, list items and table rows always end a sentence, a plain line break does not. Works for spaced
scripts with Latin end marks and for full-width marks (。！？); unknown scripts fall back to lines and paragraphs.
"""

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["sentences"]

Span = tuple[int, int]

MARKER: Final = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]+|(?:>[ \t]?)+|[-*+•‣▪●◦–][ \t]+|\(?(?:\d{1,3}[.)]|[a-z][.)]|[A-Z]\))[ \t]+)"
)
"""What stands before the words of a heading, a quotation or a list item."""

_RULE: Final = re.compile(r"[-=_*~`:|+ \t]+$")  # underlines, dividers, fences, table rules: no words at all
_ROW: Final = re.compile(r"[ \t]*\|")
_HEADING: Final = re.compile(r"[ \t]*#{1,6}[ \t]")
_END: Final = re.compile(
    # Possessive runs, tried from their first character only: linear on any input.
    r"""(?<![.!?…])(?P<mark>[.!?…]++)[*_]*+["'”’»)\]]*+[*_]*+(?=\s)   # a mark, what closes around it, white space
      | [。！？｡]++[」』”’）】]*+                                       # full-width marks need no space
    """,
    re.VERBOSE,
)
_NEXT: Final = re.compile(r"\s*[\"'“‘«(\[*_]*(\w{1,24})?")
_LAST_WORD: Final = re.compile(r"[^\s(\[\"“‘']*$")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_NEVER_ENDS: Final = _words(
    "mr mrs ms dr prof st mt hon rev gen col sen rep gov capt lt sgt messrs",
    "vs viz e.g i.e eg ie cf ca approx resp bzw sog z.b d.h u.a vgl nr str",
)
_NUMBERED: Final = _words(  # an abbreviation only before a number
    "no nos ext fig figs sec sect art arts p pp vol vols ch chap eq eqs par para cl ref refs tab app item abs kap",
    "ziff",
)
_MAY_END: Final = _words(  # end a sentence when the next word is a usual first word
    "inc ltd co corp plc llc jr sr al etc est dept univ ed eds",
    "jan feb mar apr jun jul aug sep sept oct nov dec",
)
_OPENERS: Final = _words(
    "a an and as at but by each every for from he her his however i if in it its no not on once one our she since so",
    "some such that the their then there these they this those to under we what when where while who why with you your",
    "der die das ein eine es er sie wir und im am le la les il elle el los las un une una",
)


def sentences(text: str) -> list[Span]:
    """Sentence spans (start, end) in order, without overlap, trimmed of white space.

    Every letter is inside exactly one span; list and heading markers and lines without any word are in none.
    """
    return [span for start, end in _paragraphs(text) for span in split_paragraph(text, start, end)]


def _paragraphs(text: str) -> Iterator[Span]:
    """Runs of lines that may share a sentence, without their leading markers."""
    begin: int | None = None
    end = position = 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        marker = MARKER.match(line)
        alone = bool(_ROW.match(line) or _HEADING.match(line))
        wordless = not line.strip() or bool(_RULE.match(line.rstrip()))
        if begin is not None and (marker or alone or wordless):
            yield begin, end
            begin = None
        if wordless:
            continue
        if begin is None:
            begin = start + (marker.end() if marker else 0)
        end = position
        if alone:
            yield begin, end
            begin = None
    if begin is not None:
        yield begin, end


def split_paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    """Sentence spans inside ``text[start:end]``, which is known to be one paragraph."""
    begin = start
    for found in _END.finditer(text, start, end):
        if found["mark"] is None or _ends(text, found, end):
            yield from _trimmed(text, begin, found.end())
            begin = found.end()
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _ends(text: str, found: re.Match[str], end: int) -> bool:
    """Whether a mark with white space behind it really ends its sentence."""
    ahead = _NEXT.match(text, found.end(), end)
    word = (ahead[1] or "") if ahead else ""
    if word[:1].islower():
        return False
    if found["mark"] != ".":
        return True
    before = _LAST_WORD.search(text, max(0, found.start() - 24), found.start())
    last = before[0] if before else ""
    key = last.casefold()
    if key in _NEVER_ENDS:
        return False
    if key in _NUMBERED:
        return not word[:1].isdigit()
    initial = len(last) == 1 and last.isalpha() and last != "I"
    if key in _MAY_END or initial or re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", last):
        return not word or word.casefold() in _OPENERS
    return True
