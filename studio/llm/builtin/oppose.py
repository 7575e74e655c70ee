"""Whether a sentence that does not entail a claim says otherwise: about the same matter, and different in one point."""

from dataclasses import dataclass

from studio.llm.builtin.entail import Laid
from studio.llm.builtin.evidence import Evidence, Sentence, codes
from studio.llm.builtin.reading import Reading, Token, key, read
from studio.llm.figures import Figure
from studio.llm.language import spelled

WHY = {
    "figure": "The evidence gives another figure.",
    "misplaced": "The evidence gives another figure for this.",
    "bound": "The evidence bounds the figure differently.",
    "denial": "The evidence says the opposite.",
    "quantifier": "The evidence says it of more or of fewer.",
    "modal": "The evidence says differently whether this must or may be.",
    "reversed": "The evidence puts this the other way round.",
}
#: How much of the claim's words a sentence must share before a difference of this kind counts.
_NEEDED = {"figure": 0.55, "misplaced": 0.8, "bound": 0.6, "denial": 0.55, "quantifier": 0.75, "modal": 0.8}
_NEEDED["reversed"] = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A claim with all that is compared. names: those the question did not give."""

    text: str
    reading: Reading
    stems: list[str]
    figures: list[Figure]
    names: set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposition:
    """A sentence that says otherwise, why, and how much it is about the same, 0 to 1."""

    sentence: Sentence
    why: str
    strength: float


def opposes(claim: Matter, sentence: Sentence, laid: Laid, evidence: Evidence) -> Opposition | None:
    """The contradiction a sentence makes, if it makes one."""
    theirs = read(sentence.text)
    if sentence.is_foreign and "figure" not in laid.breaches:
        return None
    if codes(claim.names) and codes(sentence.names) and not codes(claim.names) & sentence.names:
        return None  # another part number, another matter
    subtle = any(t.preposition == "without" for t in theirs.tokens) and any(o.kind == "not" for o in theirs.operators)
    if subtle and all(token.preposition != "without" for token in claim.reading.tokens):
        return None  # "not X without Y" allows X with Y
    share = likeness(claim.reading, laid, evidence, sentence)
    strength = share + (0.5 if _same_measure(claim.reading, theirs, laid) else 0.0)
    words = sum(claim.reading.tokens[n].bounded is None for n in laid.pairs)
    strange = [claim.reading.tokens[n] for n in laid.strange if claim.reading.tokens[n].bounded is None]
    if words < min(2, sum(token.bounded is None for token in claim.reading.tokens)):
        return None
    for breach, why in WHY.items():
        if breach in laid.breaches and share >= _NEEDED[breach]:
            if breach == "reversed" and "left out" in laid.breaches:
                continue
            if breach == "denial" and "torn" in laid.breaches and share < 0.75:
                continue
            if breach != "figure" and _other_name(claim, sentence, strange):
                continue
            return Opposition(sentence=sentence, why=why, strength=strength)
    instead = _instead(claim, theirs, laid, strange, evidence, share)
    if instead:
        return Opposition(sentence=sentence, why=f"The evidence says {instead} instead.", strength=strength)
    return None


def likeness(claim: Reading, laid: Laid, evidence: Evidence, sentence: Sentence) -> float:
    """How much of the claim has a counterpart, rare words counting more and words around the sentence a little."""
    total = got = 0.0
    for n, token in enumerate(claim.tokens):
        weight = 3.0 if token.bounded else evidence.weight([token.value])
        if n not in laid.pairs and token.zone == "adjunct":
            weight *= 0.5
        total += weight
        if n in laid.pairs:
            got += weight
        elif token.bounded:
            total -= weight
        elif token.value in sentence.around:
            got += 0.5 * weight
    return got / total if total else 0.0


def _same_measure(claim: Reading, theirs: Reading, laid: Laid) -> bool:
    """Whether the claim's subject holds a figure ("expenses above 500 euros") and the sentence is about just that."""
    subject = [n for n, token in enumerate(claim.tokens) if token.zone == "subject"]
    measures = [(claim.tokens[n].bounded, theirs.tokens[laid.pairs[n]].bounded) for n in subject if n in laid.pairs]
    return (
        bool(subject)
        and all(n in laid.pairs for n in subject)
        and any(ours for ours, _ in measures)
        and all(ours.matches(other) for ours, other in measures if ours and other)
    )


def _other_name(claim: Matter, sentence: Sentence, strange: list[Token]) -> bool:
    """Whether the claim is about somebody or something of another name."""
    others = {name for name in claim.names - spelled(sentence.text) if key(name) not in sentence.around}
    return bool(others and strange)


def _instead(claim: Matter, theirs: Reading, laid: Laid, strange: list[Token], evidence: Evidence, share: float) -> str:
    """What the sentence has in the place of the claim's strange words, where both fill one place of one phrase."""
    if not strange or len(strange) > 4 or len({token.phrase for token in strange}) > 2 or len(laid.pairs) < 2:
        return ""
    used = set(laid.pairs.values())
    places = {(token.preposition, token.role) for token in strange}
    rivals = [
        t
        for at, t in enumerate(theirs.tokens)
        if at not in used and not t.bounded and (t.preposition, t.role) in places
    ]
    if not rivals or (not strange[0].role and not strange[0].preposition and share < 0.6):
        return ""
    unknown = evidence.weight(["\0"])
    familiar = all(evidence.weight([token.value]) < unknown for token in strange)
    named = bool({key(name) for name in claim.names} & {token.value for token in strange})
    if share >= (0.5 if familiar else 0.35 if named else 0.75):
        return " ".join(t.value for t in rivals)
    return ""
