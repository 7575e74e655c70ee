"""False but fluent claims, derived with a fixed seed from true sentences of the samples and of the test documents."""

import html
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from studio.samples import FOLDER
from tests.core.llm import documents
from tests.core.llm.twists import BOUNDS, DATES, DETAILS, MODALS, NOTS, ONLY, QUANTIFIERS, ROLES, UNITS

Passages = list[dict[str, str]]


def passages(name: str) -> Passages:
    """A sample as the vault would hand it over: one passage a section."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    if name.endswith(".html"):
        text = re.sub(r"<(?:h\d|p)[^>]*>", "\n\n", re.sub(r"(?s)<title>.*?</title>", "", text))
        text = html.unescape(re.sub(r"<[^>]+>", "", text))
        title, cuts = "Service agreement", re.split(r"\n\n(?=[A-Z][^.\n]{3,40}\n\n)", text)
    elif name.endswith(".md"):
        title, cuts = text.splitlines()[0].lstrip("# "), re.split(r"\n(?=## )", text)
    else:
        title, cuts = text.splitlines()[0], re.split(r"\n(?=\d\. )", text)
    return [{"label": str(n), "title": title, "text": cut.strip()} for n, cut in enumerate(cuts, 1) if cut.strip()]


TRAVEL = passages("travel-and-expenses.md")
COLD = passages("cold-chain-handbook.md")
RETURNS = passages("returns-and-complaints.md")
RX40 = passages("rx40-operator-manual.txt")
AGREEMENT = passages("service-agreement.html")
_BY_NAME: dict[str, Passages] = {
    "TRAVEL": TRAVEL,
    "COLD": COLD,
    "RETURNS": RETURNS,
    "RX40": RX40,
    "AGREEMENT": AGREEMENT,
    "LEAVE_POLICY": documents.LEAVE_POLICY,
    "PUMP_MANUAL": documents.PUMP_MANUAL,
    "SERVICE_CONTRACT": documents.SERVICE_CONTRACT,
    "RELEASE_NOTES": documents.RELEASE_NOTES,
    "RETENTION_POLICY": documents.RETENTION_POLICY,
    "LEASE": documents.LEASE,
    "API_GUIDE": documents.API_GUIDE,
}
ALL = tuple(_BY_NAME.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Falsehood:
    """A false claim, what was done to which true sentence, and the document it is held against.

    stated: whether the evidence states it otherwise, so that CONTRADICTED is expected.
    """

    kind: str
    claim: str
    source: str
    document: Passages
    stated: bool


def true_sentences(document: Passages) -> list[str]:
    """Whole sentences of a document, each on one line."""
    found = []
    for passage in document:
        for block in re.split(r"\n\s*\n|\n- |^# .*\n|\n# .*\n", passage["text"]):
            line = " ".join(block.split())
            found.extend(s for s in re.split(r"(?<=[.;])\s+(?=[A-Z])", line) if s.endswith(".") and len(s.split()) > 4)
    return [re.sub(r"^\d+\. (?:[A-Z][a-z ]+\. )?", "", s) for s in found]


def _each(document: Passages, old: str, new: str) -> Iterator[tuple[str, str]]:
    for sentence in true_sentences(document):
        changed = re.sub(old, new, sentence, count=1)
        if changed != sentence:
            yield sentence, changed[0].upper() + changed[1:]


_NUMBER = re.compile(r"(?<![\w.-])\d[\d,.]*(?=[\s%])|\b(?:two|three|five|six|seven|ten|twelve)\b")
_SPLIT = re.compile(r"^(?P<subject>[A-Z][^,;:]{3,60}?) (?P<rest>(?:is|are|must|may|can|shall) .*\.)$")


def _changed(kind: str, table: tuple[tuple[str, str], ...], *, stated: bool = True) -> Iterator[Falsehood]:
    for document in ALL:
        truths = {_plain(s) for s in true_sentences(document)}
        for old, new in table:
            for source, claim in _each(document, old, new):
                if _plain(claim) not in truths:
                    yield Falsehood(kind=kind, claim=claim, source=source, document=document, stated=stated)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _numbers(chance: random.Random) -> Iterator[Falsehood]:
    for document in ALL:
        for source in true_sentences(document):
            for number in _NUMBER.finditer(source):
                words = number[0].isalpha()
                other = "nine" if words else str(chance.choice((3, 7, 11, 45, 60, 99, 250)))
                if other == number[0] or re.search(r"(?:Code|extension|edition of) $", source[: number.start()]):
                    continue
                claim = source[: number.start()] + other + source[number.end() :]
                yield Falsehood(kind="number", claim=claim, source=source, document=document, stated=True)


def _roles() -> Iterator[Falsehood]:
    for name, swaps in ROLES.items():
        for old, new in swaps:
            for source, claim in _each(_BY_NAME[name], old, new):
                yield Falsehood(kind="role or name", claim=claim, source=source, document=_BY_NAME[name], stated=True)


def _details(chance: random.Random) -> Iterator[Falsehood]:
    for document in ALL:
        for source in chance.sample(true_sentences(document), 5):
            claim = f"{source.rstrip('.')} {chance.choice(DETAILS)}."
            yield Falsehood(kind="invented detail", claim=claim, source=source, document=document, stated=False)


def _glued(chance: random.Random) -> Iterator[Falsehood]:
    """The subject of one sentence with the predicate of another one of the same document."""
    for document in ALL:
        halves = [found for s in true_sentences(document) if (found := _SPLIT.match(s))]
        for one in halves:
            for other in chance.sample(halves, min(4, len(halves))):
                numbered = other["rest"].split()[0] == one["rest"].split()[0]
                if one["subject"] != other["subject"] and numbered and other["subject"] not in ("It", "This"):
                    claim = f"{one['subject']} {other['rest']}"
                    yield Falsehood(kind="glued", claim=claim, source=other[0], document=document, stated=False)


def falsehoods() -> list[Falsehood]:
    """All of them; the same ones every time."""
    chance = random.Random(2026)
    return [
        *_numbers(chance),
        *_changed("unit", UNITS),
        *_changed("bound", BOUNDS),
        *_changed("negation", NOTS),
        *_changed("only, unless", ONLY, stated=False),
        *_changed("modality", MODALS),
        *_changed("quantifier", QUANTIFIERS),
        *_changed("date or period", DATES),
        *_roles(),
        *_details(chance),
        *_glued(chance),
    ]
