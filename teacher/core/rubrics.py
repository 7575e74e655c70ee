"""What makes an answer good, as numbers: weights of the aspects, the score and its caps, when a candidate passes."""

from collections.abc import Iterable
from dataclasses import dataclass

from studio.llm.schemas import Aspect, Issue

RUBRIC = "2026-11"
#: Weights of the judged aspects and of grounding, which is counted and never asked; they sum to 1.
WEIGHTS = {
    "relevance": 0.20,
    "completeness": 0.20,
    "clarity": 0.10,
    "instruction": 0.10,
    "tone": 0.05,
    "grounding": 0.35,
}
CONTRADICTED_FACTOR = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a candidate must reach: score and grounding, both 0 to 1."""

    threshold: float = 0.80
    grounding: float = 0.90


def value(aspects: Iterable[Aspect], grounding: float, *, contradicted: int) -> float:
    """What a candidate is worth, 0 to 1 on three decimals: the weighted mean of the aspects (1 to 5 mapped to 0 to 1)
    and grounding. A contradiction costs three quarters of it."""
    total = WEIGHTS["grounding"] * grounding
    total += sum(WEIGHTS[aspect.name] * (aspect.score - 1) / 4 for aspect in aspects)
    return round(total * (CONTRADICTED_FACTOR if contradicted else 1.0), 3)


def is_sound(*, contradicted: int, grounding: float, issues: Iterable[Issue], bar: Bar) -> bool:
    """Whether nothing but the score could keep a candidate from passing."""
    return not contradicted and grounding >= bar.grounding and all(issue.severity != "blocker" for issue in issues)


def score(value: float, *, sound: bool, bar: Bar) -> float:
    """The score that is shown: the value, but below the threshold for what is not sound.

    So a score at or above the threshold is always one that passes.
    """
    return value if sound else round(max(0.0, min(value, bar.threshold - 0.001)), 3)


def passes(value: float, *, sound: bool, bar: Bar) -> bool:
    """Whether a candidate is accepted: sound, and at or above the threshold on three decimals."""
    return sound and value >= round(bar.threshold, 3)
