"""Scripted teachers: a table of answers per role, a driver for the flow, and short ways to write the usual answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.llm.schemas import ASPECTS, write_rewrite
from studio.llm.steps import Answer, Ask, Note, Refusal, Reply, Usage
from teacher.core.loop import draft_critique_revise
from teacher.core.outcome import Outcome
from teacher.core.settings import Settings
from teacher.core.verdicts import Passage

QUESTION = "How long may goods be returned?"
PASSAGES = (
    Passage(
        label="1",
        title="Returns",
        text="Goods may be returned within 30 days of delivery. Opened software cannot be returned. "
        "The buyer pays for the return parcel.",
    ),
    Passage(label="2", title="Refunds", text="Refunds are paid within 14 days to the original means of payment."),
)
TRUE = "Goods may be returned within 30 days of delivery [1]."
FALSE = "Goods may be returned within 60 days of delivery [1]."
LONGER = f"{TRUE} The buyer pays for the return parcel [1]."
QUOTES = {
    "30 days": ("1", "Goods may be returned within 30 days of delivery."),
    "60 days": ("1", "Goods may be returned within 30 days of delivery."),
    "Opened": ("1", "Opened software cannot be returned."),
    "parcel": ("1", "The buyer pays for the return parcel."),
    "Refunds": ("2", "Refunds are paid within 14 days to the original means of payment."),
}
Script = Callable[[Ask], Answer | str | None]


def claim(text: str, verdict: str = "SUPPORTED", quote: tuple[str, str] | None = None, **more: Any) -> dict[str, Any]:
    found = quote or next((q for mark, q in QUOTES.items() if mark in text), None)
    quotes = [{"chunk": found[0], "text": found[1]}] if found and verdict in ("SUPPORTED", "CONTRADICTED") else []
    return {"text": text, "kind": "fact", "quotes": quotes, "why": "", "verdict": verdict} | more


def verdicts(*claims: Mapping[str, Any]) -> str:
    return json.dumps({"claims": list(claims)})


def honest(ask: Ask) -> str:
    """A verifier that tells the truth about the few sentences the scripts use."""
    sentences = [f"{part.strip()}." for part in ask.inputs["candidate"].replace("[1]", "").split(".") if part.strip()]
    return verdicts(*(claim(s, "CONTRADICTED" if "60 days" in s else "SUPPORTED") for s in sentences))


def critique(score: Any = 5, *, issues: Sequence[Mapping[str, Any]] = (), **more: Any) -> str:
    aspects = [{"name": name, "why": "", "score": score} for name in ASPECTS]
    return json.dumps({"aspects": aspects, "issues": list(issues), "refusal": False} | more)


def issue(severity: str = "major", aspect: str = "completeness", fix: str = "Say more.") -> dict[str, str]:
    return {"aspect": aspect, "severity": severity, "fix": fix}


def rewrite(text: str) -> str:
    return write_rewrite(text, '{"applied": ["i1"], "not_applied": []}')


def reply(text: str, finish_reason: str = "stop", tokens: int = 10) -> Reply:
    usage = Usage(prompt=tokens, completion=tokens)
    return Reply(text=text, finish_reason=finish_reason, usage=usage, model="scripted", teacher="t", family="f")


def refusal(kind: Any) -> Refusal:
    return Refusal(kind=kind, message=f"It is {kind}.", cause="script")


@dataclass
class Teacher:
    """Answers by role. Each role has a list of answers (the last one repeats); a callable is given the ask."""

    draft: list[Any] = field(default_factory=lambda: [TRUE])
    verify: list[Any] = field(default_factory=lambda: [honest])
    critique: list[Any] = field(default_factory=lambda: [critique(5)])
    revise: list[Any] = field(default_factory=lambda: [rewrite(LONGER)])
    asked: list[Ask] = field(default_factory=list)

    def __call__(self, ask: Ask) -> Answer:
        named = {"drafter": self.draft, "verifier": self.verify, "critic": self.critique, "reviser": self.revise}
        answers = named[ask.role]
        turn = sum(earlier.role == ask.role for earlier in self.asked)
        self.asked.append(ask)
        answer = answers[min(turn, len(answers) - 1)]
        if callable(answer):
            answer = answer(ask)
        return reply(answer) if isinstance(answer, str) else answer

    @property
    def keys(self) -> list[str]:
        return [ask.key for ask in self.asked]


@dataclass
class Run:
    outcome: Outcome
    notes: list[Note]
    answers: list[Answer]

    def data(self, kind: str) -> list[Mapping[str, Any]]:
        return [note.data for note in self.notes if note.kind == kind]


def run(
    teacher: Callable[[Ask], Answer],
    *,
    draft: str | None = None,
    evidence: Sequence[Passage] = PASSAGES,
    settings: Settings | None = None,
    question: str = QUESTION,
) -> Run:
    """Drive the flow to its end with a scripted teacher."""
    flow = draft_critique_revise(question, draft, evidence, settings=settings)
    notes: list[Note] = []
    answers: list[Answer] = []
    to_send: Any = None
    while True:
        try:
            step = flow.send(to_send)
        except StopIteration as stop:
            return Run(stop.value, notes, answers)
        to_send = None
        if isinstance(step, Note):
            notes.append(step)
        else:
            assert isinstance(step, Ask)
            to_send = teacher(step)
            answers.append(to_send)
