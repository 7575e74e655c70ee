"""Whether the evidence supports a claim, contradicts it or is silent; always with the sentence that says so.

No language model, one principle. A claim is SUPPORTED only if one sentence (or, for a claim of several parts, one near
sentence each) entails it: every content word stands there, with the same figures, units, bounds ("up to", "above"),
denials, modality and bindings (who does what, which figure belongs to what), and nothing that narrows it was left out.
It is CONTRADICTED if a sentence about the same matter differs in one of these; that sentence is the quote. Otherwise it
is NOT_FOUND. When in doubt, NOT_FOUND. What is not in English supports its own words only, in full.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from studio.llm.builtin.entail import Laid, lay
from studio.llm.builtin.evidence import LONGEST, Evidence, Sentence, bare
from studio.llm.builtin.oppose import Matter, likeness, opposes
from studio.llm.builtin.reading import read
from studio.llm.builtin.statements import each
from studio.llm.builtin.tables import laid_on
from studio.llm.figures import figures, lacking
from studio.llm.language import content, leaning, names
from studio.llm.schemas import ClaimKind, Verdict
from studio.llm.sentences import sentences

MOST_COMPARED = 12
_META = re.compile(
    r"^(?:the (?:documents?|evidence|passages?|sources?) (?:do|does) not\b|in (?:summary|short)\b"
    r"|i (?:think|believe|hope)\b|(?:yes|no|sure|of course)\W*$|here (?:is|are)\b|(?:let me|feel free|please)\b)",
    re.IGNORECASE,
)
_JOINT_WORD = re.compile(r"[;,]?\s+(?:and|but|while|whereas|which)\s+|[;,]\s+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_JOINT = re.compile(r";\s+|,\s+(?:and|but|while|whereas)\s+|\s+(?:whereas|while)\s+")


#: German, French, Spanish: what joins a second statement, and what makes the first depend on what follows it.
_FOREIGN_JOINT = re.compile(r";|,? (?:und|et|y) ")
_FOREIGN_TIE = re.compile(
    r"\b(?:wenn|falls|sofern|nur|nicht|kein\w*|zwischen|sowohl|weder|außer|je|oder|beide\w*|gemeinsam|gleich\w*|jeweils|zusammen|insgesamt"
    r"|si|sauf|seulement|ne|n|ni|entre|ensemble|chacun\w*|sans|que|ou|solo|sólo|no|nunca|salvo|excepto|juntos|sin|o)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with the sentences it rests on."""

    verdict: Verdict
    kind: ClaimKind
    why: str
    proof: tuple[Sentence, ...] = ()


def claim_spans(text: str) -> list[tuple[int, int]]:
    """Split a candidate into claims: sentences, and their parts where both sides of a joint can stand alone."""
    return [span for start, end in sentences(text) for span in _parts(text, start, end)]


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans, begin = [], start
    if leaning(text[start:end]) < 0:
        return [(start, end)]
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
    if len(text) > LONGEST:
        return Judgement(verdict="NOT_FOUND", kind="fact", why="This is too long to be compared with the evidence.")
    question = question[:LONGEST]
    wanted, numbers = content(text), figures(text)
    kind: ClaimKind = "date" if any(n.unit in ("date", "year") for n in numbers) else "number" if numbers else "fact"
    if text.endswith("?") or _META.match(text) or not (wanted or numbers):
        return Judgement(verdict="NOT_CHECKABLE", kind="opinion", why="This is no statement of fact.")
    reading = read(text)
    rows = [(sentence, laid_on(reading, numbers, sentence.row)) for sentence in evidence.sentences if sentence.row]
    laid = _lay_all(text, evidence, question)
    stated = tuple(sentence for sentence, outcome in rows if outcome == "says")[:1]
    proof = stated or _supporting(laid) or _together(text, evidence, question)
    if proof:
        why = "The quoted sentence says so." if len(proof) == 1 else "The quoted sentences say so together."
        return Judgement(verdict="SUPPORTED", kind=kind, why=why, proof=proof)
    if other := next((sentence for sentence, outcome in rows if outcome == "denies"), None):
        return Judgement(verdict="CONTRADICTED", kind=kind, why="The table says otherwise.", proof=(other,))
    view = Matter(text=text, reading=reading, stems=wanted, figures=numbers, names=names(text) - names(question))
    against = [opposes(view, sentence, result, evidence) for sentence, result in laid]
    best = max((found for found in against if found), key=lambda found: found.strength, default=None)
    silent = [likeness(view.reading, r, evidence, s) for (s, r), found in zip(laid, against, strict=True) if not found]
    if best and best.strength + 0.01 >= max(silent, default=0.0):  # else the sentence closest to it does not object
        return Judgement(verdict="CONTRADICTED", kind=kind, why=best.why, proof=(best.sentence,))
    return Judgement(verdict="NOT_FOUND", kind=kind, why="No sentence of the evidence says this.")


def _lay_all(text: str, evidence: Evidence, question: str) -> list[tuple[Sentence, Laid]]:
    """The claim laid on the sentences most like it, best first."""
    stems, numbers = content(text), figures(text)

    def likeness(sentence: Sentence) -> float:
        agreeing = len(numbers) - len(lacking(numbers, sentence.figures))
        return evidence.share(stems, sentence) + 0.05 * agreeing

    prose = (sentence for sentence in evidence.sentences if not sentence.is_heading and not sentence.row)
    ranked = sorted(prose, key=lambda s: -likeness(s))[:MOST_COMPARED]
    reading, given = read(text), names(question)
    found = [(s, _best(lay(reading, r, context, given) for r, context in s.readings)) for s in ranked]
    return [(s, replace(laid, breaches=_unlike(text, s.text)) if s.is_foreign else laid) for s, laid in found]


def _best(results: Iterable[Laid]) -> Laid:
    """The first without breach, else the first: the sentence as it stands."""
    results = iter(results)
    first = next(results)
    return first if not first.breaches else next((laid for laid in results if not laid.breaches), first)


def _entails(sentence: Sentence, claim: str, question: str) -> bool:
    reading, given = read(claim), names(question)
    return any(not lay(reading, r, context, given).breaches for r, context in sentence.readings)


def _unlike(claim: str, sentence: str) -> frozenset[str]:
    """In what a claim differs from a sentence whose language we cannot read: in nothing, in figures or in words."""
    ours, theirs = (re.sub(r"€", "euro", text.casefold()) for text in (claim, sentence))
    ours, theirs = (" ".join(text.replace("euros", "euro").split()).rstrip(".。") for text in (ours, theirs))
    if theirs == ours or (_FOREIGN_JOINT.match(theirs[len(ours) :]) and theirs.startswith(ours) and _plainly(theirs)):
        return frozenset()
    same = _NUMBER.split(ours) == _NUMBER.split(theirs)
    return frozenset({"figure" if same else "words"})


def _plainly(sentence: str) -> bool:
    """Whether nothing in a sentence ties its first statement to what follows."""
    return not _FOREIGN_TIE.search(sentence)


def _supporting(laid: list[tuple[Sentence, Laid]]) -> tuple[Sentence, ...]:
    return next(((sentence,) for sentence, result in laid if not result.breaches), ())


def _together(text: str, evidence: Evidence, question: str) -> tuple[Sentence, ...]:
    """A sentence for each part of a claim of several parts; all of one passage, near each other."""
    for sentence, _ in _lay_all(text, evidence, question) if (claims := each(text)) else ():
        if not (sentence.is_foreign or _chooses(sentence)) and all(
            _entails(sentence, claim, question) for claim in claims
        ):
            return (sentence,)
    for joint in _JOINT_WORD.finditer(text):
        left, right = text[: joint.start()], text[joint.end() :]
        if len(read(left).tokens) < 2 or len(read(right).tokens) < 2:
            continue
        first = [s for s, result in _lay_all(left, evidence, question) if not result.breaches]
        if not first:
            continue
        for subject in _subjects(left, right):
            second = [s for s, r in _lay_all(f"{subject} {right}".strip(), evidence, question) if not r.breaches]
            for one in first:
                for other in second:
                    if one == other and _chooses(one):
                        continue
                    if one.label == other.label and abs(one.position - other.position) <= 2:
                        return tuple(sorted({one, other}, key=lambda s: s.position))
    return ()


def _chooses(sentence: Sentence) -> bool:
    """Whether it offers alternatives: who may bring a guest or a dog may not bring both."""
    return " or " in sentence.text


def _subjects(left: str, right: str) -> list[str]:
    """What the right part may be about: itself, or as many first words of the left part as its sentence begins with."""
    pieces = left.split()
    return ["", *(" ".join(pieces[:n]) for n in range(1, min(6, len(pieces))))]
