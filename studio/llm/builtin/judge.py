"""Whether the evidence supports a claim, contradicts it or is silent; always with the sentence that says so.

No language model: a claim is compared word by word, figure by figure and name by name with each sentence that speaks
of the same thing. A difference in a figure of the same unit, in negation, between opposites or in the only name is
a contradiction; words that no such sentence holds leave the claim unfounded.
"""

import re
from dataclasses import dataclass

from studio.llm.builtin.evidence import Evidence, Sentence, bare, codes
from studio.llm.figures import Figure, figures, lacking
from studio.llm.language import content, is_turned, names, negated, spelled, stem, swapped
from studio.llm.schemas import ClaimKind, Verdict
from studio.llm.sentences import sentences

SUPPORTS, SPEAKS_OF, NAMES_APART = 0.74, 0.6, 0.85
_ALL = re.compile(r"\b(?:all|every|any|always|everyone|both)\b", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:only|solely|exclusively)\b", re.IGNORECASE)
_META = re.compile(
    r"^(?:the (?:documents?|evidence|passages?|sources?) (?:do|does) not\b|in (?:summary|short)\b"
    r"|i (?:think|believe|hope)\b|(?:yes|no|sure|of course)\W*$|here (?:is|are)\b|(?:let me|feel free|please)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:]\s|\s(?:and|or|but)\s")
_JOINT = re.compile(r";\s+|,\s+(?:and|but|while|whereas)\s+|\s+(?:whereas|while)\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with the sentences it rests on."""

    verdict: Verdict
    kind: ClaimKind
    why: str
    proof: tuple[Sentence, ...] = ()
    share: float = 0.0


def claim_spans(text: str) -> list[tuple[int, int]]:
    """Split a candidate into claims: sentences, and their parts where both sides of a joint can stand alone."""
    return [span for start, end in sentences(text) for span in _parts(text, start, end)]


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans, begin = [], start
    for joint in _JOINT.finditer(text, start, end):
        left, right = text[begin : joint.start()], text[joint.end() : end]
        if _stands(left) and _stands(right):
            spans.append((begin, joint.start()))
            begin = joint.end()
    return [*spans, (begin, end)]


def _stands(text: str) -> bool:
    """Enough to be a claim of its own: three words of content, or two and a figure."""
    return len(content(text)) + (1 if figures(text) else 0) >= 3 and len(text.split()) >= 4


def judge(claim: str, evidence: Evidence, question: str = "") -> Judgement:
    """Compare one claim with all the evidence."""
    text = bare(claim).strip()
    wanted, numbers = content(text), figures(text)
    kind: ClaimKind = "date" if any(n.unit in ("date", "year") for n in numbers) else "number" if numbers else "fact"
    if text.endswith("?") or _META.match(text) or not (wanted or numbers):
        return Judgement(verdict="NOT_CHECKABLE", kind="opinion", why="This is no statement of fact.")
    view = _Claim(
        text=text, stems=wanted, figures=numbers, names=names(text), negated=negated(text), given=names(question)
    )
    ranked = sorted(
        (s for s in evidence.sentences if not s.is_heading),
        key=lambda s: -_likeness(view, s, evidence),
    )[:12]
    found = [result for sentence in ranked if (result := _compare(view, sentence, evidence, kind))]
    pro = max((f for f in found if f.verdict == "SUPPORTED"), key=lambda f: f.share, default=None)
    con = max((f for f in found if f.verdict == "CONTRADICTED"), key=lambda f: f.share, default=None)
    if pro and con:
        return con if con.share > pro.share + 0.05 else pro
    return (
        pro
        or con
        or _together(view, ranked[:4], evidence, kind)
        or Judgement(verdict="NOT_FOUND", kind=kind, why="No sentence of the evidence says this.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    text: str
    stems: list[str]
    figures: list[Figure]
    names: set[str]
    negated: set[str]
    given: set[str]


def _likeness(claim: _Claim, sentence: Sentence, evidence: Evidence) -> float:
    agreeing = len(claim.figures) - len(lacking(claim.figures, sentence.figures))
    return evidence.share(claim.stems, sentence) + 0.05 * agreeing


def _compare(claim: _Claim, sentence: Sentence, evidence: Evidence, kind: ClaimKind) -> Judgement | None:
    """SUPPORTED, CONTRADICTED or nothing to say, from one sentence."""
    changed = swapped(claim.stems, sentence.stems)
    strange = {name for name in claim.names if name not in sentence.spelled} - claim.given
    alike = [word for word in claim.stems if word not in changed]
    others = sentence.names - spelled(claim.text)
    if strange and others and not _named_near(strange, sentence, evidence):
        rest = [word for word in alike if word not in {stem(name) for name in strange}]
        share = evidence.share(rest, sentence, context=0.3)
        if share >= NAMES_APART and len(set(rest)) >= 2:
            return _against(kind, sentence, share, f"The evidence names {', '.join(sorted(others))} instead.")
        return None
    share = evidence.share(alike or claim.stems, sentence)
    if share < SPEAKS_OF or len(set(alike) & sentence.stems) < min(2, len(set(alike))):
        return None
    missing = lacking(claim.figures, sentence.figures)
    if _clashing(missing, claim, sentence) or _misplaced(claim, sentence, evidence):
        return _against(kind, sentence, share, "The evidence gives another figure.")
    if sentence.negated and "without" in sentence.stems and "without" not in claim.stems:
        return None  # "not X without Y" allows X with Y: too subtle to decide by comparing words
    if is_turned(claim.text, sentence.text) or (_ALL.search(claim.text) and _ONLY.search(sentence.text)):
        return _against(kind, sentence, share, "The evidence says the opposite.")
    narrowed = _ONLY.search(claim.text) and not _ONLY.search(sentence.text)
    if missing or narrowed or share < SUPPORTS or not _named_near(strange, sentence, evidence):
        return None
    why = "The quoted sentence says so."
    return Judgement(verdict="SUPPORTED", kind=kind, why=why, proof=(sentence,), share=share)


def _clashing(missing: list[Figure], claim: _Claim, sentence: Sentence) -> bool:
    """Whether the sentence has another figure of the same unit where the claim has one of its own."""
    spare = lacking(sentence.figures, claim.figures)
    return any(figure.disagrees(other) for figure in missing for other in spare)


def _misplaced(claim: _Claim, sentence: Sentence, evidence: Evidence) -> bool:
    """Whether the claim takes its figure from one part of the sentence and its words from another with its own."""
    if len(sentence.figures) < 2 or len(claim.figures) != 1:
        return False
    own, wanted = claim.figures[0], set(claim.stems)
    parts = [(figures(part), evidence.weight(wanted & set(content(part)))) for part in _CLAUSE.split(sentence.text)]
    here = max((weight for found, weight in parts if any(own.equals(f) for f in found)), default=None)
    there = max((weight for found, weight in parts if any(own.disagrees(f) for f in found)), default=None)
    return here is not None and there is not None and there > 1.5 * here


def _named_near(strange: set[str], sentence: Sentence, evidence: Evidence) -> bool:
    """Whether the names a sentence lacks stand in its passage or title; a code may not stand beside another code."""
    if codes(strange) and codes(sentence.names):
        return False
    near = {word for s in evidence.sentences if s.label == sentence.label for word in s.spelled}
    near |= {word.casefold().strip(".,:;()") for word in evidence.titles[sentence.label].split()}
    return strange <= near


def _together(claim: _Claim, ranked: list[Sentence], evidence: Evidence, kind: ClaimKind) -> Judgement | None:
    """Two sentences of one passage that only together cover the claim."""
    for n, first in enumerate(ranked):
        for second in ranked[n + 1 :]:
            if first.label != second.label or abs(first.position - second.position) > 2:
                continue
            stems = first.stems | second.stems
            covered = evidence.weight(set(claim.stems) & stems) / (evidence.weight(claim.stems) or 1)
            both = evidence.share(claim.stems, first) > 0.3 and evidence.share(claim.stems, second) > 0.3
            numbers = lacking(claim.figures, [*first.figures, *second.figures])
            parity = bool(claim.negated & stems) == bool((first.negated | second.negated) & set(claim.stems))
            unknown = claim.names - first.spelled - second.spelled - claim.given
            mixed = bool(codes(claim.names)) and bool(codes(first.names | second.names) - claim.names)
            if covered >= 0.82 and both and not (numbers or unknown or mixed) and parity:
                proof = tuple(sorted((first, second), key=lambda s: s.position))
                return Judgement(
                    verdict="SUPPORTED", kind=kind, why="The two quoted sentences say so together.", proof=proof
                )
    return None


def _against(kind: ClaimKind, sentence: Sentence, share: float, why: str) -> Judgement:
    return Judgement(verdict="CONTRADICTED", kind=kind, why=why, proof=(sentence,), share=share)
