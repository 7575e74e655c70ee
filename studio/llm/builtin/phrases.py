"""Whether what stands together in a claim stands together in the sentence it was laid on.

The same words make another statement when they change places: "water instead of template", "24 µL to 1 µL", "the fault
is answered" and "the answer is faulty". So a claim may take whole phrases of a sentence and put them in another place,
but each phrase keeps its words, its preposition, and what it says "of" what.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise

from studio.llm.builtin.reading import Reading
from studio.llm.builtin.wordlists import DIRECTIONS

#: What a clause with a subject of its own begins with.
_COORDINATES = ("", ";", "and", "but", "while", "whereas")


def torn(claim: Reading, sentence: Reading, pairs: dict[int, int]) -> bool:
    """Whether words that the claim puts together belong to different things in the sentence."""
    return (
        any(not _joined(claim, sentence, pairs, n, m) for n, m in _neighbours(claim, pairs))
        or any(not _governed_alike(claim, sentence, pairs, n) for n in _leading(claim, pairs))
        or _mixed(claim, sentence, pairs)
        or _bereft(sentence, pairs)
        or _turned(claim, sentence, pairs)
    )


def _neighbours(claim: Reading, pairs: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Paired tokens next to each other in one phrase of the claim."""
    for n, m in pairwise(sorted(pairs)):
        if claim.tokens[n].phrase == claim.tokens[m].phrase:
            yield n, m


def _leading(claim: Reading, pairs: dict[int, int]) -> list[int]:
    """The first paired token of each phrase of the claim."""
    first: dict[int, int] = {}
    for n in sorted(pairs):
        first.setdefault(claim.tokens[n].phrase, n)
    return list(first.values())


def _joined(claim: Reading, sentence: Reading, pairs: dict[int, int], n: int, m: int) -> bool:
    """Whether two neighbours of the claim belong together in the sentence, in this order."""
    at, to = pairs[n], pairs[m]
    a, b = sentence.tokens[at], sentence.tokens[to]
    if a.phrase == b.phrase:
        return at < to
    if a.bounded or b.bounded:
        near = a.clause == b.clause and abs(at - to) <= 2
        periodic = any(t.bounded and t.bounded.bound == "every" for t in (a, b))  # "monthly rent", "rent per month"
        return (
            (near and (periodic or to == at + 1)) or _gapped(sentence, at, to) or _fronted(claim, sentence, n, at, to)
        )
    if a.clause < b.clause:
        return _shares_subject(sentence, at, to)
    if a.zone == "verb" and b.zone == "subject" and b.role == "patient":  # "the sensor is calibrated": "calibrates it"
        return claim.tokens[m].zone == "verb"
    if a.clause > b.clause:
        return False
    if (a.of or a.zone == "subject") and b.phrase == a.phrase - 1 and to == at - 1:
        return a.preposition == b.preposition  # "members of the board" as "board members", "days that expired"
    if a.zone == "subject" and b.zone == "verb":
        return sentence.tokens[at + 1].zone == "verb"
    return (a.role == "agent" and b.zone == "verb") or _fronted(claim, sentence, n, at, to)


def _gapped(sentence: Reading, at: int, to: int) -> bool:
    """ "A allows 100 requests, B allows 1,000": the noun of the second figure is that of the first."""
    measure, first = sentence.tokens[at].bounded, sentence.tokens[to - 1].bounded if to else None
    last = at + 1 == len(sentence.tokens) or sentence.tokens[at + 1].clause != sentence.tokens[at].clause
    if measure is None or first is None or measure.figure.unit or not last:
        return False
    return sentence.tokens[to].clause < sentence.tokens[at].clause


def _fronted(claim: Reading, sentence: Reading, n: int, at: int, to: int) -> bool:
    """ "In the refrigerator vaccines are kept": a whole phrase brought before the subject."""
    own, a, b = claim.tokens[n], sentence.tokens[at], sentence.tokens[to]
    ends = at + 1 == len(sentence.tokens) or sentence.tokens[at + 1].phrase != a.phrase
    begins = to == 0 or sentence.tokens[to - 1].clause != b.clause
    leads = own.zone == "subject" or not own.role
    behind = own.preposition or own.of or own.bounded
    return leads and bool(behind) and own.preposition == a.preposition and ends and begins


def _shares_subject(sentence: Reading, at: int, to: int) -> bool:
    """Whether one token is of the words a clause begins with and the other begins a later clause."""
    a, b = sentence.tokens[at], sentence.tokens[to]
    lead = next(token for token in sentence.tokens if token.clause == a.clause)
    begins = to == 0 or sentence.tokens[to - 1].clause != b.clause
    return begins and sentence.joints[b.clause] != "or" and (a.zone == "subject" or lead.phrase == a.phrase)


def _governed_alike(claim: Reading, sentence: Reading, pairs: dict[int, int], n: int) -> bool:
    """Whether a phrase has the preposition, and behind "of" the head, that it has in the sentence."""
    ours, at = claim.tokens[n], pairs[n]
    theirs, before = sentence.tokens[at], pairs.get(n - 1)
    start = next(k for k, token in enumerate(sentence.tokens) if token.phrase == theirs.phrase)
    if ours.bounded and theirs.bounded and "every" in (ours.bounded.bound, theirs.bounded.bound):
        return True
    if theirs.of and at > start and not theirs.role and not ours.of:
        return True  # where no auxiliary tells, a predicate may follow a phrase with "of"
    if ours.of != theirs.of:
        if theirs.amount or ours.amount:  # "a deposit of 200 euros": "the deposit is 200 euros"
            whole = start > 0 and sentence.tokens[start - 1].bounded is not None
            return not (theirs.amount and whole)
        if theirs.of:  # "costs of repatriation" as "repatriation costs"
            head = pairs.get(n + 1) if n + 1 < len(claim.tokens) and claim.tokens[n + 1].phrase == ours.phrase else None
            return head is not None and head == start - 1
        return before is not None and sentence.tokens[before].phrase == theirs.phrase and at < before
    if ours.of:
        return before is None or (start > 0 and sentence.tokens[start - 1].phrase == sentence.tokens[before].phrase)
    if ours.bounded:  # "by three votes to one"
        return (ours.preposition == "to") == (theirs.preposition == "to") or ours.bounded.bound != ""
    mine, other = (DIRECTIONS.get(t.preposition, t.preposition).replace("through", "") for t in (ours, theirs))
    if mine == other:
        return True
    if "by" in (mine, other):
        return "" in (mine, other) and (ours.role == theirs.role or "" in (ours.role, theirs.role))
    return {mine, other} == {"per", ""} and (ours.preposition == "per" or at > start)


def _mixed(claim: Reading, sentence: Reading, pairs: dict[int, int]) -> bool:
    """Whether two clauses of the claim both take from the same two clauses of the sentence."""
    taken: dict[int, set[int]] = {}
    for n, at in pairs.items():
        taken.setdefault(claim.tokens[n].clause, set()).add(sentence.tokens[at].clause)
    counts = {
        clause
        for clause in range(len(sentence.joints))
        if sentence.joints[clause] != "(" and all(token.bounded for token in sentence.tokens if token.clause == clause)
    }
    between = any(
        (counts - part) & set(range(min(part), max(part))) for part in taken.values()
    )  # "…, four of which are"
    aside = any(  # 'A ("the Buyer") and B': what stands in brackets is not what follows them
        sentence.joints[clause] == "(" and part & set(range(clause + 1, len(sentence.joints)))
        for part in taken.values()
        for clause in part
    )
    apart = any(  # "the chair, A, thanked the clerk, B": B is not the chair
        len(part) == 2
        and any(token.role == "patient" for token in claim.tokens if token.clause == clause)
        and not any(token.role for token in sentence.tokens if token.clause in part)
        and not (max(part) - min(part) == 1 and _last(sentence, min(part)) in pairs.values())
        for clause, part in taken.items()
    )
    return between or aside or apart or any(len(one & other) > 1 for one, other in combinations(taken.values(), 2))


def _last(sentence: Reading, clause: int) -> int:
    return max(at for at, token in enumerate(sentence.tokens) if token.clause == clause)


def _bereft(sentence: Reading, pairs: dict[int, int]) -> bool:
    """Whether what somebody does is told without them: "A rows; the cox, B, steers" says not that A steers."""
    visited = {sentence.tokens[at].clause for at in pairs.values()}
    for clause, joint in enumerate(sentence.joints):
        if joint not in _COORDINATES or clause + 2 not in visited or {clause, clause + 1} & visited:
            continue
        lead = next((token for token in sentence.tokens if token.clause == clause), None)
        aside = sentence.joints[clause + 1 : clause + 3] in ((",", ","), ("(", ")"))
        if aside and lead and not lead.preposition and not lead.bounded:
            return True
    return False


def _turned(claim: Reading, sentence: Reading, pairs: dict[int, int]) -> bool:
    """Whether what is and what it is change places: "the range is the mode" out of "the mode is the range"."""
    states = [
        {token.clause for token in side.tokens if token.zone == "subject" and token.role == "patient"}
        for side in (claim, sentence)
    ]
    for n, at in pairs.items():
        ours, theirs = claim.tokens[n], sentence.tokens[at]
        both = ours.clause in states[0] and theirs.clause in states[1] and ours.role == theirs.role == "patient"
        if both and not (ours.of or ours.bounded) and {ours.zone, theirs.zone} == {"subject", "verb"}:
            return True
    return False
