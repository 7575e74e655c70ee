"""The evidence as the built-in teacher sees it: sentences with their words, figures and names, weighed by rarity."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from studio.llm.builtin.reading import Reading, read
from studio.llm.builtin.statements import statements
from studio.llm.builtin.tables import Row, rows
from studio.llm.figures import CITATION, Figure, figures, is_unit
from studio.llm.language import content, leaning, names, words
from studio.llm.sentences import sentences

#: Characters of the longest sentence, claim or question that is compared; comparing grows with the square of it.
LONGEST: Final = 2_000
_NUMBERED = re.compile(r"(?:^|\n)\s*(?:§\s*)?\d+(?:\.\d+)*[.)]?\s*$")
_SECTION = re.compile(r"(?:§\s*\d{1,3}|\d{1,3}(?:\.\d{1,3})+)\.?\s+(?P<next>[^\W\d_]+)")
_MARKED = re.compile(r"(?:^|\n)[ \t]*#{1,6}[ \t]+$")
_VERB = re.compile(r"\b(?:is|are|was|were|be|must|may|shall|can|will|has|have|do|does|\w+s not)\b", re.IGNORECASE)

_CHANGED = re.compile(r"\b(?:was|has been) (?:raised|increased|lowered|reduced|changed|cut) from [^,;.]{1,24}? to\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of one passage.

    heading: stems of the heading above it. around: those, and of the title and the sentence before. context: those that
    may name its subject: heading, title and, where it begins with a pronoun, the sentence before. row: of a table.
    is_foreign: not in English, so that what narrows it cannot be told.
    """

    label: str
    position: int
    text: str
    stems: frozenset[str]
    heading: frozenset[str]
    around: frozenset[str]
    context: frozenset[str]
    figures: tuple[Figure, ...]
    names: frozenset[str]
    is_heading: bool
    is_foreign: bool = False
    row: Row | None = None

    @property
    def readings(self) -> Iterator[tuple[Reading, frozenset[str]]]:
        """What it says, each with the words that may name its subject: as it stands, then the simpler statements.

        "Was raised from 50 to 200" also reads as "is 200".
        """
        whole = read(self.text)
        yield whole, self.context
        if (now := _CHANGED.sub("is", self.text)) != self.text:
            yield read(now), self.context
        if not self.is_foreign:
            opening = frozenset(token.value for token in whole.tokens if token.phrase == whole.tokens[0].phrase)
            for statement in statements(self.text):
                simple = read(statement)
                yield simple, self.context | opening if simple.leans else self.context

    @property
    def quotable(self) -> str:
        """The sentence on one line, as an answer may carry it."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class _Told:
    """What one sentence says by itself."""

    stems: frozenset[str]
    figures: tuple[Figure, ...]
    names: frozenset[str]
    leaning: int


@lru_cache(maxsize=4_096)  # a session lays the same passages before every role
def _told(text: str) -> _Told:
    return _Told(frozenset(content(text)), tuple(figures(text)), frozenset(names(text)), leaning(text))


class Evidence:
    """All sentences in order, and how rare each stem is among them."""

    def __init__(self, passages: Iterable[Mapping[str, Any]]) -> None:
        self.sentences: list[Sentence] = []
        self.titles: dict[str, str] = {}
        for passage in passages:
            self._add(str(passage["label"]), str(passage.get("title", "")), str(passage["text"]))
        titles = [frozenset(content(title)) for title in self.titles.values()]
        self._titled = frozenset.intersection(*titles) if titles else frozenset[str]()
        counts = Counter(stem for sentence in self.sentences for stem in sentence.stems)
        total = len(self.sentences)
        self._rarity = {stem: math.log(1 + (total + 1) / (0.5 + count)) for stem, count in counts.items()}
        self._unseen = math.log(1 + (total + 1) / 0.5)

    def _add(self, label: str, title: str, text: str) -> None:
        self.titles[label] = title
        titled, heading, before = frozenset(content(title)), frozenset[str](), frozenset[str]()
        is_foreign = is_foreign_text(text)
        for position, (start, end, row) in enumerate(_pieces(text)):
            piece = text[start:end]
            if len(piece) > LONGEST:
                continue
            told = _told(piece)
            stems = told.stems
            if not stems and not told.figures:
                continue
            is_heading = (row is not None and row.is_heading) or _is_heading(text, start, end)
            if is_heading:
                heading, before = stems, frozenset()
            self.sentences.append(
                Sentence(
                    label=label,
                    position=position,
                    text=piece,
                    stems=stems,
                    heading=heading,
                    around=titled | heading | before,
                    context=titled | heading | (before if row is None and read(piece).leans else frozenset()),
                    figures=told.figures,
                    names=told.names,
                    is_heading=is_heading,
                    is_foreign=told.leaning < (1 if is_foreign else 0),
                    row=row,
                )
            )
            before = stems

    def weight(self, stems: Iterable[str], *, power: int = 1) -> float:
        """Sum of the rarities of distinct stems; a stem no sentence holds weighs most.

        power: above 1 it stresses the rare ones, and what every title says counts half.
        """
        total = 0.0
        for stem in sorted(set(stems)):  # in a fixed order, so that sums are the same in every process
            rarity = self._rarity.get(stem, self._unseen)
            total += (rarity * (0.5 if power > 1 and stem in self._titled else 1.0)) ** power
        return total

    def holds(self, stem: str) -> bool:
        """Whether any sentence has a stem."""
        return stem in self._rarity

    def share(self, wanted: Sequence[str], sentence: Sentence, *, context: float = 0.6, power: int = 1) -> float:
        """How much of the wanted words a sentence covers, 0 to 1; words only around it count `context`."""
        total = self.weight(wanted, power=power)
        if not total:
            return 0.0
        inside = self.weight(set(wanted) & sentence.stems, power=power)
        beside = self.weight((set(wanted) - sentence.stems) & sentence.around, power=power)
        return (inside + context * beside) / total


def _pieces(text: str) -> list[tuple[int, int, Row | None]]:
    """The sentences of a text and the rows of its tables, in order."""
    table = list(rows(text))
    prose: list[tuple[int, int, Row | None]] = []
    begin = 0
    for start, end, _ in [*table, (len(text), len(text), None)]:
        prose.extend((begin + a, begin + b, None) for a, b in sentences(text[begin:start]))
        begin = end
    return sorted([*prose, *table], key=lambda piece: piece[0])


def _is_heading(whole: str, start: int, end: int) -> bool:
    """Good context, no evidence: a line that Markdown marks, a short one without a final mark ("2.3 Working hours"), or
    a few words behind a number ("7. Notices.")."""
    text = whole[start:end]
    if _MARKED.search(whole, max(0, start - 60), start):
        return True
    if (section := _SECTION.match(text)) and not is_unit(section["next"]):
        text = text[section.start("next") :]
    if len(text.split()) <= 5 and _NUMBERED.search(whole, max(0, start - 60), start) and not _VERB.search(text):
        return True
    return (
        len(text.split()) <= 8
        and text.rstrip()[-1:] not in ".!?;:”\"')。！？"
        and not figures(text)
        and "|" not in text
    )


def is_foreign_text(text: str) -> bool:
    """Whether the prose of a text has fewer English function words than English has: at the very least one in 25."""
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
    return 25 * leaning(prose) < len(words(prose)) - 6


def codes(names: Iterable[str]) -> set[str]:
    """Those names that hold a digit: part numbers, fault codes, versions. One of them never stands for another."""
    return {name for name in names if any(char.isdigit() for char in name)}


def bare(text: str) -> str:
    """A text without citation marks."""
    return CITATION.sub("", text)
