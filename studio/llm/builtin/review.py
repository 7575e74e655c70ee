"""Judging a whole answer without a model: what the question asks for, what the evidence offers, how it reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.llm.builtin.evidence import Evidence, bare
from studio.llm.builtin.write import MOST_EXPECTED, NO_ANSWER, missing, parts_of, relevant
from studio.llm.figures import CITATION
from studio.llm.language import content, words
from studio.llm.schemas import ASPECTS, AspectName, Severity
from studio.llm.sentences import sentences

_LONG_SENTENCE = 45
_SEVERITIES = ("blocker", "major", "minor")


def review(question: str, candidate: str, verdicts: Sequence[Mapping[str, Any]], evidence: Evidence) -> dict[str, Any]:
    """The critique as the JSON value `read_critique` takes.

    verdicts: the checked claims, each with "text", "verdict" and, for a contradiction, what the evidence says.
    """
    issues: list[dict[str, str]] = []
    proved = candidate  # what is wrong about a matter does not answer it
    for claim in verdicts:
        if claim["verdict"] in ("CONTRADICTED", "NOT_FOUND"):
            proved = proved.replace(str(claim["text"]), " ")
    scores: dict[AspectName, tuple[int, str]] = {
        "relevance": _relevance(question, candidate, evidence),
        "completeness": _completeness(question, proved, evidence, issues),
        "clarity": _clarity(candidate, issues),
        "instruction": _instruction(candidate, verdicts, issues),
        "tone": _tone(candidate, issues),
    }
    for claim in verdicts:
        _claim_issue(claim, issues)
    aspects = [{"name": name, "why": scores[name][1], "score": scores[name][0]} for name in ASPECTS]
    worst_first = sorted(issues, key=lambda issue: _SEVERITIES.index(issue["severity"]))
    return {"aspects": aspects, "issues": worst_first[:40], "refusal": False}


def _relevance(question: str, candidate: str, evidence: Evidence) -> tuple[int, str]:
    if bare(candidate).strip() == NO_ANSWER:
        return 2, "It says that the documents do not answer."
    wanted, told = set(content(question)), set(content(candidate))
    best = relevant(question, evidence, most=3)
    near = {stem for sentence in best for stem in sentence.stems}
    share = evidence.weight(wanted & told) / (evidence.weight(wanted) or 1)
    spoken = evidence.weight(near & told) / (evidence.weight(near) or 1) if near else 0.0
    return _grade(max(share, spoken)), f"It takes up {max(share, spoken):.0%} of what the question is about."


def _completeness(question: str, candidate: str, evidence: Evidence, issues: list[dict[str, str]]) -> tuple[int, str]:
    best = relevant(question, evidence, most=MOST_EXPECTED)
    if not best:
        return 3, "The evidence does not speak of the question."
    absent = missing(question, candidate, evidence)
    issues.extend(_issue("completeness", "major", f"Add what passage {s.label} says: {s.quotable}") for s in absent)
    several = len(parts_of(question)) > 1  # then each sentence answers a part of its own
    weights = [1.0 if several else 1 / (1 + n) for n in range(len(best))]
    got = sum(w for w, sentence in zip(weights, best, strict=True) if sentence not in absent)
    return _grade(got / sum(weights)), f"It says {len(best) - len(absent)} of {len(best)} relevant sentences."


def _clarity(candidate: str, issues: list[dict[str, str]]) -> tuple[int, str]:
    pieces = [bare(candidate[start:end]) for start, end in sentences(candidate)]
    if not pieces:
        return 1, "There is no sentence."
    long = sum(len(piece.split()) > _LONG_SENTENCE for piece in pieces)
    repeated = len(pieces) - len({" ".join(content(piece)) for piece in pieces})
    if repeated:
        issues.append(_issue("clarity", "minor", "Say each thing once."))
    return max(1, 5 - min(2, long) - 2 * min(1, repeated)), f"{long} very long and {repeated} repeated sentences."


def _instruction(
    candidate: str, verdicts: Sequence[Mapping[str, Any]], issues: list[dict[str, str]]
) -> tuple[int, str]:
    facts = [claim for claim in verdicts if claim["verdict"] != "NOT_CHECKABLE"]
    if not facts:
        return 3, "Nothing in it needs a citation."
    pieces = [candidate[start:end] for start, end in sentences(candidate)]
    cited = sum(bool(CITATION.search(piece)) for piece in pieces)
    if cited < len(pieces):
        issues.append(_issue("instruction", "minor", "Cite the passage behind each sentence."))
    unproved = sum(claim["verdict"] in ("CONTRADICTED", "NOT_FOUND") for claim in facts)
    if unproved:
        return 1 if 2 * unproved > len(facts) else 2, f"{unproved} of {len(facts)} claims are not in the evidence."
    share = cited / len(pieces)
    return (5 if share == 1 else 4 if share >= 0.5 else 3), f"{cited} of {len(pieces)} sentences cite their source."


def _tone(candidate: str, issues: list[dict[str, str]]) -> tuple[int, str]:
    loud = candidate.count("!") + sum(len(word) > 5 and word.isalpha() and word.isupper() for word in words(candidate))
    if loud > 1:
        issues.append(_issue("tone", "minor", "State it plainly."))
    return (5 if loud == 0 else 4 if loud == 1 else 3), "Plain." if not loud else "It shouts."


def _claim_issue(claim: Mapping[str, Any], issues: list[dict[str, str]]) -> None:
    if claim["verdict"] == "CONTRADICTED":
        issues.append(_issue("instruction", "blocker", f"Correct what the evidence contradicts: {claim['text']}"))
    elif claim["verdict"] == "NOT_FOUND":
        issues.append(_issue("instruction", "major", f"Remove what the evidence does not support: {claim['text']}"))


def _issue(aspect: AspectName, severity: Severity, fix: str) -> dict[str, str]:
    return {"aspect": aspect, "severity": severity, "fix": fix[:600]}


def _grade(share: float) -> int:
    return 1 + sum(share >= step for step in (0.2, 0.45, 0.65, 0.8))
