"""The closed shapes of the answers a teacher gives, and how each is read: a typed value or Malformed.

Every shape has one reader. A reader mends nothing that changes the meaning: an unknown verdict word, a score off the
scale or a missing aspect makes the whole answer malformed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from studio.llm.parse import Level, Malformed, read_object, spoken

Verdict = Literal["SUPPORTED", "CONTRADICTED", "NOT_FOUND", "NOT_CHECKABLE"]
ClaimKind = Literal["fact", "number", "date", "quote", "opinion", "instruction"]
AspectName = Literal["relevance", "completeness", "clarity", "instruction", "tone"]
Severity = Literal["blocker", "major", "minor"]

ASPECTS: tuple[AspectName, ...] = get_args(AspectName)
ANSWER_BEGIN, ANSWER_END = "<<<ANSWER", "ANSWER>>>"
MOST_CLAIMS, MOST_ISSUES, MOST_QUOTES = 120, 40, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidQuote:
    """A passage the model says it copied: the label of the evidence and the words."""

    chunk: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidClaim:
    """One claim of the candidate with what the model says about it, not yet checked."""

    text: str
    kind: ClaimKind
    verdict: Verdict
    quotes: tuple[SaidQuote, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    claims: tuple[SaidClaim, ...]
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One side of the answer, scored 1 (bad) to 5 (nothing to wish for)."""

    name: AspectName
    score: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something to mend: which aspect, how bad, and what to do about it."""

    id: str
    aspect: AspectName
    severity: Severity
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Critique:
    aspects: tuple[Aspect, ...]
    issues: tuple[Issue, ...]
    refusal: bool
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A revised answer and which issues (by id) it says it dealt with."""

    text: str
    applied: tuple[str, ...]
    not_applied: tuple[str, ...]


class _Wrong(ValueError):
    """A field does not have the shape it must have; the message names it."""


def read_verdicts(text: str) -> Verdicts | Malformed:
    """Read `{"claims": [{"text", "kind", "quotes": [{"chunk", "text"}], "why", "verdict"}]}`."""
    parsed = read_object(text)
    if isinstance(parsed, Malformed):
        return parsed
    try:
        claims = tuple(_claim(entry, f"claims[{n}]") for n, entry in enumerate(_list(parsed.value, "claims")))
        if len(claims) > MOST_CLAIMS:
            raise _Wrong(f"more than {MOST_CLAIMS} claims")
    except _Wrong as wrong:
        return Malformed(error=str(wrong))
    return Verdicts(claims=claims, level=parsed.level)


def read_critique(text: str) -> Critique | Malformed:
    """Read `{"aspects": [{"name", "why", "score"}], "issues": [{"aspect", "severity", "fix"}], "refusal"}`.

    All five aspects once, scores whole numbers from 1 to 5 ("4" and 4.0 are taken as 4).
    """
    parsed = read_object(text)
    if isinstance(parsed, Malformed):
        return parsed
    try:
        aspects = [_aspect(entry, f"aspects[{n}]") for n, entry in enumerate(_list(parsed.value, "aspects"))]
        names = [aspect.name for aspect in aspects]
        if sorted(names) != sorted(ASPECTS):
            raise _Wrong(f"aspects must hold each of {', '.join(ASPECTS)} once")
        raw = parsed.value.get("issues", [])
        if not isinstance(raw, list) or len(raw) > MOST_ISSUES:
            raise _Wrong(f"issues must be a list of at most {MOST_ISSUES}")
        issues = tuple(_issue(entry, n) for n, entry in enumerate(raw))
        refusal = parsed.value.get("refusal", False)
        if not isinstance(refusal, bool):
            raise _Wrong("refusal must be true or false")
    except _Wrong as wrong:
        return Malformed(error=str(wrong))
    ordered = tuple(sorted(aspects, key=lambda aspect: ASPECTS.index(aspect.name)))
    return Critique(aspects=ordered, issues=issues, refusal=refusal, level=parsed.level)


def read_rewrite(text: str) -> Rewrite | Malformed:
    """Read the revised answer between its two marks, then an optional JSON trailer with `applied`, `not_applied`.

    A long text is not carried inside JSON: a cut then costs the trailer, not the text.
    """
    text = spoken(text)
    start = text.find(ANSWER_BEGIN)
    end = text.find(ANSWER_END, start + 1)
    if start < 0 or end < 0:
        missing = ANSWER_BEGIN if start < 0 else ANSWER_END
        return Malformed(error=f"The revised answer must stand between {ANSWER_BEGIN} and {ANSWER_END}; no {missing}.")
    body = text[start + len(ANSWER_BEGIN) : end].strip()
    if not body:
        return Malformed(error="The revised answer is empty.")
    trailer = read_object(text[end + len(ANSWER_END) :])
    value = {} if isinstance(trailer, Malformed) else trailer.value
    return Rewrite(text=body, applied=_ids(value.get("applied")), not_applied=_ids(value.get("not_applied")))


def write_rewrite(text: str, trailer: str) -> str:
    """The form `read_rewrite` reads."""
    return f"{ANSWER_BEGIN}\n{text}\n{ANSWER_END}\n{trailer}"


def label(value: Any) -> str:
    """The evidence label in whatever way a model writes it: 3, "3", "c3", "[3]", "[[c3]]" are all "3"."""
    found = re.fullmatch(r"\W*(?:c|chunk|passage)?\W*(\d{1,4})\W*", str(value), re.IGNORECASE)
    return str(int(found[1])) if found else str(value)[:40]


def _claim(entry: Any, where: str) -> SaidClaim:
    fields = _object(entry, where)
    quotes = fields.get("quotes", [])
    if not isinstance(quotes, list) or len(quotes) > MOST_QUOTES:
        raise _Wrong(f"{where}.quotes must be a list of at most {MOST_QUOTES}")
    return SaidClaim(
        text=_text(fields, "text", where, most=2_000),
        kind=_one_of(fields.get("kind", "fact"), get_args(ClaimKind), f"{where}.kind"),
        verdict=_one_of(fields.get("verdict"), get_args(Verdict), f"{where}.verdict"),
        quotes=tuple(_quote(quote, f"{where}.quotes[{n}]") for n, quote in enumerate(quotes)),
        why=_text(fields, "why", where, most=1_000, required=False),
    )


def _quote(entry: Any, where: str) -> SaidQuote:
    fields = _object(entry, where)
    return SaidQuote(chunk=label(fields.get("chunk", "")), text=_text(fields, "text", where, most=4_000))


def _aspect(entry: Any, where: str) -> Aspect:
    fields = _object(entry, where)
    name = _one_of(fields.get("name"), ASPECTS, f"{where}.name")
    return Aspect(
        name=name,
        score=_score(fields.get("score"), f"{where}.score"),
        why=_text(fields, "why", where, most=1_000, required=False),
    )


def _issue(entry: Any, n: int) -> Issue:
    where = f"issues[{n}]"
    fields = _object(entry, where)
    return Issue(
        id=f"i{n + 1}",
        aspect=_one_of(fields.get("aspect"), ASPECTS, f"{where}.aspect"),
        severity=_one_of(fields.get("severity"), get_args(Severity), f"{where}.severity"),
        fix=_text(fields, "fix", where, most=2_000),
    )


def _score(value: Any, where: str) -> int:
    if isinstance(value, str) and re.fullmatch(r"\s*[1-5](?:\.0+)?\s*", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 5 or value != int(value):
        raise _Wrong(f"{where} must be a whole number from 1 to 5")
    return int(value)


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    if not isinstance(found, list):
        raise _Wrong(f"{name} must be a list")
    return found


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(f"{where} must be an object")
    return value


def _text(fields: Mapping[str, Any], name: str, where: str, *, most: int, required: bool = True) -> str:
    value = fields.get(name, None if required else "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise _Wrong(f"{where}.{name} must be text")
    if len(value) > most:
        raise _Wrong(f"{where}.{name} is longer than {most} characters")
    return value.strip()


def _one_of(value: Any, allowed: tuple[Any, ...], where: str) -> Any:
    if isinstance(value, str):
        plain = value.strip().replace(" ", "_")
        for word in allowed:
            if plain.casefold() == word.casefold():
                return word
    raise _Wrong(f"{where} must be one of {', '.join(allowed)}")


def _ids(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    named = [entry.get("id") if isinstance(entry, dict) else entry for entry in value]
    return tuple(name[:20] for name in named if isinstance(name, str))[:MOST_CLAIMS]
