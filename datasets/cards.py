"""A pair as a reviewer reads it: the diff in hunks, the evidence with the cited words marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datasets.models import Pair
from studio.web import diff


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some words of a passage; claim, verdict: number and verdict of the claim that quotes them, 0 for the rest."""

    text: str
    claim: int = 0
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage with its quoted words marked. verdicts: of claims that quote it; missing: quotes not found in it."""

    n: int
    title: str
    document_id: str
    start: int
    end: int
    stretches: list[Stretch]
    verdicts: list[str]
    missing: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the completion says, and what the evidence says about it. is_broken: it quotes words that stand nowhere."""

    text: str
    verdict: str
    note: str
    passages: list[int]
    is_broken: bool


class Card:
    """One pair, prepared for its template."""

    def __init__(self, pair: Pair, *, text: str | None = None) -> None:
        """text: what stands in the editor, when it is not the completion."""
        self.pair = pair
        self.text = pair.completion if text is None else text

    @cached_property
    def parts(self) -> list[diff.Part]:
        """Draft to revision, in hunks."""
        return diff.parts(diff.word_diff(self.pair.draft, self.pair.completion))

    @cached_property
    def hunks(self) -> int:
        return sum(part.hunk is not None for part in self.parts)

    @cached_property
    def evidence(self) -> list[Evidence]:
        return [_evidence(passage, self.pair.claims) for passage in self.pair.evidence]

    @cached_property
    def claims(self) -> list[Claim]:
        missing = {(passage.n, quote) for passage in self.evidence for quote in passage.missing}
        known = {passage.n for passage in self.evidence}
        return [_claim(claim, missing, known) for claim in self.pair.claims]

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong with the claims, for a chip each: verdict, and how many in words."""
        numbers = Counter(claim.verdict for claim in self.claims)
        found = [
            (name, f"{numbers[name]} {word}")
            for name, word in (("CONTRADICTED", "contradicted"), ("NOT_FOUND", "not found"))
            if numbers[name]
        ]
        broken = sum(claim.is_broken for claim in self.claims)
        return [*found, ("CONTRADICTED", f"{broken} misquoted")] if broken else found


def with_reverted(pair: Pair, hunks: Sequence[int]) -> str:
    """The completion with these hunks put back to the draft's words."""
    return diff.apply(diff.word_diff(pair.draft, pair.completion), hunks)


def _evidence(passage: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> Evidence:
    text: str = passage["text"]
    marks: list[tuple[int, int, int, str]] = []
    missing: list[str] = []
    verdicts: list[str] = []
    for number, claim in enumerate(claims, start=1):
        for quote in claim["quotes"]:
            if quote["n"] != passage["n"]:
                continue
            if claim["verdict"] not in verdicts:
                verdicts.append(claim["verdict"])
            start = _place(quote, passage)
            if start is None:
                missing.append(quote["text"])
            else:
                marks.append((start, start + len(quote["text"]), number, claim["verdict"]))
    return Evidence(
        n=passage["n"],
        title=passage["title"] or f"Passage {passage['n']}",
        document_id=passage["document_id"],
        start=passage["start"],
        end=passage["end"],
        stretches=_stretches(text, marks),
        verdicts=verdicts,
        missing=missing,
    )


def _place(quote: Mapping[str, Any], passage: Mapping[str, Any]) -> int | None:
    """Where the quote begins in the passage: as it says (in passage or document offsets), else where it stands."""
    words, text = quote["text"], passage["text"]
    if not words:
        return None
    given = quote["start"]
    for start in () if given is None else (given, given - passage["start"]):
        if start >= 0 and text.startswith(words, start):
            return int(start)
    found = text.find(words)
    return found if found >= 0 else None


def _stretches(text: str, marks: Sequence[tuple[int, int, int, str]]) -> list[Stretch]:
    """The text in marked and unmarked stretches; where marks overlap the first one wins."""
    stretches: list[Stretch] = []
    at = 0
    for start, end, claim, verdict in sorted(marks):
        start = max(start, at)
        if end <= start:
            continue
        if start > at:
            stretches.append(Stretch(text=text[at:start]))
        stretches.append(Stretch(text=text[start:end], claim=claim, verdict=verdict))
        at = end
    if at < len(text):
        stretches.append(Stretch(text=text[at:]))
    return stretches


def _claim(claim: Mapping[str, Any], missing: set[tuple[int, str]], known: set[int]) -> Claim:
    quotes = claim["quotes"]
    is_broken = any(quote["n"] not in known or (quote["n"], quote["text"]) in missing for quote in quotes)
    passages = sorted({quote["n"] for quote in quotes if quote["n"] in known})
    return Claim(
        text=claim["text"], verdict=claim["verdict"], note=claim["note"], passages=passages, is_broken=is_broken
    )
