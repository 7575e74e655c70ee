"""Whether one sentence entails another, by the same words with the same figures, bounds, denials and bindings.

The claim's tokens are laid on the sentence's. Everything the claim says must have its counterpart; from each clause the
claim uses, nothing may be left out that narrows it; and what belongs together in the sentence (who does what, what
counts how much) must belong together in the claim. Each breach is named, so that a judge can tell "the evidence says
otherwise" from "the evidence does not say".
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from studio.llm.builtin.align import align
from studio.llm.builtin.clauses import completeness, left_out, misplaced
from studio.llm.builtin.governed import denials
from studio.llm.builtin.phrases import torn
from studio.llm.builtin.reading import Reading
from studio.llm.builtin.wordlists import CONDITIONS, DIRECTIONS, LIGHT

_ASIDES = ("that", "which")  # what a clause that says more of a word begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A claim laid on a sentence.

    pairs: claim index → sentence index. strange: claim indices without counterpart. breaches: what differs; of
    "figure", "misplaced", "bound", "denial", "modal", "quantifier" and "reversed" the evidence says otherwise;
    "words", "left out", "narrowed", "order" and "torn" it does not say.
    """

    pairs: dict[int, int]
    strange: tuple[int, ...]
    breaches: frozenset[str]


def lay(claim: Reading, sentence: Reading, context: Collection[str] = (), given: Collection[str] = ()) -> Laid:
    """Compare a claim with one sentence.

    context: stems of the heading, the title and, for a sentence that leans on it, the sentence before. given: words of
    the question; they may be repeated.
    """
    pairs, flips = align(claim, sentence, context)
    strange = tuple(n for n in range(len(claim.tokens)) if n not in pairs)
    breaches: set[str] = set()
    _unknown(claim, sentence, pairs, strange, {*context, *given}, breaches)
    _bounds(claim, sentence, pairs, breaches)
    visited = {sentence.tokens[at].clause for at in pairs.values()}
    whole = {clause for clause in visited if not left_out(claim, sentence, clause, pairs)}
    misplaced(sentence, pairs, breaches)
    completeness(claim, sentence, pairs, visited, whole, breaches)
    denials(claim, sentence, pairs, flips, visited, whole, breaches)
    _order(claim, sentence, pairs, breaches)
    if pairs and _hedged(sentence, max(pairs.values())) and not _hedged(claim, len(claim.tokens)):
        breaches.add("narrowed")
    if _others(claim) != {n for n, at in pairs.items() if at in _others(sentence)}:
        breaches.add("left out")
    if torn(claim, sentence, pairs):
        breaches.add("torn")
    if "left out" not in breaches:
        breaches.discard("misplaced")
    return Laid(pairs=pairs, strange=strange, breaches=frozenset(breaches))


def _unknown(
    claim: Reading,
    sentence: Reading,
    pairs: dict[int, int],
    strange: tuple[int, ...],
    context: Collection[str],
    breaches: set[str],
) -> None:
    """Figures and words of the claim that the sentence lacks; its subject may be named by what stands around."""
    units = {
        other.bounded.figure.unit
        for at, other in enumerate(sentence.tokens)
        if other.bounded and at not in pairs.values()
    }
    extra, counted = 0, sum(claim.tokens[n].bounded is not None for n in strange)
    for n in strange:
        token = claim.tokens[n]
        if token.bounded:
            same = token.bounded.figure.unit in units - {""} or (units and len(strange) == counted)
            breaches.add("figure" if same else "words")
            continue
        if token.value in LIGHT and not token.preposition:
            continue
        leading = token.zone == "subject" or (n < 2 and not token.preposition) or token.preposition == "of"
        extra += 1
        most = len(claim.tokens) / (2 if sentence.leans and token.zone == "subject" else 3)
        if token.value not in context or not leading or extra > min(2, most):
            breaches.add("words")


def _bounds(claim: Reading, sentence: Reading, pairs: dict[int, int], breaches: set[str]) -> None:
    named = {token.value for token in claim.tokens} | {token.value for token in sentence.tokens}
    for n, at in pairs.items():
        ours, theirs = claim.tokens[n].bounded, sentence.tokens[at].bounded
        if ours is None or theirs is None or ours.matches(theirs):
            continue
        bounds = {ours.bound, theirs.bound}
        if "maximum" in named and bounds <= {"", "most", "high"}:
            continue
        if "minimum" in named and bounds <= {"", "least", "low"}:
            continue
        breaches.add("bound")


def _order(claim: Reading, sentence: Reading, pairs: dict[int, int], breaches: set[str]) -> None:
    """Words of one phrase keep their order, doers stay doers, and directions stay."""
    placed = sorted(pairs, key=lambda n: (claim.tokens[n].clause, claim.tokens[n].rank))
    for one, other in pairwise(placed):
        a, b = sentence.tokens[pairs[one]], sentence.tokens[pairs[other]]
        together = a.phrase == b.phrase and claim.tokens[one].clause == claim.tokens[other].clause
        turned = claim.tokens[other].zone == "subject" and claim.tokens[other].role == "patient"  # "X corrects defects"
        swapped = claim.tokens[other].of or turned
        if together and a.rank > b.rank and not (a.bounded or b.bounded or swapped):
            breaches.add("reversed" if claim.tokens[one].phrase == claim.tokens[other].phrase else "order")
    if _crossed(claim, sentence, pairs):
        breaches.add("order")
    denied = any(operator.kind == "not" for operator in (*claim.operators, *sentence.operators))
    if not denied and any(
        {claim.joints[claim.tokens[n].clause], sentence.joints[sentence.tokens[at].clause]} == {"and", "or"}
        for n, at in pairs.items()
    ):
        breaches.add("narrowed")
    turned = False
    for n, at in pairs.items():
        ours, theirs = claim.tokens[n], sentence.tokens[at]
        alike = (claim.joints[ours.clause] in _ASIDES) == (sentence.joints[theirs.clause] in _ASIDES)
        if ours.role and theirs.role and ours.role != theirs.role and alike and not _inherits(sentence, at, pairs):
            turned = True
        if ours.bounded or ours.role == "agent" or theirs.role == "agent":
            continue
        way, their_way = DIRECTIONS.get(ours.preposition, ""), DIRECTIONS.get(theirs.preposition, "")
        before = ours.preposition in CONDITIONS or theirs.preposition in CONDITIONS
        if (way != their_way or (before and ours.preposition != theirs.preposition)) and _starts(claim, n):
            breaches.add("order")
    if turned:
        breaches.add("reversed")


def _others(reading: Reading) -> set[int]:
    return {operator.at for operator in reading.operators if operator.kind == "other"}


def _hedged(reading: Reading, until: int) -> bool:
    return any(operator.kind == "hedge" and operator.at <= until for operator in reading.operators)


def _inherits(sentence: Reading, at: int, pairs: dict[int, int]) -> bool:
    """Whether a subject is used for a later clause that begins with an auxiliary and so has no subject of its own."""
    clause = sentence.tokens[at].clause
    later = {sentence.tokens[other].clause for other in pairs.values()} - {clause}
    opened = [next(t for t in sentence.tokens if t.clause == c) for c in later if c > clause]
    return sentence.tokens[at].zone == "subject" and any(token.zone == "verb" for token in opened)


def _starts(claim: Reading, n: int) -> bool:
    return n == 0 or claim.tokens[n - 1].phrase != claim.tokens[n].phrase


def _crossed(claim: Reading, sentence: Reading, pairs: dict[int, int]) -> bool:
    """Whether two clauses of the claim share out the predicates of the same clauses of the sentence."""
    taken: dict[int, set[int]] = {}
    for n, at in pairs.items():
        token = sentence.tokens[at]
        if token.zone != "subject" and (at == 0 or sentence.tokens[at - 1].clause == token.clause):
            taken.setdefault(claim.tokens[n].clause, set()).add(token.clause)
    sides = list(taken.values())
    return any(one & other and len(one | other) > 1 for k, one in enumerate(sides) for other in sides[k + 1 :])
