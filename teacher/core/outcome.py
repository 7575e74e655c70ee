"""What a session ends with, and the pieces on the way: passages, candidates, judged candidates."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from studio.llm.schemas import Aspect, Issue
from studio.llm.steps import RefusalKind, Usage
from teacher.core.verdicts import CheckedClaims, Passage

State = Literal["done", "degraded", "cancelled", "failed"]
StopReason = Literal[
    "accepted_first",
    "accepted",
    "max_iterations",
    "no_progress",
    "regressed_twice",
    "oscillating",
    "contradiction_unresolved",
    "budget",
    "deadline",
    "cancelled",
    "teacher_unavailable",
    "request_rejected",
    "refused",
    "unparsable",
    "no_evidence",
]
ACCEPTED: frozenset[StopReason] = frozenset({"accepted_first", "accepted"})

#: What each end means, for people.
SENTENCES: Mapping[StopReason, str] = {
    "accepted_first": "The draft passed at once.",
    "accepted": "A revision passed.",
    "max_iterations": "No candidate passed within the allowed iterations; the best one is kept.",
    "no_progress": "Revising no longer made it better; the best candidate is kept.",
    "regressed_twice": "Two revisions in a row made it worse; the best candidate is kept.",
    "oscillating": "The revision came back to a text that was there before; the best candidate is kept.",
    "contradiction_unresolved": "The evidence still contradicts the best candidate.",
    "budget": "The session reached its budget.",
    "deadline": "The session reached its time limit.",
    "cancelled": "Somebody cancelled the session.",
    "teacher_unavailable": "The teacher could not be reached or would not answer.",
    "request_rejected": "The teacher did not accept the request.",
    "refused": "The teacher declined to answer.",
    "unparsable": "The teacher's answers could not be read, twice in a row.",
    "no_evidence": "There is no evidence, so nothing can be verified.",
}
STOP_OF_REFUSAL: Mapping[RefusalKind, StopReason] = {
    "unavailable": "teacher_unavailable",
    "rate_limited": "teacher_unavailable",
    "timeout": "teacher_unavailable",
    "auth": "teacher_unavailable",
    "balance": "teacher_unavailable",
    "bad_request": "request_rejected",
    "context_length": "request_rejected",
    "content": "refused",
    "cancelled": "cancelled",
    "budget": "budget",
}


def digest(text: str) -> str:
    """SHA-256 (hex) of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One version of the answer; the draft is number 0. author: who wrote it, "person" or the model's name."""

    n: int
    parent: int | None
    text: str
    author: str

    @property
    def sha256(self) -> str:
        return digest(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A candidate with all that was found about it. value: its score before one that is not sound was held below the
    threshold, where the good and the nearly good could not be told apart."""

    candidate: Candidate
    checked: CheckedClaims
    aspects: tuple[Aspect, ...]
    issues: tuple[Issue, ...]
    value: float
    score: float
    passes: bool

    def is_better_than(self, other: "Judged") -> bool:
        """The written order of candidates: those that pass before others, then by value; a tie keeps the older."""
        return (self.passes, self.value) > (other.passes, other.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of a session.

    draft, best_text: empty when there never was one. score: of the best text; None when it was never judged, and then
    nothing stands in for it. message: a sentence for people; cause: for operators.
    answered_by: (model, endpoint) of all that answered, each once, in order.
    one_family: whether one model family wrote and judged, which is worth knowing about a judgement.
    """

    state: State
    stop_reason: StopReason
    message: str
    cause: str
    draft: str
    best_text: str
    best: Judged | None
    iterations: int
    usage: Usage
    cost_usd: Decimal
    answered_by: tuple[tuple[str, str], ...]
    one_family: bool

    @property
    def accepted(self) -> bool:
        return self.stop_reason in ACCEPTED

    @property
    def score(self) -> float | None:
        return self.best.score if self.best else None

    @property
    def claims(self) -> list[dict[str, Any]]:
        """The claims of the best text with their checked verdicts, as JSON."""
        return self.best.checked.as_data() if self.best else []


__all__ = ["Candidate", "CheckedClaims", "Judged", "Outcome", "Passage", "State", "StopReason"]
