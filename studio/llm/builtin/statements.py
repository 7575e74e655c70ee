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
_NAME = r"(?:(?:Dr|Mr|Ms|Mrs|Prof)\.? )?[A-Z][\w'’-]+(?: [A-Z][\w'’.-]+){0,3}"
_NOUN = r"(?:[a-z][\w-]+ ){0,2}[a-z][\w-]+"
_CALLED = re.compile(rf"(?P<role>\b[Tt]he {_NOUN}(?: of the {_NOUN})?), (?P<name>{_NAME})(?=[,.;]|$)")
_BEING = re.compile(rf"(?P<name>\b{_NAME}), (?P<role>the {_NOUN}(?: of the {_NOUN})?)(?=[,.;]|$)")
_ASIDE = re.compile(
    rf"(?:^|\W)(?P<head>{_NAME}|(?:the|a|an) {_NOUN}|(?!\w+ing )[a-z-]{{4,}}(?: [a-z-]{{4,}})?), (?:which|who)"
    r" (?P<says>[^,;:]+)(?=[,.;]|$)"
)
_BUT_NOT = re.compile(
    r"(?P<start>[^,;]+?) (?P<be>is|are|was|were|may|can|must|will) (?P<rest>[^;]+?),? (?:but|and) (?:not|never)"
    r" (?P<preposition>for|in|on|at|to|with|by) (?P<other>[^,;]+)"
)
_PLACE = re.compile(r" (?:only )?(?:for|in|on|at|to|with|by|between|from|within|during|after|before)\b")
_MAINLY = re.compile(r"(?P<start>[^;]+), (?:mainly|mostly|especially|particularly|for example|usually) [^,;]+")
_WHEN = re.compile(r"(?P<start>.+ (?P<date>(?:in|on) (?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4})), when (?P<says>[^;,]+)")
_MADE = re.compile(
    rf"(?:^|\W)(?P<head>{_NAME}|(?:the|a|an|two|three|four|\d+) {_NOUN}), which (?P<doer>the {_NOUN}|{_NAME})"
    r" (?P<verb>[a-z]+)(?P<rest>(?: (?:in|on|at|for|from|to) [^,;]+)?)(?=[,.;]|$)"
)
_THEN = re.compile(
    r"(?P<first>[^;:]+?),? and (?:then )?(?P<next>(?!to\b|is\b|are\b)[a-z]+ (?:the|a|an|it|them) [^;:]+)"
)
_ELLIPSIS = re.compile(
    r"(?P<start>[^,;]+) (?P<be>may|can|must|is|are) (?P<rest>[^,;]+)[;,] (?:but )?(?P<other>[^,;]+) (?P=be)(?: ?not)"
)
_INSTEAD = re.compile(r"(?P<start>[^;]+?)(?: instead of [^,;]+|, not [^,;]+)")
_HAS = re.compile(
    r"(?P<whole>(?:[Tt]he |[Aa] |[Aa]n |[A-Z])[\w' -]{2,40}?) (?:(?:is|are|costs?) [^,;]{1,30}? and )?"
    r"(?P<verb>includes?|needs?|requires?) (?!to\b)(?P<thing>[^;:()]+?)(?=, which\b|$)"
)
_BECAUSE = re.compile(r"(?P<says>[^;:]+?)(?P<comma>,?) because (?!of\b)(?P<why>[^;:]+)", re.IGNORECASE)
_NEGATED_MAIN = re.compile(r"\b(?:not|only|merely|just|might|may|could)\b", re.IGNORECASE)
_GUESSED = re.compile(rf"\b(?:only|merely|just|might|that|whether|{'|'.join(sorted(HEDGES))})\b", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def statements(text: str) -> tuple[str, ...]:
    """What a sentence says besides itself, each as a sentence; at most twelve."""
    text = " ".join(CITATION.sub("", text).split()).rstrip(". ")
    found: dict[str, None] = {}
    for part in (*_parts(text), text):
        for one in (part, *_asides(part), *_contrasts(part), *_parallels(part), *_converses(part)):
            for simple in (*_items(one), *(() if one == text else (one,))):
                found.setdefault(simple)
    return tuple(islice(found, MOST_STATEMENTS))


def each(text: str) -> tuple[str, ...]:
    """A claim about several as a claim about each; none where it is about one, or may not be taken apart."""
    tokens = _TOKEN.findall(text.rstrip(". "))
    lists = [at for at, token in enumerate(tokens) if token in ("and", "or")]
    if len(lists) != 1 or tokens[lists[0]] == "or":
        return ()
    found = tuple(_of_list(tokens, lists[0]))
    return found if len(found) > 1 else ()


def _parts(text: str) -> Iterator[str]:
    """Sides of a semicolon, and what a "because" joins: both are said."""
    for side in text.split("; ") if "; " in text else (text,):
        if side.casefold().startswith(("otherwise", "then")):
            continue
        because = _BECAUSE.fullmatch(side)
        if because and not _CONDITION.search(because["says"]):
            if not _GUESSED.search(because["says"]):
                yield because["why"]
            if because["comma"] or not _NEGATED_MAIN.search(because["says"]):
                yield because["says"]
        elif side != text:
            yield side
        two = _THEN.fullmatch(side)
        if two and not (_CONDITION.search(side) or _COLLECTIVE.search(side) or _DENIES.search(two["first"])):
            if two["first"].split()[0].casefold() in PREPOSITIONS:
                continue
            yield two["first"]
            yield two["next"]


def _asides(text: str) -> Iterator[str]:
    """ "The warden, Ilse Hartmann, refills them": she is the warden, and the sentence holds of her by name and role."""
    for pattern in (_CALLED, _BEING):
        for match in pattern.finditer(text):
            rest = text[match.end() :]
            if re.match(r", (?:and|or|[A-Z])", rest):
                continue  # a list, no aside
            yield f"{match['name']} is {match['role']}"
            yield f"{match['role']} is {match['name']}"
            if rest.startswith(",") or not rest.strip(". "):
                for part in ("name", "role"):
                    yield f"{text[: match.start()]}{match[part]}{rest.removeprefix(',')}"
    if dated := _WHEN.fullmatch(text):
        yield dated["start"]
        yield f"{dated['says']} {dated['date']}"
    for match in _MADE.finditer(text):
        yield f"{match['doer']} {match['verb']} {match['head']}{match['rest']}"
    for match in _ASIDE.finditer(text):
        yield f"{match['head']} {match['says']}"
        if not _CONDITION.search(match["says"]):
            yield f"{text[: match.start('head')]}{match['head']}{text[match.end() :].removeprefix(',')}"


def _contrasts(text: str) -> Iterator[str]:
    """ "Available for A, but not for B": each side; "instead of B" and "not B" add nothing to what holds of A."""
    if match := _BUT_NOT.fullmatch(text):
        start, be, rest, preposition, other = match.group("start", "be", "rest", "preposition", "other")
        yield f"{start} {be} {rest}"
        yield f"{start} {be} not {_PLACE.split(rest)[0]} {preposition} {other}"
    elif match := _ELLIPSIS.fullmatch(text):
        yield f"{match['start']} {match['be']} {match['rest']}"
        yield f"{match['other']} {match['be']} not {match['rest'].split(' with ')[0]}"
    elif match := _INSTEAD.fullmatch(text) or _MAINLY.fullmatch(text):
        yield match["start"]


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
    if not match or any(words.search(text) for words in (_COLLECTIVE, _CONDITION, _NEGATED_MAIN)):
        return
    things = [match["thing"]]
    if " and " in match["thing"]:
        things = [item.partition(" includes ")[2] for item in _items(f"It includes {match['thing']}")]
    for thing in things:
        yield f"{thing} is {'included in' if match['verb'].startswith('inc') else 'required for'} {match['whole']}"


def _items(text: str) -> Iterator[str]:
    """The sentence with one item in the place of a list, for each list it has."""
    if " and " not in text and " or " not in text:
        return
    tokens = _TOKEN.findall(text)
    for at, token in enumerate(tokens):
        if token in ("and", "or"):
            yield from _of_list(tokens, at)


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
    elif behind and behind[0] not in (",", ";") and not _one_determiner(tokens, spans):
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
    return not (closed or low in _TAKES or (low in EXTRAS and low not in DETERMINERS) or low.endswith("ly"))


def _joined(tokens: list[str]) -> str:
    return re.sub(r" (?=[,;:)])", "", " ".join(tokens))
