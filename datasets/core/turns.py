"""Chats as pairs: the last question is the instruction, and what was said before stands in the system text.

A follow-up such as "And how long does that take?" means nothing alone, so its earlier turns are kept:

    <system text, if any>

    Earlier in this conversation:

    [user]
    …

    [assistant]
    …
"""

from collections.abc import Sequence
from typing import Any

from datasets.core.candidates import Unfit, checked_text

MAX_EARLIER = 100_000
EARLIER = "Earlier in this conversation:"
_ROLES = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "system": "system"}


def read_turns(value: Any, role: str) -> list[tuple[str, str]]:
    """Return (role, text) of messages in either spelling, or of plain text spoken by role."""
    if isinstance(value, str):
        return [(role, value)]
    if not isinstance(value, list):
        raise Unfit("import.turns", "A list of messages was expected.")
    turns = []
    for item in value:
        name = item.get("role", item.get("from")) if isinstance(item, dict) else None
        text = item.get("content", item.get("value")) if isinstance(item, dict) else None
        if not isinstance(name, str) or name not in _ROLES or not isinstance(text, str):
            raise Unfit("import.turns", "A message has no known role or no text.")
        turns.append((_ROLES[name], text))
    return turns


def asked(turns: Sequence[tuple[str, str]]) -> tuple[str | None, str]:
    """Return the system text, with all earlier turns in it, and the question that the turns end with."""
    system, rest = (turns[0][1] or None, turns[1:]) if turns and turns[0][0] == "system" else (None, turns)
    if not rest or rest[-1][0] != "user":
        raise Unfit("import.turns", "A question is missing before the answer.")
    return with_earlier(system, rest[:-1]), checked_text(rest[-1][1], "question")


def with_earlier(system: str | None, turns: Sequence[tuple[str, str]]) -> str | None:
    """Return the system text followed by earlier turns, as the module says; Unfit when they are too long."""
    if sum(len(text) for _, text in turns) > MAX_EARLIER:
        raise Unfit("import.long", f"The turns before the question are longer than {MAX_EARLIER:,} characters.")
    if not turns:
        return system
    return "\n\n".join([*([system] if system else []), EARLIER, *(f"[{role}]\n{text}" for role, text in turns)])


def last_answer(value: Any) -> str:
    """Return the answer that a message or a chat ends with."""
    turns = read_turns([value] if isinstance(value, dict) else value, "assistant")
    if not turns or turns[-1][0] != "assistant":
        raise Unfit("import.turns", "An answer is missing.")
    return checked_text(turns[-1][1], "answer")
