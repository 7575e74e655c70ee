"""What a revision did about each claim that did not stand: its place in the version before, as changes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from studio.web.diff import Part, Run, parts, word_diff

WRONG = ("CONTRADICTED", "NOT_FOUND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision. claims: those that did not stand before it, each with `parts`: what became of its words.
    has_stayed: nothing did.

    asked: what the critique asked for, where no claim was wrong. scores: before and after; None while not judged.
    """

    number: int
    claims: list[dict[str, Any]]
    asked: list[str]
    scores: tuple[float | None, float | None]


def revisions(events: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Revision]:
    """The revisions of a session, in order, from kind and data of its events."""
    verified: dict[int, Mapping[str, Any]] = {}
    critiques: dict[int, Mapping[str, Any]] = {}
    made: list[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]] = []
    for kind, data in events:
        if kind == "claims.verified":
            verified[data["candidate"]] = data
        elif kind == "critique.finished":
            critiques[data["candidate"]] = data
        elif kind == "revision.finished":
            made.append((data, verified.get(data["parent"], {}), critiques.get(data["parent"], {})))
    found = []
    for data, checked, critique in made:
        runs = word_diff(data["before"], data["text"])
        wrong = [claim for claim in checked.get("claims", ()) if claim["verdict"] in WRONG]
        issues = () if wrong else critique.get("issues", ())
        after = critiques.get(data["candidate"], {})
        found.append(
            Revision(
                number=data["candidate"],
                claims=[_changed(claim, runs) for claim in wrong],
                asked=[issue["fix"] for issue in issues if issue["id"] in data["applied"]],
                scores=(critique.get("score"), after.get("score")),
            )
        )
    return found


def _changed(claim: Mapping[str, Any], runs: Sequence[Run]) -> dict[str, Any]:
    words = became(runs, *claim["span"])
    return {**claim, "parts": words, "has_stayed": all(part.hunk is None for part in words)}


def became(runs: Sequence[Run], start: int, end: int) -> list[Part]:
    """What became of before[start:end], in parts. runs: the word diff of `before` and the text after it.

    An insertion belongs to the stretch when it stands inside it, or takes the place of words in it. A mere sign at the
    edge that the diff counts to the next sentence's change counts as unchanged.
    """
    at = 0
    clipped: list[tuple[Run, bool]] = []  # with whether it lies inside the stretch
    for run in runs:
        if run.op == "insert":
            clipped.append((run, start < at < end))
            continue
        words = run.text[max(start - at, 0) : max(end - at, 0)]
        at += len(run.text)
        if run.op == "delete" and not re.search(r"\w", words):
            run = Run(op="equal", text=words)
        clipped.append((replace(run, text=words), bool(words)))
    gone = {run.hunk for run, is_inside in clipped if run.op == "delete" and is_inside}
    found = [run for run, is_inside in clipped if is_inside or (run.op == "insert" and run.hunk in gone)]
    stays = any(re.search(r"[^\W\d_]", run.text) for run in found if run.op != "delete")  # more than signs and [1]
    if gone and not stays:
        return [Part(hunk=1, deleted="".join(run.text for run in found if run.op != "insert"))]
    return parts(found)
