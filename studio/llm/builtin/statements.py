"""The simpler sentences that a sentence says: one item of a list, one part of a whole, what an aside tells.

"Cash, tickets and jewellery are not insured" says that tickets are not insured. Each rule here weakens a sentence or
leaves its sense as it is, whatever its words mean; where that depends on the words ("both", "only", "are 5 euros"),
the sentence is left alone. A claim is then compared with each statement in the strict way.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from studio.llm.builtin.wordlists import AUXILIARIES, DETERMINERS, EXTRAS, HEDGES, PREPOSITIONS, RELATIONS, RELATIVES
from studio.llm.figures import CITATION, belongs_to_figures

MOST_STATEMENTS: Final = 12
#: Characters of the longest sentence that is taken apart; who writes more in one breath ties it together.
LONGEST_TAKEN_APART: Final = 600
_LONGEST_ITEM: Final = 4
_TOKEN = re.compile(r"[^\s,;:()—]+|[,;:()—]")
_MARKS = frozenset([",", ";", ":", "(", ")", "—", "and", "or", "but", "not", "which", "because", "also"])
#: Where one of these stands, what holds of several need not hold of each.
_COLLECTIVE = re.compile(
    r"\b(?:both|between|together|each other|altogether|combined|total|sum|respectively|either|neither|nor"
    r"|same|different|only|solely|exactly|than|half|mix\w*|combin\w+|shar\w+|equal\w*|unless|except|without"
    r"|not only|most|some|few|several|consist\w*|compris\w*|per|all|every|each|no|none|jointly|other|another)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|never|forbidden|prohibited|excluded|cannot|\w+n't)\b", re.IGNORECASE)
_PERMITS = re.compile(r"\b(?:may|can)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|when|whenever|until|except|otherwise|then|without|where|while|once)\b", re.I)
_TAKING = """includes include contains contain covers cover provides provide offers offer supplies supply lends lend
    sells sell repairs repair needs need requires require insures insure"""
_TAKES = frozenset(_TAKING.split())
_NAME = r"(?:(?:(?:Dr|Mr|Ms|Mrs|Prof)\.? )|[A-Z][\w'’-]+ )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}"
_NOUN = rf"(?:(?!(?:{'|'.join(sorted(PREPOSITIONS))}) )[a-z][\w-]+ ?\b){{1,3}}"
#: Where a noun stands that an aside behind it can only be about: "the lid of the jar, which …" has two.
_ALONE = r"(?:^|\w(?:ed|en) by |\b(?:it|them) to |\b(?:must|may|can|shall|will) [a-z]+ (?!of )[a-z]+ )"
_CALLED = re.compile(rf"{_ALONE}(?P<role>[Tt]he {_NOUN}), (?P<name>{_NAME})(?=(?:,[^,;]+)?$)")
_ASIDE = re.compile(
    rf"{_ALONE}(?P<head>{_NAME}|(?:[Tt]he|[Aa]n?) (?:{_NOUN}|{_NAME}|[A-Z][\w'’-]+ {_NOUN})), (?:which|who)"
    r" (?P<says>[^,;:]+)(?=[,.;]|$)"
)
_BUT_NOT = re.compile(
    r"(?P<start>[^,;]+?) (?P<be>is|are|was|were|may|can|must|will) (?P<rest>[^;]+?),? (?:but|and) (?:not|never)"
    r" (?P<preposition>for|in|on|at|to|with|by) (?P<other>[^,;]+)"
)
_PLACE = re.compile(r" (?:only )?(?:for|in|on|at|to|with|by|between|from|within|during|after|before)\b")
_HAS = re.compile(
    r"(?P<whole>(?:[Tt]he |[Aa] |[Aa]n |[A-Z])[\w' -]{2,40}?) (?:(?:is|are|costs?) [^,;]{1,30}? and )?"
    r"(?P<verb>includes?|needs?|requires?) (?!to\b)(?P<thing>[^;:()]+?)(?=, which\b|$)"
)
_UNSURE = re.compile(rf"\b(?:not|only|merely|just|might|may|could|{'|'.join(sorted(HEDGES))})\b", re.IGNORECASE)
_RULED = """allowed permitted forbidden prohibited banned insured covered included excluded exempt returned refunded
    required available closed open free"""
_OF_EACH = frozenset(_RULED.split())  # what rules say of several they say of each: not "enough", not "married"


@lru_cache(maxsize=8_192)
def statements(text: str) -> tuple[str, ...]:
    """What a sentence says besides itself, each as a sentence; at most twelve."""
    text = " ".join(CITATION.sub("", text).split()).rstrip(". ")
    if len(text) > LONGEST_TAKEN_APART:
        return ()
    found: dict[str, None] = {}
    for part in (*_parts(text), text):
        for one in (part, *_asides(part), *_contrasts(part), *_parallels(part), *_converses(part)):
            for simple in (*_items(one), *(() if one == text else (one,))):
                found.setdefault(simple)
    return tuple(islice(found, MOST_STATEMENTS))


def each(text: str) -> tuple[str, ...]:
    """A claim about several as a claim about each; none where it is about one, or may not be taken apart."""
    found = () if " or " in text else tuple(_items(text.rstrip(". ")))
    return found if len(found) > 1 else ()


def _parts(text: str) -> Iterator[str]:
    """Sides of a semicolon and what a reason is given for, unless the first side may govern the others."""
    sides = text.partition(", because ")[0].split("; ")
    fronted = sides[0].split(" ", 1)[0].casefold() in PREPOSITIONS
    if not (fronted or ":" in text or _CONDITION.search(text)):
        yield from sides


def _asides(text: str) -> Iterator[str]:
    """ "The warden, Ilse Hartmann, refills them": she is the warden, and the sentence holds of her by name and role."""
    if match := _CALLED.search(text):
        yield f"{match['name']} is {match['role']}"
        yield f"{match['role']} is {match['name']}"
        for part in ("name", "role"):
            yield f"{text[: match.start('role')]}{match[part]}{text[match.end() :].removeprefix(',')}"
    if match := _ASIDE.search(text):
        yield f"{match['head']} {match['says']}"
        rest = text[match.end() :].removeprefix(",")
        if not (_CONDITION.search(match["says"]) or rest.startswith((" and ", " or "))):
            yield f"{text[: match.start('head')]}{match['head']}{rest}"


def _contrasts(text: str) -> Iterator[str]:
    """ "Available for A, but not for B": each side."""
    match = _BUT_NOT.fullmatch(text)
    if match is None:
        return
    start, be, rest, preposition, other = match.group("start", "be", "rest", "preposition", "other")
    yield f"{start} {be} {rest}"
    what, *places = _PLACE.split(rest)
    if len(places) < 2:  # "tested in May in mice, but not in children": not in May?
        yield f"{start} {be} not {what} {preposition} {other}"


def _parallels(text: str) -> Iterator[str]:
    """ "Open on weekdays from 8 to 21 and on Saturdays from 10 to 16": one of the stretches that are built alike."""
    if _COLLECTIVE.search(text) or _CONDITION.search(text):
        return
    tokens = _TOKEN.findall(text)
    for at in (at for at, word in enumerate(tokens) if word == "and"):
        behind = _signature(tokens[at + 1 :])
        if behind is None:
            continue
        first = at - 1 if at and tokens[at - 1] == "," else at
        for start in range(first - 1, 0, -1):
            ahead = _signature(tokens[start:first])
            if ahead == behind:
                if not _DENIES.search(" ".join(tokens[:start])):
                    yield _joined(tokens[:first])
                    yield _joined([*tokens[:start], *tokens[at + 1 :]])
                break


def _signature(tokens: list[str]) -> tuple[str, ...] | None:
    """What a stretch is built of, its prepositions and figures in order; none where a clause begins in it."""
    kinds: list[str] = []
    for token in tokens:
        low = token.casefold()
        if low in PREPOSITIONS or low in RELATIONS:
            kinds.append(low)
        elif low in AUXILIARIES or low in RELATIVES or low in _MARKS:
            return None
        elif token[0].isdigit():
            kinds.append("0")
    leads = bool(tokens) and (tokens[0].casefold() in PREPOSITIONS or tokens[0][0].isdigit())
    return tuple(kinds) if leads and len(kinds) > 1 else None


def _converses(text: str) -> Iterator[str]:
    """ "A includes B" as "B is included in A", "A needs B" as "B is required for A"."""
    match = _HAS.search(text)
    if not match or any(words.search(text) for words in (_COLLECTIVE, _CONDITION, _UNSURE)):
        return
    things = [match["thing"]]
    if " and " in match["thing"]:
        things = [item.partition(" includes ")[2] for item in _items(f"It includes {match['thing']}")]
    for thing in things:
        yield f"{thing} is {'included in' if match['verb'].startswith('inc') else 'required for'} {match['whole']}"


def _items(text: str) -> Iterator[str]:
    """The sentence with one item in the place of its list."""
    tokens = _TOKEN.findall(text)
    lists = [at for at, token in enumerate(tokens) if token in ("and", "or")]
    if len(lists) == 1:  # of two, the items may belong to each other: "Oslo and Rome are in Norway and Italy"
        yield from _of_list(tokens, lists[0])


def _of_list(tokens: list[str], at: int) -> Iterator[str]:
    spans = _spans(tokens, at)
    if not spans or _COLLECTIVE.search(" ".join(tokens)):
        return
    before, behind = tokens[: spans[0][0]], tokens[spans[-1][1] :]
    if tokens[at] == "or":
        opened = bool(before) and before[0].casefold() == "if" and behind[:1] == [","]
        around = " ".join((*before, *behind))
        if not (opened or _DENIES.search(around) or _PERMITS.search(around)):
            return
    elif behind and behind[0].casefold() in AUXILIARIES:
        if not _begins(before) or any(word[0].isdigit() or belongs_to_figures(word) for word in behind):
            return  # "breakfast and dinner are 20 euros"
        if not ({"are", "were", "be"} & set(behind[:3]) and _OF_EACH & set(behind[1:4])):
            return  # "a passport and a visa are enough"
    elif behind and behind[0] not in (",", ";"):
        if behind[0].casefold() not in PREPOSITIONS | RELATIONS.keys() or not _one_determiner(tokens, spans):
            return
    elif _DENIES.search(" ".join(before)) or _CONDITION.search(" ".join(before)):
        return  # "not A and B", "if A and B fail"
    lengths = [end - start for start, end in spans]
    if len(spans) == 2 and tokens[spans[-1][0]].casefold() in DETERMINERS and lengths[1] > lengths[0]:
        return  # the end of the second cannot be told: "the drug and the diet reduce pain"
    shared = tokens[spans[-1][1] - 1 : spans[-1][1]] if spans[-1][1] - spans[-1][0] == 2 else []
    for start, end in spans:
        yield _joined([*before, *tokens[start:end], *behind])
        if shared and end - start == 1:  # "hot or carbonated water"
            yield _joined([*before, *tokens[start:end], *shared, *behind])


def _one_determiner(tokens: list[str], spans: list[tuple[int, int]]) -> bool:
    """ "Add the caraway and marjoram after an hour": under one article, what follows is said of both."""
    return [tokens[start].casefold() in DETERMINERS for start, _ in spans] == [True] + [False] * (len(spans) - 1)


def _begins(before: list[str]) -> bool:
    return not before or (len(before) == 1 and before[0].casefold() in DETERMINERS)


def _spans(tokens: list[str], at: int) -> list[tuple[int, int]]:
    """The items joined by the "and" at an index, as (start, end); none where their ends cannot be told."""
    last = at + 1
    while last < len(tokens) and _is_item(tokens[last]) and last - at <= _LONGEST_ITEM + 1:
        if last > at + 1 and tokens[last].casefold() in DETERMINERS:
            return []
        last += 1
    if not 0 < last - at - 1 <= _LONGEST_ITEM:
        return []
    spans = [(at + 1, last)]
    end = at - 1 if at and tokens[at - 1] == "," else at
    while True:
        start = end
        while start and _is_item(tokens[start - 1]) and end - start <= _LONGEST_ITEM:
            start -= 1
            if tokens[start].casefold() in DETERMINERS:
                break
        if not 0 < end - start <= _LONGEST_ITEM:
            return []
        spans.insert(0, (start, end))
        if not start or tokens[start - 1] != ",":
            break
        end = start - 1
    lead = tokens[start - 1].casefold() if start else ""
    told = tokens[start].casefold() in DETERMINERS or _begins(tokens[:start])
    return spans if told or lead in PREPOSITIONS | AUXILIARIES | _TAKES else []


def _is_item(token: str) -> bool:
    low = token.casefold()
    closed = low in AUXILIARIES or low in PREPOSITIONS or low in RELATIONS or low in RELATIVES or low in _MARKS
    return not (
        closed or low == "them" or low in _TAKES or (low in EXTRAS and low not in DETERMINERS) or low.endswith("ly")
    )


def _joined(tokens: list[str]) -> str:
    return re.sub(r" (?=[,;:)])", "", " ".join(tokens))
