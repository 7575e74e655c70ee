"""Drafting and rewriting by extraction: every sentence of the answer stands in the evidence and cites it."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import zip_longest

from studio.llm.bounds import Bounded, bounded
from studio.llm.builtin.evidence import LONGEST, Evidence, Sentence, bare, codes
from studio.llm.builtin.judge import claim_spans, judge
from studio.llm.builtin.reading import key, read
from studio.llm.builtin.wordlists import AUXILIARIES, LIGHT
from studio.llm.figures import Figure, figures, is_unit, lacking
from studio.llm.language import content, names, negated, stem, words
from studio.llm.sentences import sentences

MOST_SENTENCES = 4
MOST_EXPECTED = 3
NO_ANSWER = "The documents do not answer this question."
_WANTS_FIGURE = re.compile(
    r"\bhow (?:many|much|long|often|old|far|fast|big|large|high|late|early|soon)\b|\bwhen\b"
    r"|\bwhat (?:time|percentage|date|amount|temperature|number)\b"
    r"|\b(?:maximum|minimum|deadline|limit|price|cost|fee|period|duration)\b",
    re.IGNORECASE,
)
#: What the figure of an answer counts, by how the question asks; a sentence without such a figure answers another one.
_MEASURES = tuple(
    (re.compile(rf"\b(?:{turn})\b", re.IGNORECASE), frozenset(units.split()))
    for turn, units in (
        (r"how (?:deep|high|tall|wide|far|thick)", "millimetre"),
        (r"how heavy|how much does .* weigh", "gram"),
        (r"how long", "millimetre second month"),
        (r"how (?:soon|quickly|fast)", "second month date"),
        (r"how much .*\b(?:costs?|fee|price|rent|salary|pay|paid|spend|spent)", "money"),
        (r"what (?:is|was|are) .*\b(?:cost|fee|price|rent|salary)", "money"),
    )
)
_MONEY = frozenset({"usd", "eur", "gbp", "chf", "sek", "jpy", "inr"})
_AS_NOUN = {
    "deep": "depth",
    "high": "height",
    "tall": "height",
    "wide": "width",
    "heavy": "weight",
    "thick": "thickness",
}
#: Words of a question that only ask, not name.
_ASKING_WORDS = """need have take cost soon quickly fast happen large big far answer tell know describe explain handle
    possible exist
    wie was wer wen wem wann wo wohin woher warum wieso weshalb womit wofür welche welcher welches welchen viel viele
    hoch lange oft groß schnell weit alt kostet gibt gilt brauche ich wir sie man uns mein meine unser unsere es"""
_ASKING = frozenset(map(stem, _ASKING_WORDS.split())) | LIGHT
_TWO_PARTS = re.compile(
    r",?\s+and\s+(?=(?:how|when|who|what|where|why|which|can|is|are|do|does|must|may|will)\b)", re.IGNORECASE
)
_REASON = re.compile(r"\b(?:because|cause|due to|since|reason|so that)\b", re.IGNORECASE)
#: "class A", "zone 2"; neither "must I" nor "within 4 hours".
_LABEL = re.compile(
    r"\b(?P<noun>[^\W\d_]{3,}) (?P<label>[A-HJ-Z]|\d{1,2})\b(?![.,]\d| ?[%°€$£])(?= ?(?P<next>[^\W\d_]*))"
)
_LEANS = re.compile(
    r"^(?:it|its|this|these|those|they|their|he|she|such|however|also|then|otherwise|in addition|moreover"
    r"|(?:in|at) (?:this|that|these|those|such)\b)\b",
    re.IGNORECASE,
)


def relevant(question: str, evidence: Evidence, *, most: int = MOST_SENTENCES) -> list[Sentence]:
    """The sentences that answer a question, best first; none when nothing speaks of it.

    A question of two parts ("Who can apply, and when …?") is answered part by part.
    """
    question = question[:LONGEST]
    parts = parts_of(question)
    answers = [_relevant(part, evidence, most=most) for part in parts] if len(parts) > 1 else []
    if not all(answers) or not answers:
        return _relevant(question, evidence, most=most)
    in_turn = (sentence for place in zip_longest(*answers) for sentence in place if sentence)
    return list(dict.fromkeys(in_turn))[:most]


def parts_of(question: str) -> list[str]:
    """The questions in a question that name something of their own."""
    return [part for part in _TWO_PARTS.split(question) if set(content(part)) - _ASKING]


def _relevant(question: str, evidence: Evidence, *, most: int) -> list[Sentence]:
    wanted = _wanted(question)
    if not wanted:
        return []
    asked, doing, units = _asked_about(question, evidence), _doing(question), _measure(question)
    scored: list[tuple[float, Sentence]] = []
    measured: list[tuple[float, Sentence]] = []
    last = 0.0
    for sentence in evidence.sentences:
        score = _score(question, wanted, sentence, evidence)
        fits = not units or any(_counts(figure, units) for figure in sentence.figures) or _is_priced(sentence, units)
        if units and fits and _LEANS.match(sentence.text):
            score = max(score, 0.95 * last)  # "It is 312 metres long."
        last = score
        about = not asked or asked in _speaks_of(sentence)
        if about and not sentence.is_heading and (fits or "money" not in units) and _does(sentence, doing):
            scored.append((score if fits else 0.8 * score, sentence))
            if units and fits:
                measured.append(scored[-1])
    if max(measured, default=(0.0,), key=lambda pair: pair[0])[0] >= 0.6:
        scored = measured  # with such a figure at hand, what has none does not answer
    scored.sort(key=lambda pair: -pair[0])
    if not scored or scored[0][0] < 0.38:
        return []
    floor = max(0.34, 0.78 * scored[0][0])
    focus = _focus(wanted, scored[0][1])
    chosen: list[Sentence] = []
    for score, sentence in scored:
        if score < floor or len(chosen) == most:
            break
        if focus <= _speaks_of(sentence) and not any(_repeats(sentence, other) for other in chosen):
            chosen.append(sentence)
    return chosen


def _wanted(question: str) -> list[str]:
    """The stems that a question asks about: "deep" as "depth", without "need" and "cost" where others remain."""
    for adjective, noun in _AS_NOUN.items():
        question = re.sub(rf"\bhow {adjective}\b", noun, question, flags=re.IGNORECASE)
    stems = content(question)
    return [word for word in stems if word not in _ASKING] or stems


def _measure(question: str) -> frozenset[str]:
    return next((units for pattern, units in _MEASURES if pattern.search(question)), frozenset())


def _counts(figure: Figure, units: frozenset[str]) -> bool:
    return figure.unit in units or ("money" in units and (figure.unit in _MONEY or "." in figure.value))


def _is_priced(sentence: Sentence, units: frozenset[str]) -> bool:
    return "money" in units and sentence.row is not None and stem("price") in sentence.heading


def _doing(question: str) -> str:
    """What somebody does in "Who moderates the panel?": who answers must do it."""
    told = re.match(
        r"\W*who\s+(?:(?:has|have|had|will|would|can|may|must|should|did|does|do)\s+)?(\w+)\s+\S", question, re.I
    )
    return stem(told[1]) if told and told[1].casefold() not in AUXILIARIES else ""


def _does(sentence: Sentence, doing: str) -> bool:
    return not doing or doing in _ASKING or any(word.startswith(doing[:5]) for word in sentence.stems)


def _asked_about(question: str, evidence: Evidence) -> str:
    """The word behind the question's first auxiliary, "vaccine" in "At what temperature must vaccines be stored?"."""
    tokens = read(question).tokens
    first = next((token.value for token in tokens if token.zone == "verb" and token.role and not token.bounded), "")
    return first if any(first in _speaks_of(sentence) for sentence in evidence.sentences) else ""


def _speaks_of(sentence: Sentence) -> frozenset[str]:
    if sentence.row:  # a reading tells clauses apart; a row has none, and tables have many rows
        return sentence.stems | sentence.context | {key(word) for word in words(sentence.text)}
    return sentence.stems | sentence.context | {token.value for token in read(sentence.text).tokens}


def _focus(wanted: Sequence[str], best: Sentence) -> frozenset[str]:
    """What the best sentence and the question are both about; a further sentence must be about it as well."""
    tokens = read(best.text).tokens
    subject = {token.value for token in tokens if token.zone == "subject"} or {token.value for token in tokens[:3]}
    return frozenset(subject & set(wanted))


def _score(question: str, wanted: Sequence[str], sentence: Sentence, evidence: Evidence) -> float:
    score = evidence.share(wanted, sentence, context=0.4, power=2)
    if sentence.figures and _WANTS_FIGURE.search(question) and all(map(evidence.holds, wanted)):
        score += 0.12
    if re.match(r"\W*why\b", question, re.IGNORECASE) and _REASON.search(sentence.text):
        score += 0.15
    measures, asked, labels = _named(question)
    same = any(m.figure.equals(figure) for m in measures for figure in sentence.figures)
    theirs = [token.bounded for token in read(sentence.text).tokens if token.bounded] if same else []
    if any(m.bound and m.figure.equals(t.figure) and not m.matches(t) for m in measures for t in theirs):
        score -= 0.4  # "above 500 euros" asked, "up to 500 euros" said
    if measures and all(any(m.figure.equals(t.figure) for t in theirs) for m in measures):
        score += 0.3
    if asked and codes(sentence.names) and not asked & sentence.names:
        score -= 0.3
    theirs_labelled = _labels(sentence.text) if labels else frozenset()
    if labels & theirs_labelled:
        score += 0.4
    elif {noun for noun, _ in labels} & {noun for noun, _ in theirs_labelled}:
        score -= 0.6  # class A asked, class C said
    if sentence.text.rstrip().endswith("?"):
        score -= 0.3
    inside = evidence.share(wanted, sentence, context=0.0, power=2)
    headed = evidence.weight(set(wanted) & sentence.heading) / (evidence.weight(wanted) or 1)
    if headed >= 0.6:
        return max(score, 0.75 * headed + 0.25 * inside)
    return score if inside > 0.12 else score * 0.5


@lru_cache(maxsize=64)
def _named(question: str) -> tuple[tuple[Bounded, ...], frozenset[str], frozenset[tuple[str, str]]]:
    """The figures, the codes and the labels in a question."""
    return tuple(bounded(question)), frozenset(codes(names(question))), _labels(question)


def _labels(text: str) -> frozenset[tuple[str, str]]:
    """The nouns (stems) that a letter or a number tells apart: ("class", "A") in "class A faults"."""
    found = (match for match in _LABEL.finditer(bare(text)) if not is_unit(match["next"]))
    return frozenset((noun, match["label"]) for match in found for noun in content(match["noun"]))


def _repeats(one: Sentence, other: Sentence) -> bool:
    union = one.stems | other.stems
    same = len(one.stems & other.stems) / len(union) if union else 1.0
    return same > 0.7 and one.figures == other.figures and negated(one.text) == negated(other.text)


def draft(question: str, evidence: Evidence) -> str:
    """An answer made of the best evidence sentences, each with its citation."""
    chosen = relevant(question, evidence)
    return compose(_in_reading_order(chosen, evidence)) if chosen else NO_ANSWER


def compose(chosen: Iterable[Sentence]) -> str:
    return " ".join(cited(sentence.quotable, sentence.label) for sentence in chosen)


def cited(text: str, label: str) -> str:
    """A sentence with its citation before the final mark: "… within 14 days [2]." """
    text = bare(text).strip()
    mark = text[-1] if text[-1:] in ".!?" else "."
    return f"{text.rstrip('.!?;:, ')} [{label}]{mark}"


def _in_reading_order(chosen: Sequence[Sentence], evidence: Evidence) -> list[Sentence]:
    """Passages by their best sentence, sentences as they stand; one that leans on its predecessor brings it along."""
    wanted = list(chosen)
    for sentence in chosen:
        before = _before(sentence, evidence)
        if before is not None and before not in wanted and _LEANS.match(sentence.text):
            wanted.append(before)
    labels = list(dict.fromkeys(sentence.label for sentence in chosen))
    return sorted(wanted, key=lambda s: (labels.index(s.label), s.position))


def _before(sentence: Sentence, evidence: Evidence) -> Sentence | None:
    same = [s for s in evidence.sentences if s.label == sentence.label and s.position < sentence.position]
    return same[-1] if same and not same[-1].is_heading else None


def missing(question: str, candidate: str, evidence: Evidence, *, most: int = MOST_EXPECTED) -> list[Sentence]:
    """Evidence sentences that answer the question and that the candidate does not say yet, best first."""
    told = [bare(candidate[start:end]) for start, end in sentences(candidate)]
    expected = relevant(question, evidence, most=most)
    return [sentence for sentence in expected if not any(_says(text, sentence) for text in told)]


def _says(text: str, sentence: Sentence) -> bool:
    stems = set(content(text))
    shared = len(stems & sentence.stems) / (len(sentence.stems) or 1)
    told = figures(text)
    lacks = lacking(sentence.figures, told)
    if any(figure.disagrees(other) for figure in lacks for other in lacking(told, sentence.figures)):
        return False
    return shared >= 0.6 and 2 * len(lacks) <= len(sentence.figures)


def rewrite(question: str, candidate: str, evidence: Evidence, rejected: Iterable[str] = ()) -> str:
    """The candidate without what the evidence does not support, with what it says instead, and with what is missing.

    rejected: claims somebody else found wanting; they go too, whatever we think of them.
    """
    unwanted = {_key(text) for text in rejected}
    kept: list[str] = []
    used: list[Sentence] = []
    for start, end in sentences(candidate):
        for text, sentence in _mended(candidate[start:end], question, evidence, unwanted):
            if sentence is None:
                kept.append(text)
            elif sentence not in used:
                used.append(sentence)
                kept.append(text)
    answer = " ".join(kept)
    absent = missing(question, answer, evidence)[: max(0, MOST_SENTENCES - len(kept))]
    kept.extend(cited(sentence.quotable, sentence.label) for sentence in absent if sentence not in used)
    return " ".join(kept) or draft(question, evidence)


def _mended(text: str, question: str, evidence: Evidence, unwanted: set[str]) -> list[tuple[str, Sentence | None]]:
    """What becomes of one sentence: itself with its citation, the evidence in its place, or nothing."""
    pieces: list[tuple[str, Sentence | None]] = []
    spans = claim_spans(text)
    judged = [(text[a:b], judge(text[a:b], evidence, question)) for a, b in spans]
    sound = [j.verdict in ("SUPPORTED", "NOT_CHECKABLE") and _key(claim) not in unwanted for claim, j in judged]
    if all(sound):
        proofs = [sentence for _, j in judged for sentence in j.proof]
        labels = list(dict.fromkeys(sentence.label for sentence in proofs))
        if not labels:
            return []  # neither fact nor evidence: filler
        body = bare(text).strip()
        mark = body[-1] if body[-1:] in ".!?" else "."
        marks = "".join(f"[{label}]" for label in labels)
        return [(f"{body.rstrip('.!?;:, ')} {marks}{mark}", None)]
    for (claim, j), good in zip(judged, sound, strict=True):
        if j.proof and (good or j.verdict == "CONTRADICTED"):
            pieces.append((cited(j.proof[0].quotable, j.proof[0].label), j.proof[0]))
        del claim
    return pieces


def _key(text: str) -> str:
    return " ".join(word.casefold() for word in words(bare(text)))
