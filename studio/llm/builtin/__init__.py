"""The built-in teacher and answerer: deterministic, extractive, no language model, and it says so.

It answers the same questions as a model, from the same `Ask` (its `inputs`), in the same text form, so a session
has one path. What it can do: quote, compare, count, remove and add. What it cannot do: understand.
"""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import claim_spans, judge
from studio.llm.builtin.review import review
from studio.llm.builtin.write import draft, rewrite
from studio.llm.schemas import write_rewrite
from studio.llm.steps import Answer, Ask, Refusal, Reply, Usage

MODEL = "built-in (extractive, no language model)"
FAMILY = "built-in"


class BuiltIn:
    """Answers asks without a model; a drop-in for `studio.llm.client.Client`."""

    def __init__(self, name: str = "Built-in teacher") -> None:
        self.name = name

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def ask(
        self,
        ask: Ask,
        *,
        stopped: Callable[[], bool] = lambda: False,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """Answer at once. Costs nothing and counts no tokens, since none are used."""
        if stopped():
            return Refusal(kind="cancelled", message="The question was cancelled.", teacher=self.name, model=MODEL)
        started = time.monotonic()
        text = answer(ask)
        if on_text:
            on_text(text)
        took = round((time.monotonic() - started) * 1000)
        return Reply(
            text=text,
            usage=Usage(),
            model=MODEL,
            teacher=self.name,
            family=FAMILY,
            latency_ms=took,
            cost_usd=Decimal(0),
        )


def answer(ask: Ask) -> str:
    """The text a model would send for this ask; depends on its role and inputs only.

    Inputs: "question" and "evidence" (a list of {"label", "title", "text"}) for every role; "candidate" for all
    but drafting; "verdicts" (checked claims) for critic and reviser.
    """
    inputs = ask.inputs
    question = str(inputs["question"])
    evidence = Evidence(inputs.get("evidence", ()))
    if ask.role in ("drafter", "answerer"):
        return draft(question, evidence)
    candidate = str(inputs["candidate"])
    if ask.role == "verifier":
        return json.dumps({"claims": _claims(candidate, question, evidence)}, ensure_ascii=False)
    verdicts = list(inputs.get("verdicts", ()))
    if ask.role == "critic":
        return json.dumps(review(question, candidate, verdicts, evidence), ensure_ascii=False)
    wrong = [str(claim["text"]) for claim in verdicts if claim["verdict"] in ("CONTRADICTED", "NOT_FOUND")]
    revised = rewrite(question, candidate, evidence, [*wrong, *map(str, inputs.get("uncovered", ()))])
    applied = [issue["id"] for issue in inputs.get("issues", ())]
    return write_rewrite(revised, json.dumps({"applied": applied, "not_applied": []}))


def _claims(candidate: str, question: str, evidence: Evidence) -> list[dict[str, Any]]:
    claims = []
    for start, end in claim_spans(candidate):
        text = candidate[start:end]
        found = judge(text, evidence, question)
        claims.append(
            {
                "text": text,
                "kind": found.kind,
                "quotes": [{"chunk": sentence.label, "text": sentence.text} for sentence in found.proof],
                "why": found.why,
                "verdict": found.verdict,
            }
        )
    return claims
