"""The knobs of one session."""

from dataclasses import dataclass, field
from decimal import Decimal

from teacher.core.rubrics import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """max_iterations: how many candidates are judged at most, the draft included.

    …_tokens: the room for an answer in each role; a longer candidate gets more room for its revision, and an answer
    that was cut gets twice as much, both up to most_tokens. part_sentences: how many sentences are verified at once.
    max_cost_usd, max_model_seconds: the session stops before the next question once this much is spent; 0 is no limit.
    """

    bar: Bar = field(default_factory=Bar)
    max_iterations: int = 3
    part_sentences: int = 20
    draft_tokens: int = 1_500
    verify_tokens: int = 4_096
    critique_tokens: int = 1_500
    revise_tokens: int = 2_048
    most_tokens: int = 16_384
    max_cost_usd: Decimal = Decimal(0)
    max_model_seconds: int = 0
