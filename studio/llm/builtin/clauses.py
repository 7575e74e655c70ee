"""What a claim may leave out of a sentence: whole clauses that narrow nothing, never a part that does.

"A is 5 and B is 7" says that B is 7, but not that A is 7; "X if Y" does not say X.
"""

from itertools import pairwise

from studio.llm.bounds import Bounded
from studio.llm.builtin.reading import Reading, Token
from studio.llm.builtin.wordlists import CONDITIONS, LIGHT
from studio.llm.language import stem

_LEADING = ("if", "unless", "except", "until")
_TAKEN_OUT = ("instead", "except")
#: Where one of these stands, what holds of two need not hold of one.
_TOGETHER = frozenset(map(stem, ["share", "together", "mix", "combine", "jointly", "link", "connect"]))


def misplaced(sentence: Reading, pairs: dict[int, int], breaches: set[str]) -> None:
    """A figure taken from one clause while most words come from another one with its own figure of that unit."""
    used = set(pairs.values())
    weight = {
        clause: sum(not sentence.tokens[at].bounded for at in used if sentence.tokens[at].clause == clause)
        for clause in range(len(sentence.joints))
    }
    for at in used:
        own = sentence.tokens[at]
        for other, token in enumerate(sentence.tokens):
            if not own.bounded or not token.bounded or other in used or not _rival(own.bounded, token.bounded):
                continue
            if weight[token.clause] > weight[own.clause]:
                breaches.add("misplaced")


def left_out(claim: Reading, sentence: Reading, clause: int, pairs: dict[int, int]) -> bool:
    """Whether something of a clause that cannot be left out has no counterpart.

    The doer may be left out where the claim is passive.
    """
    used = set(pairs.values())
    tokens = {at: token for at, token in enumerate(sentence.tokens) if token.clause == clause}
    passive = not any(token.role == "agent" for token in claim.tokens) and any(
        claim.tokens[n].role == "patient" and claim.tokens[n].zone == "subject" and at in tokens
        for n, at in pairs.items()
    )
    bounds = [token.bounded for token in tokens.values() if token.bounded]
    rivals = [token.bounded for token in sentence.tokens if token.bounded and token.clause != clause]
    told_apart = any(own.figure.unit == other.figure.unit != "" for own in bounds for other in rivals)
    return any(
        at not in used and (not token.loose or told_apart) and not (passive and token.role == "agent")
        for at, token in tokens.items()
    )


def completeness(
    claim: Reading,
    sentence: Reading,
    pairs: dict[int, int],
    visited: set[int],
    whole: set[int],
    breaches: set[str],
) -> None:
    used = set(pairs.values())
    for clause in visited - whole:
        tokens = {at: t for at, t in enumerate(sentence.tokens) if t.clause == clause}
        mine = sorted(at for at in tokens if at in used)
        after = {other for other in whole if other > clause}
        if any(token.preposition in CONDITIONS for token in tokens.values()):
            breaches.add("left out")
            continue
        told_of = sentence.joints[min(after)] == "which" if after else False
        if after and _is_subject(tokens, mine) and (not told_of or mine == list(tokens)):
            continue
        if after and _is_antecedent(sentence, tokens, mine, clause, whole):
            continue
        if after and _gapped(sentence, tokens, mine, min(after)):
            continue
        if not _is_measure(claim, pairs, tokens, mine):
            breaches.add("left out")
    if _denied_before(sentence, visited, used) or _is_taken_out(sentence, used) or _is_one_of_several(sentence, used):
        breaches.add("left out")
    for clause in range(len(sentence.joints)):
        if clause in visited:
            continue
        lead = next((t for t in sentence.tokens if t.clause == clause), None)
        if lead is None:
            continue
        relative = sentence.joints[clause] == "that" and clause - 1 in visited
        last = max((other for other in visited if other < clause), default=clause)
        near = any(other > clause for other in visited) or not any(
            token.role for token in sentence.tokens if last < token.clause < clause
        )
        own = [token for token in sentence.tokens if token.clause == clause]
        both = (
            clause - 1 in visited
            and sentence.joints[clause] == "and"
            and any(token.preposition in _LEADING for token in own)
        )
        phrase = {token.preposition for token in sentence.tokens if token.clause == clause}
        behind = sentence.joints[clause] in (";", "and", "but") and sentence.joints[clause + 1 : clause + 2] == (",",)
        opens = clause == 0 or (behind and clause + 1 in visited)
        measured = lead.bounded is not None and lead.bounded.bound not in ("", "about")
        fronted = opens and len(phrase) == 1 and bool(lead.preposition or measured)
        governs = relative or fronted or (lead.preposition in _LEADING and near) or both
        alternative = _is_alternative(sentence, clause, visited)
        capped = lead.bounded is not None and lead.bounded.bound in ("most", "least") and not lead.role
        if governs or _is_shared(sentence, clause, last) or alternative or (capped and clause - 1 in visited):
            breaches.add("left out")


def _is_shared(sentence: Reading, clause: int, last: int) -> bool:
    """Whether a later "and" or "or" without a verb of its own, or a reason, may say something of the clause used.

    "Cannot be returned or exchanged after 5 pm", "must not drink and drive", "not closed because of ice".
    """
    own = [token for token in sentence.tokens if token.clause == clause]
    used = [token for token in sentence.tokens if token.clause == last]
    if last == clause or any(token.role for token in sentence.tokens if last < token.clause < clause):
        return False
    denied = any(
        op.kind == "not" and sentence.tokens[min(op.at, len(sentence.tokens) - 1)].clause == last
        for op in sentence.operators
    )
    joint = sentence.joints[clause]
    if joint == "because":
        return denied
    if joint not in ("and", "or") or any(token.role for token in own):
        return False
    if denied and joint == "and" and not own[0].preposition:
        return True
    tail = {token.preposition or "0" for token in own if token.preposition or (token.bounded and token.bounded.bound)}
    if own[0].preposition:
        return False
    nominal = clause in sentence.nominal
    return (
        bool(tail)
        and (nominal or not any(t.preposition or t.bounded for t in used))
        and not (tail & {token.preposition for token in used})
    )


def _denied_before(sentence: Reading, visited: set[int], used: set[int]) -> bool:
    """ "Do not open the lid and touch the blade": the second half alone."""
    for clause in visited:
        own = [token for token in sentence.tokens if token.clause == clause]
        before = any(sentence.tokens[at].clause == clause - 1 and sentence.tokens[at].zone != "subject" for at in used)
        if sentence.joints[clause] != "and" or before or any(token.role for token in own):
            continue
        if any(
            op.kind == "not" and sentence.tokens[min(op.at, len(sentence.tokens) - 1)].clause == clause - 1
            for op in sentence.operators
        ):
            return True
    return False


def _is_taken_out(sentence: Reading, used: set[int]) -> bool:
    """Whether a used word stands behind an "instead of" that is not used: "the plan for A instead of that for B"."""
    return any(
        token.value in _TAKEN_OUT
        and at not in used
        and any(other > at and sentence.tokens[other].clause == token.clause for other in used)
        for at, token in enumerate(sentence.tokens)
    )


def _is_one_of_several(sentence: Reading, used: set[int]) -> bool:
    """Whether one of two is used without the other where what is said may hold of both together only.

    "Shared by A and B", "runs between A and B"; "A and B were sold for 3 million".
    """
    clauses: list[list[int]] = [[] for _ in sentence.joints]
    for at, token in enumerate(sentence.tokens):
        clauses[token.clause].append(at)
    for clause, (before, behind) in enumerate(pairwise(clauses), 1):
        left, right = (any(at in used for at in side) for side in (before, behind))
        if sentence.joints[clause] != "and" or left == right or not (before and behind):
            continue
        ahead, own = ([sentence.tokens[at] for at in side] for side in (before, behind))
        tied = any(token.value in _TOGETHER or token.preposition == "between" for token in ahead)
        if left and tied and not any(token.role for token in own):
            return True
        bare = not any(token.role or token.preposition or token.bounded for token in ahead)
        told = clause in sentence.nominal or any(token.role and token.zone == "subject" for token in own)
        counted = any(token.bounded for token in own) or "and" in sentence.joints[clause + 1 :]
        if right and bare and told and counted:
            return True
    return False


def _is_alternative(sentence: Reading, clause: int, visited: set[int]) -> bool:
    """Whether "A or B" is cut in two where it does not permit or deny both: "in cash or in kind"."""
    near = (sentence.joints[clause] == "or" and clause - 1 in visited) or (
        clause + 1 < len(sentence.joints) and sentence.joints[clause + 1] == "or" and clause + 1 in visited
    )
    return near and not any(op.kind == "not" or (op.kind == "modal" and op.value == "may") for op in sentence.operators)


def _is_subject(tokens: dict[int, Token], mine: list[int]) -> bool:
    """Whether the used words are the whole subject of their clause and nothing else."""
    subject = [at for at, token in tokens.items() if token.zone == "subject"]
    if subject:
        coded = any(any(char.isdigit() for char in tokens[at].value) for at in mine)
        return mine == subject or (coded and mine == subject[-len(mine) :])
    return 0 < len(mine) <= 4 and mine == list(tokens)[: len(mine)] and not any(tokens[at].bounded for at in mine)


def _is_antecedent(sentence: Reading, tokens: dict[int, Token], mine: list[int], clause: int, whole: set[int]) -> bool:
    """Whether the used words are the last of their clause and the next one says more of them ("…, which …")."""
    if clause + 1 not in whole or sentence.joints[clause + 1] not in ("which", "that"):
        return False
    return bool(mine) and mine == list(tokens)[-len(mine) :] and mine[0] not in (0, min(tokens))


def _gapped(sentence: Reading, tokens: dict[int, Token], mine: list[int], clause: int) -> bool:
    """ "A may cost up to 140 euros, in capitals up to 190": the later clause takes its verb from the earlier one."""
    later = [token for token in sentence.tokens if token.clause == clause]
    theirs = [token.bounded for token in later if token.bounded]
    own = [at for at, token in tokens.items() if token.bounded and any(_rival(token.bounded, b) for b in theirs)]
    if len(own) != 1 or own[0] in mine or any(token.role for token in later):
        return False
    if mine[0] > own[0] and any(b.figure.unit == "" for b in theirs):
        return True  # "A allows 100 requests per minute, B 1,000"
    phrase = tokens[own[0]].phrase
    return all(at < own[0] or tokens[at].phrase == phrase for at in mine)


def _rival(one: Bounded, other: Bounded) -> bool:
    return one.figure.unit == other.figure.unit or "" in (one.figure.unit, other.figure.unit)


def _is_measure(claim: Reading, pairs: dict[int, int], tokens: dict[int, Token], mine: list[int]) -> bool:
    """ "The deposit is 200 euros" out of "shall pay a deposit of 200 euros": a noun and its measure, side by side."""
    figure = next((at for at in mine if tokens[at].bounded), None)
    if figure is None or figure == mine[0] or mine != list(range(mine[0], mine[-1] + 1)):
        return False
    strange = [token for n, token in enumerate(claim.tokens) if n not in pairs and token.value not in LIGHT]
    plain = all(token.bounded or token.preposition in ("", "of") or token.zone == "subject" for token in claim.tokens)
    measure = tokens[figure].bounded
    exact = measure is not None and measure.bound in ("", "about")
    near = all(tokens[figure].phrase - tokens[at].phrase in (-1, 0, 1) for at in mine)
    return not strange and plain and exact and near and tokens[figure].amount
