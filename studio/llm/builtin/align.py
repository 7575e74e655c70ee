"""Lays the tokens of a claim on those of a sentence: each word and figure on its nearest counterpart."""

from collections import Counter
from collections.abc import Collection

from studio.llm.builtin.reading import Reading, Token
from studio.llm.language import opposites


def align(claim: Reading, sentence: Reading, context: Collection[str]) -> tuple[dict[int, int], set[int]]:
    """Counterparts, each the nearest that is free; flips: claim indices whose counterpart is an opposite."""
    if (same := _standing(claim, sentence)) is not None:
        return {n: same + n for n in range(len(claim.tokens))}, set()
    pairs: dict[int, int] = {}
    flips: set[int] = set()
    used: set[int] = set()
    last = -1
    wanted = {token.value for token in claim.tokens}
    overlap = Counter(token.clause for token in sentence.tokens if token.value in wanted)
    ours, theirs = Counter(t.value for t in claim.tokens), Counter(t.value for t in sentence.tokens)
    for n, token in enumerate(claim.tokens):
        if token.zone == "subject" and token.value in context and ours[token.value] > theirs[token.value] > 0:
            ours[token.value] -= 1  # named by what stands around; the sentence says it of something else
            continue
        best = min(
            (at for at, other in enumerate(sentence.tokens) if at not in used and _same(token, other)),
            key=lambda at: (not _exact(token, sentence.tokens[at]), _distance(sentence, last, at, overlap)),
            default=None,
        )
        if best is None and not token.bounded:
            contrary = [at for at, o in enumerate(sentence.tokens) if o.value in opposites(token.value)]
            best = min(contrary, key=lambda at: _distance(sentence, last, at, overlap), default=None)
            if best is not None:
                flips.add(n)
        if best is not None:
            pairs[n] = best
            used.add(best)
            last = best
    return pairs, flips


def _standing(claim: Reading, sentence: Reading) -> int | None:
    """Where the claim stands in the sentence word for word, if it does."""
    length = len(claim.tokens)
    for at in range(len(sentence.tokens) - length + 1):
        there = sentence.tokens[at : at + length]
        if all(_same(one, other) and _exact(one, other) for one, other in zip(claim.tokens, there, strict=True)):
            return at
    return None


def _same(one: Token, other: Token) -> bool:
    if one.bounded and other.bounded:
        return one.bounded.figure.equals(other.bounded.figure)
    return one.bounded is None and other.bounded is None and one.value == other.value


def _exact(one: Token, other: Token) -> bool:
    return not (one.bounded and other.bounded) or one.bounded.matches(other.bounded)


def _distance(sentence: Reading, last: int, at: int, overlap: Counter[int]) -> tuple[int, int, int]:
    """How far a counterpart is from the one before: same clause first, then the clause that shares most."""
    clause = sentence.tokens[at].clause
    near = last >= 0 and sentence.tokens[last].clause == clause
    return (0 if near else 1), -overlap[clause], (at - last if at > last else 1000 + last - at)
