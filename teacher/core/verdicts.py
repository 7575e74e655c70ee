"""The machine's word after the model's: a verdict stands only if its quotes do.

A model may say SUPPORTED about anything. Here each quote is looked up in the evidence, the claim in the candidate, and
figures and names of a supported claim in the quoted sentences. What does not stand is downgraded, never the other
way round; sentences that no claim speaks of count against the candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from studio.llm.figures import CITATION, figures, lacking
from studio.llm.language import content, spelled
from studio.llm.quotes import UNSPACED, Folded, align, fold
from studio.llm.schemas import ClaimKind, SaidClaim, SaidQuote, Verdict
from studio.llm.sentences import sentences
from teacher.core.gaps import gap, is_english

LEAST_QUOTE_WORDS = 3
LEAST_LEFT_OUT = 4  # words of a sentence that no claim repeats, for it to say something more
_VIEW_WORDS = """i we my our me us personally think believe find feel hope recommend suggest please seems arguably
    opinion view"""
_OWN_VIEW = frozenset(_VIEW_WORDS.split())
_WORST: tuple[Verdict, ...] = ("CONTRADICTED", "NOT_FOUND", "SUPPORTED", "NOT_CHECKABLE")
Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One numbered piece of evidence: label "1", "2", …, its title and its text.

    document_id, offset: where the text stands in a stored document; empty and 0 when it comes from none.
    """

    label: str
    title: str
    text: str
    document_id: str = ""
    offset: int = 0

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def spans(self) -> list[Span]:
        return sentences(self.text)

    def around(self, span: Span) -> str:
        """The whole sentences that a span touches."""
        touched = [s for s in self.spans if s[0] < span[1] and span[0] < s[1]] or [span]
        return self.text[min(touched[0][0], span[0]) : max(touched[-1][1], span[1])]

    def as_data(self) -> dict[str, str]:
        """What a model is given; where the text comes from is none of its business."""
        return {"label": self.label, "title": self.title, "text": self.text}

    def quote(self, start: int, end: int) -> "StandingQuote":
        """The words at a place of this passage."""
        return StandingQuote(passage=self, start=start, end=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingQuote:
    """A quote that was found: its passage and the span in the passage's text."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words as they stand there."""
        return self.passage.text[self.start : self.end]

    def as_data(self) -> dict[str, Any]:
        """JSON form; start and end count in the whole document where the passage comes from one."""
        passage = self.passage
        return {
            "label": passage.label,
            "title": passage.title,
            "document_id": passage.document_id,
            "start": passage.offset + self.start,
            "end": passage.offset + self.end,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedClaim:
    """A claim with the verdict that stands. span: where it is in the candidate. note: why it was downgraded, if so."""

    id: str
    text: str
    kind: ClaimKind
    span: Span
    verdict: Verdict
    quotes: tuple[StandingQuote, ...]
    why: str
    downgraded: bool = False
    note: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "text": self.text,
            "kind": self.kind,
            "span": list(self.span),
            "verdict": self.verdict,
            "quotes": [quote.as_data() for quote in self.quotes],
            "why": self.why,
            "downgraded": self.downgraded,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedClaims:
    """All claims of one candidate. uncovered: spans of its sentences that no claim speaks of.
    invented: claims the model listed that the candidate does not make."""

    claims: tuple[CheckedClaim, ...]
    uncovered: tuple[Span, ...]
    invented: int

    def count(self, verdict: Verdict) -> int:
        return sum(claim.verdict == verdict for claim in self.claims)

    @property
    def contradicted(self) -> int:
        return self.count("CONTRADICTED")

    @property
    def grounding(self) -> float:
        """Supported share of all that needed support, 0 to 1; 0 when nothing did."""
        supported = self.count("SUPPORTED")
        total = supported + self.contradicted + self.count("NOT_FOUND") + len(self.uncovered)
        return round(supported / total, 3) if total else 0.0

    def as_data(self) -> list[dict[str, Any]]:
        return [claim.as_data() for claim in self.claims]


def check(
    said: Sequence[SaidClaim], candidate: str, passages: Sequence[Passage], *, question: str = ""
) -> CheckedClaims:
    """Hold a verifier's verdicts against candidate and evidence."""
    plain = CITATION.sub(lambda mark: " " * len(mark[0]), candidate)  # same offsets, no marks
    folded, candidate_spans = fold(plain), sentences(plain)
    found: dict[Span, CheckedClaim] = {}  # one claim a place; of several the worst verdict stands
    invented, after = 0, 0
    for claim in said:
        span = _place(CITATION.sub("", claim.text), plain, folded, candidate_spans, after)
        if span is None:
            invented += 1
            continue
        after = span[0]
        checked = _check_claim(claim, span, passages, question)
        if span not in found or _WORST.index(checked.verdict) < _WORST.index(found[span].verdict):
            found[span] = checked
    numbered = [replace(claim, id=f"k{n}") for n, claim in enumerate(found.values(), 1)]
    claims = _one_quote_for_all(numbered)
    uncovered = tuple(
        s for s in candidate_spans if _needs_support(plain[s[0] : s[1]]) and not _covered(s, plain, claims)
    )
    return CheckedClaims(claims=tuple(claims), uncovered=uncovered, invented=invented)


def _place(text: str, plain: str, folded: Folded, spans: Sequence[Span], after: int) -> Span | None:
    """Where the candidate makes a claim: its words, else the sentence that holds most of them; None when none does."""
    found = align(text, folded, prefer=(after, len(plain)))
    if found is not None:
        return found
    wanted = set(content(text))
    if not wanted:
        return None
    shares = [len(wanted & set(content(plain[start:end]))) / len(wanted) for start, end in spans]
    best = max(range(len(spans)), key=shares.__getitem__, default=None)
    if best is None or shares[best] < 0.6:
        return None
    start, end = spans[best]
    return None if lacking(figures(text), figures(plain[start:end])) else (start, end)


def _check_claim(said: SaidClaim, span: Span, passages: Sequence[Passage], question: str) -> CheckedClaim:
    quotes = tuple(found for quote in said.quotes if (found := _stand(quote, passages)))
    claim = CheckedClaim(
        id="", text=said.text, kind=said.kind, span=span, verdict=said.verdict, quotes=quotes, why=said.why
    )
    if said.verdict == "NOT_CHECKABLE":
        return claim if _is_view(said) else _downgrade(claim, "A fact with no verdict counts as not found.")
    if said.verdict == "NOT_FOUND":
        return claim
    if not quotes:
        return _downgrade(claim, "No quote of it stands in the evidence.")
    if said.verdict == "SUPPORTED":
        around = [quote.passage.around((quote.start, quote.end)) for quote in quotes]
        told = [text for quote in quotes for text in (quote.passage.title, quote.passage.text)]
        if missing := gap(said.text, around, told, question):
            return _downgrade(claim, missing)
    return claim


def _stand(quote: SaidQuote, passages: Sequence[Passage]) -> StandingQuote | None:
    """The quote at its place: first in the passage it names, then anywhere."""
    if _length(quote.text) < LEAST_QUOTE_WORDS:
        return None
    for passage in sorted(passages, key=lambda p: p.label != quote.chunk):
        span = align(quote.text, passage.folded)
        if span is not None:
            return passage.quote(*span)
    return None


def _is_view(said: SaidClaim) -> bool:
    """Whether a claim is what the model calls it: an opinion or a request, and no fact that dodges its check."""
    if said.kind not in ("opinion", "instruction") or figures(said.text):
        return False
    stands_back = not _OWN_VIEW.isdisjoint(spelled(said.text)) or len(set(content(said.text))) < 3
    return said.kind == "instruction" or stands_back or not is_english(said.text)


def _length(text: str) -> int:
    """How many words a text has; in scripts without spaces two letters count as one."""
    return len(UNSPACED.sub(" ", text).split()) + len(UNSPACED.findall(text)) // 2


def _one_quote_for_all(claims: list[CheckedClaim]) -> list[CheckedClaim]:
    """One and the same quote for everything proves the first claim, and of the others those made of its words."""
    if len(claims) < 3 or any(c.verdict != "SUPPORTED" and not (c.downgraded and c.quotes) for c in claims):
        return claims
    if len({tuple((q.passage.label, q.start, q.end) for q in claim.quotes) for claim in claims}) > 1:
        return claims
    quote = claims[0].quotes[0]
    told = set(content(quote.passage.around((quote.start, quote.end))))
    note = "The same quote is given for every claim."
    proved = [claim for claim in claims[1:] if claim.downgraded or _mostly(claim.text, told)]
    return [claims[0], *(c if c in proved else _downgrade(c, note) for c in claims[1:])]


def _mostly(text: str, told: set[str]) -> bool:
    wanted = set(content(text))
    return bool(wanted) and len(wanted & told) / len(wanted) >= 0.5


def _downgrade(claim: CheckedClaim, note: str) -> CheckedClaim:
    return replace(claim, verdict="NOT_FOUND", downgraded=True, note=note)


def _needs_support(text: str) -> bool:
    """Whether a sentence of the candidate states something: not a question, a lead-in or a scrap."""
    stated = len(set(content(text)))
    if text.rstrip().endswith("?") or (text.rstrip().endswith(":") and stated <= LEAST_LEFT_OUT):
        return False
    return stated >= 3 or bool(figures(text)) or len(UNSPACED.findall(text)) >= 6


def _covered(span: Span, plain: str, claims: Sequence[CheckedClaim]) -> bool:
    """Whether claims speak of a sentence: of at least half of it, of each of its figures, and of nearly all its words.

    A claim that leaves out what it cannot prove must not pass for the whole sentence.
    """
    here = [claim for claim in claims if claim.span[0] < span[1] and span[0] < claim.span[1]]
    inside = {at for claim in here for at in range(max(span[0], claim.span[0]), min(span[1], claim.span[1]))}
    if 2 * len(inside) < span[1] - span[0]:
        return False
    sentence = plain[span[0] : span[1]]
    if lacking(figures(sentence), [figure for claim in here for figure in figures(claim.text)]):
        return False
    if UNSPACED.search(sentence):
        return True
    stems = set(content(sentence))
    left_out = stems.difference(*(content(claim.text) for claim in here))
    return len(left_out) < max(LEAST_LEFT_OUT, len(stems) / 3)
