"""Turns an answer with marks into an answer with citations, each proved word for word in a passage, or removed.

A citation is shown only if the words it rests on stand verbatim (after folding, `studio.llm.quotes`) in a passage the
model was given; its place is exact offsets into the document. The words are those the model quoted; where it gave
none, the statement itself, if it is a copy. Marks that prove nothing leave the text and are counted.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from studio.chat.core.markers import LONGEST_QUOTE, Code, Mark, Piece, Script, read
from studio.llm.quotes import Folded, align, fold
from studio.llm.sentences import sentences

_SHOWN_AS_MARK: Final = re.compile(r"\[\d{1,3}(?:\s*,\s*\d{1,3}){0,9}\]")
_WORD: Final = re.compile(r"\w+")
_MOST_CHARACTERS: Final = 60_000
_FEWEST_WORDS: Final = 4  # a statement shorter than this stands anywhere and proves nothing by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document that the model was given: `text` is exactly the document's text[start:end].

    ranks: its place in each leg of the search that found it, by the leg's name.
    """

    label: int
    document_id: str
    chunk_id: int
    title: str
    start: int
    end: int
    text: str
    score: float = 0.0
    ranks: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_hit(cls, label: int, hit: Mapping[str, Any]) -> Self:
        """The passage of a search result."""
        return cls(
            label=label,
            document_id=str(hit["document_id"]),
            chunk_id=int(hit["chunk_id"]),
            title=str(hit["title"]),
            start=int(hit["start"]),
            end=int(hit["end"]),
            text=str(hit["text"]),
            score=float(hit["score"]),
            ranks=dict(hit.get("ranks", {})),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A proved citation: the number in the text and the document's own words, text[start:end] == quote."""

    n: int
    document_id: str
    chunk_id: int
    title: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A mark that proved nothing: the label the model named and the words it gave ("" when none)."""

    label: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """An answer fit to be shown: every `[n]` outside code is the number of one of the citations.

    removed: only known at the end of an answer, empty before.
    """

    text: str
    citations: tuple[Citation, ...]
    removed: tuple[Removed, ...]


class Composer:
    """Composes the answers to one question, over and over while they stream in; remembers what it has looked up."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = {passage.label: passage for passage in passages}
        self._folded: dict[int, Folded] = {}
        self._known: dict[tuple[int, str], tuple[int, int, int] | None] = {}

    def compose(self, raw: str, *, done: bool) -> Composed:
        """The answer as it may be shown. done=False: it still streams in, undecided marks wait unseen."""
        script = read(raw[:_MOST_CHARACTERS], done=done)
        said = _statements(script.pieces)
        citations: dict[tuple[str, int, int], Citation] = {}
        removed: list[Removed] = []
        out: list[str | Code | int] = []
        used: set[int] = set()
        for index, piece in enumerate(script.pieces):
            if not isinstance(piece, Mark):
                out.append(piece)
                continue
            numbers: list[int] = []
            for label in piece.labels:
                quotes = [piece.quote] if piece.quote else _from_block(script, label, said[index], used)
                place = self._first(label, quotes or said[index])
                if place is not None:
                    numbers.append(self._citation(place, citations).n)
                elif done:
                    removed.append(Removed(label=label, quote=quotes[0] if quotes else ""))
            out.extend(dict.fromkeys(numbers) or [0])
        return Composed(text=_joined(out).strip(), citations=tuple(citations.values()), removed=tuple(removed))

    def _first(self, label: int, candidates: Sequence[str]) -> tuple[int, int, int] | None:
        return next((place for words in candidates if (place := self._place(label, words)) is not None), None)

    def _place(self, label: int, words: str) -> tuple[int, int, int] | None:
        """(label, start, end) within a passage: the named one first, then any other that holds the words."""
        key = (label, words)
        if key not in self._known:
            self._known[key] = None
            for other in sorted(self._passages, key=lambda one: (one != label, one)):
                if other not in self._folded:
                    self._folded[other] = fold(self._passages[other].text)
                if span := align(words, self._folded[other]):
                    self._known[key] = (other, *span)
                    break
        return self._known[key]

    def _citation(self, place: tuple[int, int, int], citations: dict[tuple[str, int, int], Citation]) -> Citation:
        label, start, end = place
        passage = self._passages[label]
        key = (passage.document_id, passage.start + start, passage.start + end)
        if key not in citations:
            citations[key] = Citation(
                n=len(citations) + 1,
                document_id=passage.document_id,
                chunk_id=passage.chunk_id,
                title=passage.title,
                start=key[1],
                end=key[2],
                quote=passage.text[start:end],
            )
        return citations[key]


def compose(raw: str, passages: Sequence[Passage], *, done: bool = True) -> Composed:
    """One answer, composed once."""
    return Composer(passages).compose(raw, done=done)


def renumbered(text: str, numbers: Mapping[int, int]) -> str:
    """A composed answer whose citations have the numbers of another list; those without a new number are removed."""
    out: list[str | Code | int] = []
    for piece in read(text, done=True).pieces:
        out.extend((numbers.get(label, 0) for label in piece.labels) if isinstance(piece, Mark) else (piece,))
    return _joined(out)


def _from_block(script: Script, label: int, said: Sequence[str], used: set[int]) -> list[str]:
    """The quotes that the block gives for a label, the one most like the statement first, unused ones before used."""
    about = set(_WORD.findall(" ".join(said).casefold()))

    def rank(index: int) -> tuple[bool, int, int]:
        shared = about & set(_WORD.findall(script.quotes[index][1].casefold()))
        return index in used, -len(shared), index

    found = sorted((i for i, (named, _) in enumerate(script.quotes) if named == label), key=rank)
    used.update(found[:1])
    return [script.quotes[index][1] for index in found]


def _statements(pieces: Sequence[Piece]) -> dict[int, list[str]]:
    """For each mark, by its index, what it stands behind: the words up to it, and its whole sentence."""
    plain = ""
    places: list[tuple[int, int]] = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, Mark):
            plain = plain.rstrip(" \t")
            places.append((index, len(plain)))
        else:
            plain += piece.text if isinstance(piece, Code) else piece
    spans = sentences(plain) if places else []
    starts = [start for start, _ in spans]
    found: dict[int, list[str]] = {}
    before = 0
    for index, at in places:
        behind = bisect_left(starts, at)
        start, end = spans[behind - 1] if behind else (at, at)
        candidates = {plain[start:end]: 0, plain[start:at]: 0, plain[max(start, before) : at]: 0}
        found[index] = [words for words in candidates if _is_telling(words)]
        before = at
    return found


def _is_telling(words: str) -> bool:
    return len(words) <= LONGEST_QUOTE and len(_WORD.findall(words)) >= _FEWEST_WORDS


def _joined(out: Sequence[str | Code | int]) -> str:
    """The text with its numbers; a 0 is a removed mark, which takes the space before it along."""
    text = ""
    run = ""  # text since the last number or code
    for piece in out:
        if isinstance(piece, str):
            run += piece
        elif piece == 0:
            run = run.rstrip(" \t")
        else:
            text = _with_run(text, run) + (piece.text if isinstance(piece, Code) else f"[{piece}]")
            run = ""
    return _with_run(text, run)


def _with_run(text: str, run: str) -> str:
    """Append a run of plain text, in which nothing that reads like a mark may remain, nor make a link of one."""
    while (cleaned := _SHOWN_AS_MARK.sub("", run)) != run:
        run = cleaned
    return f"{text} {run}" if text.endswith("]") and run.startswith("(") else text + run
