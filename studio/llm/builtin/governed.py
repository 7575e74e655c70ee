"""Negation, modality and quantifiers of a claim against those of the clauses it was laid on."""

from studio.llm.builtin.reading import Reading

#: Rules speak of what is and of what must be alike: "Receipts are uploaded" and "Receipts must be uploaded".
_EVEN = {"must": "", "": "", "will": ""}


def denials(
    claim: Reading,
    sentence: Reading,
    pairs: dict[int, int],
    flips: set[int],
    visited: set[int],
    whole: set[int],
    breaches: set[str],
) -> None:
    """Negation, modality and quantifiers, clause by clause of the sentence."""
    backward = {at: n for n, at in pairs.items()}
    ours: dict[int, list[tuple[str, str]]] = {clause: [] for clause in visited}
    theirs: dict[int, list[tuple[str, str]]] = {clause: [] for clause in visited}
    for operator in claim.operators:
        clause = _clause_of(operator.at, claim, sentence, pairs)
        if clause is not None:
            ours[clause].append((operator.kind, operator.value))
    used_clauses = {
        clause: {n for n, t in enumerate(sentence.tokens) if t.clause == clause and n in backward} for clause in visited
    }
    for operator in sentence.operators:
        at = min(operator.at, len(sentence.tokens) - 1)
        clause = sentence.tokens[at].clause if at >= 0 else -1
        if clause not in visited:
            continue
        if at in backward or clause in whole or any(n > at for n in used_clauses[clause]) or not whole:
            theirs[clause].append((operator.kind, operator.value))
    for n in flips:
        ours[sentence.tokens[pairs[n]].clause].append(("not", "opposite"))
    found: set[str] = set()
    for clause in visited:
        _compare(ours[clause], theirs[clause], found)
    denials_in = [sum(kind == "not" for side in sides.values() for kind, _ in side) for sides in (ours, theirs)]
    if "denial" in found and denials_in[0] == denials_in[1]:
        found = (found - {"denial"}) | {"words"}  # as many denials, of other parts: it may be but another order
    breaches |= found


def _clause_of(at: int, claim: Reading, sentence: Reading, pairs: dict[int, int]) -> int | None:
    """The sentence's clause an operator of the claim governs: that of the next word with a counterpart."""
    own = claim.tokens[min(at, len(claim.tokens) - 1)].clause if claim.tokens else 0
    order = [n for n in pairs if n >= at and claim.tokens[n].clause == own] or sorted(
        (n for n in pairs if n < at), reverse=True
    )
    return sentence.tokens[pairs[order[0]]].clause if order else None


def _compare(ours: list[tuple[str, str]], theirs: list[tuple[str, str]], breaches: set[str]) -> None:
    mine, other = (_polar(side) for side in (ours, theirs))
    if mine[0] != other[0]:
        breaches.add("denial")
    elif mine[1] != other[1]:
        firm = {value for kind, value in (*ours, *theirs) if kind == "modal"} - {"may"}
        breaches.add("modal" if firm else "narrowed")
    kinds = {kind for kind, _ in ours}, {kind for kind, _ in theirs}
    if sum(kind == "only" for kind, _ in ours) > sum(kind == "only" for kind, _ in theirs):
        breaches.add("narrowed")
    if any("past" in one and not {"past", "told"} & other for one, other in (kinds, kinds[::-1])):
        breaches.add("narrowed")
    if any(
        {"past", "done"} & one and ("modal", "will") in side for one, side in zip(kinds, (theirs, ours), strict=True)
    ):
        breaches.add("narrowed")
    for kind, breach in (("all", "narrowed"), ("some", "quantifier")):
        if kind in kinds[0] and kind not in kinds[1]:
            breaches.add("quantifier" if kind == "all" and kinds[1] & {"some", "only"} else breach)
    if "some" in kinds[1] and "some" not in kinds[0]:
        breaches.add("quantifier")


def _polar(side: list[tuple[str, str]]) -> tuple[bool, str]:
    """Whether a clause denies, and its modality; "may not" and "must not" forbid alike."""
    denied = sum(kind == "not" for kind, _ in side) % 2 == 1
    modal = next((value for kind, value in side if kind == "modal"), "")
    if denied and modal in ("may", "must", "should", ""):
        return True, ""
    return denied, _EVEN.get(modal, modal)
