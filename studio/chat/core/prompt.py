"""Puts a question to the answerer: rules, then the evidence fenced as data, then the question."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from studio.chat.core.citations import Passage
from studio.llm.steps import Message

RULES: Final = (Path(__file__).parent.parent / "prompts" / "answerer.md").read_text("utf-8")
VERSION: Final = hashlib.sha256(RULES.encode()).hexdigest()[:12]
"""Names the rules that an answer was written under."""

_OLD_NUMBERS: Final = re.compile(r" ?\[\d{1,3}\]")  # earlier answers cite other passages under the same numbers
MOST_TURNS: Final = 6
MOST_TURN_CHARACTERS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What was said earlier on this branch of the conversation."""

    role: Literal["user", "assistant"]
    text: str


def messages(question: str, passages: Sequence[Passage], history: Sequence[Turn]) -> tuple[Message, ...]:
    """The chat messages: the last few turns shortened, the evidence before the question."""
    earlier: list[Message] = [
        {"role": turn.role, "content": _OLD_NUMBERS.sub("", turn.text)[:MOST_TURN_CHARACTERS]}
        for turn in history[-MOST_TURNS:]
    ]
    evidence = "\n\n".join(f"[{passage.label}] {_one_line(passage.title)}\n{passage.text}" for passage in passages)
    asked = f"{_fenced('EVIDENCE', evidence)}\n\n{_fenced('QUESTION', question)}"
    return ({"role": "system", "content": RULES}, *earlier, {"role": "user", "content": asked})


def _fenced(name: str, body: str) -> str:
    """Material between marks that it cannot imitate, because they carry its digest."""
    mark = hashlib.sha256(body.encode()).hexdigest()[:8]
    return f"=== BEGIN {name} {mark} ===\n{body}\n=== END {name} {mark} ==="


def _one_line(title: str) -> str:
    return " ".join(title.split())[:200]
