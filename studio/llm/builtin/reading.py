"""One sentence read for comparison: its words, figures and bounds in clauses and phrases, and what governs them.

No grammar of English: function words show where clauses and phrases begin, auxiliaries where the subject ends. That is
enough to tell who goes with what, which parts may be left out, and which part a negation or a "may" governs.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from studio.llm.bounds import Bounded, bounded
from studio.llm.builtin.wordlists import (
    AUXILIARIES,
    BE,
    CONDITIONS,
    CUES,
    DETERMINERS,
    DIGITS,
    EXTRAS,
    HEDGES,
    IGNORED,
    JOINTS,
    MATTERS,
    MODALS,
    NARRATED,
    OTHERS,
    PAST,
    PERFECT,
    PREPOSITIONS,
    QUANTIFIERS,
    RELATIONS,
    RELATIVES,
    SUBORDINATORS,
    TOLD,
    TURNS,
)
from studio.llm.figures import CITATION
from studio.llm.language import IRREGULAR, SYNONYMS, stem

_PIECE = re.compile(r"[^\W_]+(?:['.][^\W_]+)*(?:-(?=[^\W_]*\d)[^\W_]+)*|[,;:()—|]")
#: A condition behind what it governs, in a sentence of two parts.
_BEHIND = re.compile(
    r"(?P<main>(?:(?! (?:and|but) )[^,;:()])+?),? (?P<condition>(?:if|unless|when) [^,;:()]+)", re.IGNORECASE
)
_AGENT = re.compile(r"[a-z]{3,}[eo]rs?\Z")
_FRONTED = PREPOSITIONS | {"during", "before", "after", "since", "until"}
_PRONOUNS = frozenset({"it", "they", "he", "she", "we", "you", "i"})
_PAST_FORM = re.compile(r"(?<!e)ed$(?<!\bbed)(?<!\bred)(?<!\bshed)(?<!hundred)|(?:agr|fr|guarant)eed$")
_RESTRICTED = frozenset({"more", "less", "least", "most", "about", "low", "high"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word (its stem) or a figure, and its place.

    preposition: what its phrase begins with. zone: before the first auxiliary "subject", up to the next preposition
    "verb", then "adjunct". role: "agent" or "patient" where an auxiliary shows it. rank: its place in active voice.
    loose: may be left out without changing what the rest says. of: behind "of". amount: a figure right there.
    """

    value: str
    bounded: Bounded | None
    clause: int
    phrase: int
    preposition: str
    zone: str
    role: str = ""
    rank: int = 0
    loose: bool = False
    amount: bool = False
    of: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A negation, quantifier, modal, "other" or hedge, or the tense, and the index of the token it stands before.

    "past": an auxiliary says so; "told": a verb may be past; "done": "has" with a participle.
    """

    kind: str
    value: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A sentence as tokens and operators.

    leans: it begins with a pronoun. joints: what each clause begins with. nominal: clauses that begin with an article.
    """

    tokens: tuple[Token, ...]
    operators: tuple[Operator, ...]
    leans: bool
    joints: tuple[str, ...]
    nominal: frozenset[int] = frozenset()


def key(word: str) -> str:
    """The stem of a word; "receiver" and "receive" stay two."""
    low = word.casefold()
    if low not in SYNONYMS and _AGENT.match(low) and not stem(low).startswith(("old", "cold", "long", "new")):
        return low.removesuffix("s")
    return stem(low)


@lru_cache(maxsize=8_192)
def read(text: str) -> Reading:
    """Read one sentence."""
    text = " ".join(CITATION.sub("", text).replace("’", "'").split())
    for pattern, turn in (*TURNS, *DIGITS):
        text = pattern.sub(turn, text)
    first = _PIECE.match(text)
    leans = first is not None and first[0].casefold() in EXTRAS
    if behind := _BEHIND.fullmatch(text.rstrip(". ")):  # "X if Y" reads as "If Y, X"
        text = f"{behind['condition']}, {behind['main']}"
    reader = _Reader()
    reader.leans = leans
    position = 0
    for figure in [*bounded(text), None]:
        for piece in _PIECE.finditer(text, position, figure.start if figure else len(text)):
            reader.piece(piece[0])
        if figure:
            reader.figure(figure)
            position = figure.end
    return reader.done()


class _Reader:
    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.operators: list[Operator] = []
        self.joints = [""]
        self.leans = False
        self.clause = self.phrase = 0
        self.preposition, self.zone = "", "subject"
        self.aux: dict[int, int] = {}  # clause → index of the token behind its first auxiliary
        self.be: set[int] = set()
        self.bound: dict[int, int] = {}  # clause → index from which nothing may be left out
        self.subordinate: set[int] = set()  # clauses whose auxiliaries belong to an "if …" or "before …" in them
        self.adverbs: set[int] = set()
        self.told: set[int] = set()  # clauses whose auxiliary says that it happened
        self.narrated: set[int] = set()  # … whose verb does
        self.finished: set[int] = set()  # … with a participle: "refunded to" somebody, not "open to" somebody
        self.nominal: set[int] = set()
        self.indefinite = False
        self.of = False
        self.narrowed = False  # between "who" and its verb
        self.last = ""
        self.started = False

    def piece(self, word: str) -> None:
        low = word.casefold()
        if (word == "A" and self._here()) or (word == "May" and self.started):
            self.started = True
            self._token(word)  # "class A", no article; "in May", no permission
        else:
            self._read(word, low)
        if low not in ("a", "an", "the"):
            self.last = low

    def _read(self, word: str, low: str) -> None:
        if low in ",;:()—|" or low in JOINTS:
            self._joint(low)
            return
        self.started = True
        at = len(self.tokens)
        if low in OTHERS and self.last != "each":
            self.operators.append(Operator(kind="other", value="", at=at))
        if low in TOLD:
            self.told.add(self.clause)
        if low in HEDGES:
            self.operators.append(Operator(kind="hedge", value=low, at=at))
        if low in NARRATED or (_PAST_FORM.search(low) and self._here()):
            (self.finished if self.zone == "verb" else self.narrated).add(self.clause)
        if self.last in PERFECT and (low == "been" or low.endswith(("ed", "en")) or low in IRREGULAR):
            self.operators.append(Operator(kind="done", value="", at=at))
        if low in PAST:
            self.operators.append(Operator(kind="past", value="", at=at))
        if low in CUES:
            self.operators.append(Operator(kind="not", value="", at=at))
        if low in MODALS:
            self.operators.append(Operator(kind="modal", value=MODALS[low], at=at))
        elif low in QUANTIFIERS:
            self.operators.append(Operator(kind=QUANTIFIERS[low], value=low, at=at))
        if low in AUXILIARIES:
            self._auxiliary(low)
        elif low in RELATIONS:
            if low in SUBORDINATORS and self._here() and self.clause not in self.aux:
                self.subordinate.add(self.clause)
            self._phrase(RELATIONS[low])
            if RELATIONS[low] in CONDITIONS:
                self.bound.setdefault(self.clause, at)
            self._token(stem(RELATIONS[low]))
        elif low in PREPOSITIONS:
            self._phrase(low)
        elif low in RELATIVES:
            self._relative()
        elif low in _PRONOUNS:
            if self.zone == "subject" and self._here() and self.preposition in PREPOSITIONS:
                self._phrase("")  # "In summer she worked at the bridge"
        elif low in DETERMINERS:
            self.indefinite = low in ("a", "an")
            if not self._here():
                self.nominal.add(self.clause)
            if (
                self.zone == "subject"
                and self._here() == self._in_phrase() > (self.preposition in RELATIONS.values())
                and (self.preposition in PREPOSITIONS or self.preposition not in ("", *SUBORDINATORS))
            ):
                self._phrase("")  # "During a defrost the temperature …": here the subject begins
        elif low not in IGNORED and low not in CUES and low not in QUANTIFIERS:
            if low.endswith("ly") and low not in MATTERS:
                self.adverbs.add(at)
            if low.endswith("ing") and self.preposition == "by" and not self._in_phrase():
                self.preposition = "through"  # "by giving notice" names no doer
            if self.zone == "subject" and self.preposition in _FRONTED and self._measured():
                self._phrase("")  # "At 25 km/h assistance stops", "In the first 12 months repairs are free"
            for part in _parts(word):
                self._token(key(part))

    def figure(self, figure: Bounded) -> None:
        self.started = True
        if figure.bound not in ("", "about", "high") and self._in_phrase():
            self.phrase += 1
            self.preposition, self.of = "per" if self.preposition == "per" else "", False
        self._token(figure.figure.value, figure)
        self.last = ""

    def _joint(self, low: str) -> None:
        last = self.tokens[-1] if self.tokens else None
        if low == "and" and last and last.bounded and last.bounded.bound == "low":
            return
        if self._here():
            self.clause += 1
            self.phrase += 1
            self.preposition, self.zone, self.of = "", "subject", False
            self.joints.append(low)
        elif low in JOINTS:
            self.joints[-1] = low

    def _relative(self) -> None:
        """ "that", "who": of the subject it narrows the clause; of what follows it begins one of its own."""
        if 0 < self._here() <= 2:
            self.bound.setdefault(self.clause, 0)
            self.narrowed = True
        elif self._here():
            self._joint("which" if self.indefinite else "that")
        elif self.joints[-1] == ",":
            self.joints[-1] = "which"  # "the owner of the boat, who": told of the word before it, not of the subject

    def _auxiliary(self, low: str) -> None:
        self.phrase += 1
        self.preposition, self.of = "", False
        if self.clause in self.subordinate or self.narrowed:
            self.narrowed = False
            return
        if self.clause not in self.aux:
            self.aux[self.clause] = len(self.tokens)
            self.zone = "verb"
        if low in BE and self.aux[self.clause] == len(self.tokens):
            self.be.add(self.clause)

    def _phrase(self, preposition: str) -> None:
        self.phrase += 1
        self.of = preposition == "of"
        if not self.of:
            self.preposition = preposition
            if self.zone == "verb":
                self.zone = "adjunct"

    def _token(self, value: str, figure: Bounded | None = None) -> None:
        self.tokens.append(
            Token(
                value=value,
                bounded=figure,
                clause=self.clause,
                phrase=self.phrase,
                preposition=self.preposition,
                zone=self.zone,
                amount=figure is not None and self.last == "of",
                of=self.of,
            )
        )

    def _here(self) -> int:
        return sum(token.clause == self.clause for token in self.tokens)

    def _in_phrase(self) -> int:
        return sum(token.phrase == self.phrase for token in self.tokens)

    def _dates(self, n: int) -> bool:
        """Whether a token is of the phrase right behind a period that it dates."""
        start = next(k for k, token in enumerate(self.tokens) if token.phrase == self.tokens[n].phrase)
        figure = self.tokens[start - 1].bounded if start else None
        return figure is not None and figure.figure.unit in ("second", "month") and figure.bound != "every"

    def _measured(self) -> bool:
        """Whether the clause so far is prepositions, each with what it governs, and ends in a figure."""
        own = [token for token in self.tokens if token.clause == self.clause]
        return bool(own) and own[-1].bounded is not None and all(token.preposition for token in own)

    def done(self) -> Reading:
        for clause in range(len(self.joints)):
            self._finish(clause)
            self._carry_on(clause)
        return Reading(
            tokens=tuple(self.tokens),
            operators=tuple(self.operators),
            leans=self.leans,
            joints=tuple(self.joints),
            nominal=frozenset(self.nominal),
        )

    def _carry_on(self, clause: int) -> None:
        """ "Not for salaries or land" denies both, "may be searched or refused entry" permits both."""
        if self.joints[clause] not in ("or", "nor", "and") or clause in self.aux:
            return
        own, before = ([n for n, t in enumerate(self.tokens) if t.clause == c] for c in (clause, clause - 1))
        modal = next((op.value for op in self.operators if op.kind == "modal" and op.at in before), "")
        if own and modal and clause not in self.nominal and not self.tokens[own[0]].preposition:
            self.operators.append(Operator(kind="modal", value=modal, at=own[0]))
        if self.joints[clause] == "and":
            return
        denied = {op.at for op in self.operators if op.kind == "not"}
        if own and denied & set(before) and not denied & set(own):
            self.operators.append(Operator(kind="not", value="", at=own[0]))

    def _finish(self, clause: int) -> None:
        """Zones of a clause without auxiliary, roles, ranks and what may be left out."""
        places = [n for n, token in enumerate(self.tokens) if token.clause == clause]
        tokens = [self.tokens[n] for n in places]
        doers = [t for t in tokens if t.preposition == "by"]
        agent = {t.phrase for t in doers if not t.bounded and (t.zone != "subject" or clause not in self.aux)}
        if clause not in self.aux:
            if agent and clause - 1 in self.be:
                self.be.add(clause)
            lead = tokens[0].phrase if tokens else 0
            tokens = [replace(t, zone="verb" if t.phrase == lead or not t.preposition else "adjunct") for t in tokens]
            if tokens and clause in self.narrated:
                self.operators.append(Operator(kind="told", value="", at=places[0]))
        passive = clause in self.be
        early: set[int] = set()  # without auxiliary, a phrase behind one or two words may still belong to the subject
        if clause not in self.aux and sum(token.phrase == tokens[0].phrase for token in tokens) <= 2:
            early = {next((token.phrase for token in tokens if token.phrase != tokens[0].phrase), -1)}
        governed = {op.kind for op in self.operators for n in places if op.at == n} & {"not", "only"}
        modal = any(op.kind == "modal" for op in self.operators for n in places if op.at == n)
        # Of what happened once, where, when and for whom only tell more; of a rule they are conditions.
        happened = not modal and (clause in self.told or (clause in self.narrated and clause not in self.aux))
        harmless = {"by", "through", "via"} | (set() if modal else {"before"})
        if clause in self.finished:
            harmless.add("to")
        behind = ""
        for n, token in zip(places, tokens, strict=True):
            role = ""
            if clause in self.aux or passive:
                doing = token.phrase in agent and passive
                role = "agent" if doing or (token.zone == "subject" and not passive) else "patient"
                if token.zone == "subject" and token.preposition:
                    role = ""
                if token.zone == "adjunct" and not doing:
                    role = ""
            fronted = token.zone == "subject" and token.preposition and token.phrase == tokens[0].phrase
            order = 0 if role == "agent" else 1 if token.zone == "verb" else 2 if token.zone == "subject" else 3
            order = 3 if fronted else order
            loose = token.zone == "adjunct" and not governed and n < self.bound.get(clause, len(self.tokens))
            if token.bounded and token.bounded.bound in _RESTRICTED:
                loose = False
            if token.bounded and token.preposition == "for":
                loose = False  # "for the first six weeks"
            if token.preposition in ("after", "before", "since") and self._dates(n):
                loose = False  # "within 36 hours after the breach"
            if token.preposition == "per" or token.phrase in early:
                loose = False
            behind = token.preposition or behind
            if not happened and behind not in harmless:
                loose = False
            loose = loose or (n in self.adverbs and not governed) or _is_amount(tokens, n - places[0])
            self.tokens[n] = replace(token, role=role, rank=order * 1000 + n, loose=loose)


def _is_amount(tokens: list[Token], n: int) -> bool:
    """ "of 200 euros per month" behind a noun: told apart from it."""
    figure = tokens[n].bounded
    if figure is None or n == 0 or tokens[n].zone == "subject":
        return False
    return _is_amount(tokens, n - 1) if figure.bound == "every" else tokens[n].amount and figure.bound == ""


def _parts(word: str) -> list[str]:
    return [word] if any(char.isdigit() for char in word) else [part for part in re.split(r"[.]", word) if part]
