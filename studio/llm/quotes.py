"""Find a quoted passage again in its source, exactly, or refuse it.

Whoever quotes a document (a model, a person, another program) changes small things: case, curly quotes, line
breaks, a dropped comma, "…" for a left-out middle. Both sides are folded to one plain form with a map back to the
source, and the folded quote must stand there letter for letter, from word boundary to word boundary. What carries
meaning survives folding: every letter, digit, accent and apostrophe inside a word, and every sign that belongs to a
number (``1.5`` is not ``15``, ``-5`` not ``5``, ``€5`` not ``$5``). So a changed word, a changed number or an
inserted "not" never aligns.

    source = fold(document_text)                     # once per document
    span = align("the “Fee” is 30 euro", source)     # (start, end) in document_text, or None
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["Folded", "align", "fold"]

Span = tuple[int, int]

MAX_ELISION: Final = 2_000
"""Most source characters that one "…" in a quote may stand for."""

MAX_QUOTE: Final = 20_000
"""A longer quote is refused unread."""

_MAX_PLACES: Final = 1_000  # repeats looked at for one passage; only a source made of repeats reaches it
_HYPHENS: Final = frozenset("-‐‑‒–−\u00ad")
_APOSTROPHES: Final = frozenset("'’‘ʼ＇`´")
_SPACING: Final = frozenset("—―/\\|()[]{}⁄")  # read as a gap between words
_SIGNS: Final = frozenset("%‰°^✓✔✗✘")  # kept beside currencies and mathematical symbols
_NO_SIGNS: Final = re.compile(r"[~\u2190-\u21ff\u27f0-\u27ff\u2900-\u297f]")  # arrows are written in many ways
_ELLIPSIS: Final = re.compile(r"[\[(] ?(?:…|\.{3,}+|\. \. \.) ?[\])]|…|\.{3,}+|\. \. \.")
_NEGATION: Final = re.compile(r"\b(?:not|never|no|cannot|\w+n't|nicht|kein\w{0,2}|nie|niemals)\b")
_SENTENCE_END: Final = re.compile(r"[.!?。！？][\"'”’)\]]*(?:\s|$)|\n\s*\n")
_MARKS: Final = "\"'“”„‘’‚«».,;:!?()[]{}*_`#。，！？「」"
_LINE_BREAK: Final = re.compile(r"[ \t]*\r?\n[ \t]*(?=[^\W\d_])")
_QUOTED_LINE: Final = re.compile(r"(?:\A|\n)[ \t>]*\Z")
_THOUSANDS: Final = re.compile(r",\d{3}(?!\d)")
UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A text with its folded form.

    source: the text as it stands. text: the folded form, words separated by single spaces.
    offsets: for each character of ``text`` the index in ``source`` of the character it came from.
    """

    source: str
    text: str
    offsets: Sequence[int]


@lru_cache(maxsize=8192)
def _plain(char: str) -> tuple[str, str]:
    """(role, folded form) of one character; roles: w word, d digit, s space, a apostrophe, h hyphen, p other
    punctuation, g sign that stands alone, x nothing."""
    if char in _HYPHENS:
        return ("x", "") if char == "\u00ad" else ("h", "-")
    if char in _APOSTROPHES:
        return "a", "'"
    if char.isspace() or char in _SPACING:
        return "s", " "
    category = unicodedata.category(char)
    if char in _SIGNS or category == "Sc" or (category == "Sm" and not _NO_SIGNS.match(char)):
        return "g", unicodedata.normalize("NFKC", char)
    if category[0] == "C":
        return "x", ""
    form = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).replace("⁄", "/")
    if category == "No":  # superscripts, fractions and circled numbers must not melt into the number before them
        kind = unicodedata.decomposition(char).partition(">")[0]
        return ("g", f"^ {form}") if kind == "<super" else ("d", form) if kind == "<sub" else ("g", form)
    if category[0] == "N":
        return "d", form
    kept = "".join(x for x in form if unicodedata.category(x)[0] in "LMN")
    if kept:
        return ("g" if category[0] == "S" else "w"), kept
    return "p", (form if form.isascii() and len(form) == 1 else "")


def fold(text: str) -> Folded:
    """Fold a text: compatibility forms, case, quotes, dashes, soft hyphens, white space and punctuation.

    A word that is hyphenated over a line break is joined; a punctuation mark inside a number is kept, except a comma
    between thousands. Cost: about 0.4 µs a character, linear.
    """
    out: list[str] = []
    offsets = array("L")
    gap = False  # a space is owed before the next character

    def put(form: str, at: int, *, apart: bool = False) -> None:
        nonlocal gap
        if (gap or apart) and out and out[-1] != " ":
            out.append(" ")
            offsets.append(at)
        for x in form:
            out.append(x)
            offsets.append(at)
        gap = apart

    before = ""  # role of the last source character that was not "nothing"
    joined_to = 0  # white space up to here belongs to a hyphenation
    for at, char in enumerate(text):
        role, form = _plain(char)
        if role == "x" or at < joined_to:
            continue
        if role in "wd":
            put(form, at)
        elif role == "s":
            gap = True
        elif role == "g":
            if char == ">" and _QUOTED_LINE.search(text, max(0, at - 40), at):
                gap = True  # the mark of a quoted line in Markdown or a mail
            else:
                put(form, at, apart=True)
        else:
            after = _role(text, at + 1)
            if before == "d" and after == "d":
                if not _THOUSANDS.match(text, at):
                    put(form or "·", at)
            elif role == "h":
                if before != "w" and before != "d" and after == "d":
                    put("-", at)
                elif before == "w":
                    joined_to = _hyphenation_end(text, at + 1)
            elif role == "a":
                if before == "w" and after == "w":
                    put("'", at)
            elif {before, after} == {"w", "d"}:
                gap = True
        before = role
    return Folded(source=text, text="".join(out), offsets=offsets)


def _role(text: str, at: int) -> str:
    """Role of the first character from ``at`` that folding does not drop unseen; "s" past the end."""
    while at < len(text):
        role = _plain(text[at])[0]
        if role != "x":
            return role
        at += 1
    return "s"


def _hyphenation_end(text: str, at: int) -> int:
    """Where a word goes on after a hyphen at a line's end; ``at`` itself when no letter follows the break."""
    found = _LINE_BREAK.match(text, at)
    return found.end() if found and text[found.end()].islower() else at


def align(quote: str, source: Folded, *, prefer: Span | None = None) -> Span | None:
    """Where a quote stands in ``source.source`` as (start, end), or None when it does not stand there verbatim.

    prefer: a span of the source (the passage the writer was shown) that decides between repeats; the place that
    overlaps it most wins, then the nearest, then the first. "…", "..." and "[…]" inside the quote stand for at most
    2,000 left-out characters, which may not hide a negation within a sentence. Passages of fewer than three letters
    or digits (two in scripts without spaces) prove nothing and are refused.
    """
    if len(quote) > MAX_QUOTE:
        return None
    quote = quote.strip()
    whole = fold(quote).text.strip()
    if _letters(whole) >= (2 if UNSPACED.search(whole) else 3):
        spans = list(_places(whole, source))
        if spans:
            return _with_punctuation(_preferred(_identical(spans, quote, source) or spans, prefer), quote, source)
    parts = [part for part in map(str.strip, _ELLIPSIS.split(quote)) if part]
    if parts == [quote] or not parts:
        return None
    if len(parts) == 1:  # the dots stood at an end only
        return align(parts[0], source, prefer=prefer)
    folded = [fold(part).text.strip() for part in parts]
    if not all(_is_substantial(part) for part in folded):
        return None
    elided = list(_elided_places(folded, source))
    return _with_punctuation(_preferred(elided, prefer), quote, source) if elided else None


def _letters(folded: str) -> int:
    return sum(x.isalnum() for x in folded)


def _is_substantial(folded: str) -> bool:
    """Long enough to be one end of a quote with a left-out middle: two words and eight characters."""
    return len(folded) >= 4 if UNSPACED.search(folded) else len(folded) >= 8 and " " in folded


def _places(needle: str, source: Folded, begin: int = 0) -> Iterator[Span]:
    """Spans of the source where a folded passage stands between word boundaries, in order."""
    text, at = source.text, begin - 1
    for _ in range(_MAX_PLACES):
        at = text.find(needle, at + 1)
        if at < 0:
            return
        end = at + len(needle)
        if _is_bounded(text, at, end):
            yield source.offsets[at], source.offsets[end - 1] + 1


def _is_bounded(text: str, start: int, end: int) -> bool:
    """Whether a match neither begins nor ends inside a word or a number."""
    return not (_sticks(text, start) or _sticks(text, end))


def _sticks(text: str, at: int) -> bool:
    """Whether the characters on both sides of a position belong together."""
    if at <= 0 or at >= len(text):
        return False
    left, right = text[at - 1], text[at]
    if left == " " or right == " ":
        return False
    if unicodedata.combining(right):
        return True
    return not (UNSPACED.match(left) or UNSPACED.match(right))


def _identical(spans: list[Span], quote: str, source: Folded) -> list[Span]:
    """Those places that hold the quote character for character, when some do."""
    core = quote.strip(_MARKS)
    return [(start, end) for start, end in spans if source.source.startswith(core, start)]


def _with_punctuation(span: Span, quote: str, source: Folded) -> Span:
    """Widen a match over what stands before and after the quote's words, as far as the source has it too."""
    lead = fold(quote).offsets[0]
    if source.source.startswith(quote, span[0] - lead) and span[0] >= lead:
        return span[0] - lead, span[0] - lead + len(quote)
    start, end = span
    for char in reversed(quote[: len(quote) - len(quote.lstrip(_MARKS))]):
        if start > 0 and source.source[start - 1] == char:
            start -= 1
    for char in quote[len(quote.rstrip(_MARKS)) :]:
        if end < len(source.source) and source.source[end] == char:
            end += 1
    return start, end


def _elided_places(parts: list[str], source: Folded) -> Iterator[Span]:
    """Places where the parts follow each other with at most MAX_ELISION characters left out between two."""
    for first in _places(parts[0], source):
        start, end = first
        for part in parts[1:]:
            following = _next_place(part, source, end)
            if following is None or _hides_negation(source.source[end : following[0]]):
                break
            end = following[1]
        else:
            yield start, end


def _next_place(part: str, source: Folded, end: int) -> Span | None:
    """The nearest place of a part at or after the source offset ``end``, within MAX_ELISION."""
    low, high = 0, len(source.offsets)
    while low < high:  # bisect: offsets never decrease
        middle = (low + high) // 2
        low, high = (middle + 1, high) if source.offsets[middle] < end else (low, middle)
    span = next(_places(part, source, low), None)
    return span if span is not None and span[0] - end <= MAX_ELISION else None


def _hides_negation(left_out: str) -> bool:
    """Whether the left-out text could turn the sentence round: a negation and no sentence end."""
    return not _SENTENCE_END.search(left_out) and bool(_NEGATION.search(left_out.replace("’", "'").casefold()))


def _preferred(spans: list[Span], prefer: Span | None) -> Span:
    if prefer is None:
        return spans[0]
    low, high = prefer

    def rank(span: Span) -> tuple[int, int, int]:
        overlap = min(span[1], high) - max(span[0], low)
        return -max(overlap, 0), max(-overlap, 0), span[0]

    return min(spans, key=rank)
