"""Figures with what bounds them: "up to 500 euros" and "above 500 euros" hold one figure and say two things."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from studio.llm.figures import Figure, is_unit, located

#: What may stand before a figure, strongest first; each row gives the bound and its turns of phrase.
_BEFORE_ROWS = (
    (
        "most",
        r"up to|at (?:the )?(?:very )?most|(?:no|not) (?:more|later|longer|greater|higher|larger|warmer|older) than"
        r"|(?:not|never) (?:to )?exceed(?:ing)?|max(?:imum)?(?: of)?|limited to|capped at|as (?:much|many) as|within"
        r"|(?:not|never|no) (?:above|over)|at the latest",
    ),
    (
        "least",
        r"at (?:the )?(?:very )?least|(?:no|not) (?:less|fewer|earlier|lower|sooner|shorter|colder) than"
        r"|min(?:imum)?(?: of)?|(?:not|never|no) (?:below|under)",
    ),
    ("more", r"(?:more|greater|higher|longer|larger|later|older|warmer) than|above|over|exceed(?:s|ing|ed)?|beyond"),
    ("less", r"(?:less|fewer|lower|shorter|earlier|colder|smaller) than|below|under"),
    ("about", r"about|approximately|around|roughly|some|circa|almost|nearly"),
    ("before", r"before|prior to|ahead of"),
    ("after", r"after|following"),
    ("until", r"until|till"),
    ("from", r"from|since|starting(?: on)?"),
    ("by", r"by"),
    ("every", r"(?:once )?(?:every|each)|per|once in"),
)
_LEAD = r"(?:\s+(?:the|a|an|of|each|than|twice))?\s*[$€£]?\s*$"
_BEFORE = tuple((bound, re.compile(rf"\b(?:{turns}){_LEAD}", re.IGNORECASE)) for bound, turns in _BEFORE_ROWS)
_BEHIND = tuple(
    (bound, re.compile(rf"\W{{0,2}}(?:[^\W\d]+\s+){{0,2}}(?:{turns})\b", re.IGNORECASE))
    for bound, turns in (
        (
            "most",
            r"or (?:less|fewer|lower|colder|earlier|shorter|below|under)|at (?:the )?(?:most|latest)|(?:at )?maximum",
        ),
        (
            "least",
            r"or (?:more|newer|later|higher|warmer|longer|above|over)|at (?:the )?(?:least|earliest)|(?:at )?minimum",
        ),
    )
)
_RANGE = re.compile(r"[^\w.;]{0,3}(?:[^\W\d_]+\s+|°\s?[CF]\s+)?(?:to|and|–|—|-)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+[$€£+]?\s*$", re.IGNORECASE)
_FIRM = frozenset({"most", "least", "more", "less", "before", "after", "until"})
_SAME = ({"most", "by"},)
_CODE = re.compile(r"[^\W\d_][-.]?\Z")  # what a number of a name ("RX-40") stands behind
_UNIT = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A figure, what bounds it ("" for nothing), and where figure, bound and unit stand in the text."""

    figure: Figure
    bound: str
    start: int
    end: int

    def matches(self, other: "Bounded") -> bool:
        """Whether both say the same of the same figure."""
        pair = {self.bound, other.bound}
        return self.figure.equals(other.figure) and (len(pair) == 1 or pair in _SAME)


def misbound(wanted: str, given: Iterable[str]) -> Bounded | None:
    """The first figure that one text bounds in one way ("up to") and the given texts only in another ("above")."""
    there = [other for text in given for other in bounded(text)]
    for own in bounded(wanted):
        same = [other for other in there if own.figure.equals(other.figure)]
        if own.bound in _FIRM and same and all(o.bound in _FIRM and not own.matches(o) for o in same):
            return own
    return None


def bounded(text: str) -> list[Bounded]:
    """The figures of a text (without citation marks) with their bounds, in order; "thirty (30)" is one."""
    places = [place for place in located(text) if not _CODE.search(text, 0, place[0])]
    found: list[Bounded] = []
    low = False  # whether the figure before opened a range
    for n, (start, end, figure) in enumerate(places):
        end = _past_unit(text, end)
        bound, begin = _before(text, places[n - 1][1] if n else 0, start, figure.unit)
        if figure.unit == "month" or figure.unit == "second":
            periodic = re.match(r"(?:every|each|per|a)\s|\w+ly\b", text[start:end], re.IGNORECASE)
            bound = bound or ("every" if periodic else "")
        if low:
            bound = "high"
        low = not low and n + 1 < len(places) and _opens_range(text, begin, end, places[n + 1])
        if low and bound in ("", "from", "about"):
            bound = "low"
        if not bound or bound == "from":
            bound, end = _behind(text, end, bound)
        if found and found[-1].figure == figure and text[found[-1].end : start].strip(" ()") == "":
            continue
        found.append(Bounded(figure=figure, bound=bound, start=begin, end=end))
    return found


def _past_unit(text: str, end: int) -> int:
    """Behind the unit that follows a number, if one does."""
    word = _UNIT.match(text, end + (len(text[end:]) - len(text[end:].lstrip(" -\n"))))
    return word.end() if word and is_unit(word[0]) and not (word[0] == "a" and text[end : end + 1].isspace()) else end


def _before(text: str, floor: int, start: int, unit: str) -> tuple[str, int]:
    ahead = text[max(floor, start - 40) : start]
    for bound, pattern in _BEFORE:
        match = pattern.search(ahead)
        if match and (bound != "by" or unit in ("date", "time", "year", "ordinal")):
            return bound, max(floor, start - 40) + match.start()
    return "", start


def _behind(text: str, end: int, bound: str) -> tuple[str, int]:
    for other, pattern in _BEHIND:
        if match := pattern.match(text[end : end + 40]):
            return other, end + match.end()
    return bound, end


def _opens_range(text: str, begin: int, end: int, following: tuple[int, int, Figure]) -> bool:
    joint = text[end : following[0]]
    if not re.fullmatch(r"\s*(?:to|and|–|—|-)?\s*[$€£+]?", joint, re.IGNORECASE):
        return False
    if "and" in joint.casefold():
        return bool(_BETWEEN.search(text[:begin]))
    return bool(joint.strip())
