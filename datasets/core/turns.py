"""Chats as pairs: the last question is the instruction, and what was said before stands in the system text.

A follow-up such as "And how long does that take?" means nothing alone, so its earlier turns are kept:

    <system text, if any>

    Earlier in this conversation:

    [user]
    …

    [assistant]
    …
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from datasets.core.candidates import Unfit, checked_text

MAX_EARLIER = 100_000
EARLIER = "Earlier in this conversation:"
_ROLES = {
    **dict.fromkeys(("user", "human", "prompter"), "user"),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "bing", "bard", "model"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "function", "observation"), "tool"),
    "function_call": "call",
}
_TEXT_PARTS = {"text", "input_text", "output_text"}


class Turn(NamedTuple):
    """One message. role: user, assistant, system, tool (what a tool gave back) or call (an assistant's call of one).

    unwanted: its writer marked it as not to be learned from.
    """

    role: str
    text: str
    unwanted: bool = False


def read_turns(value: Any, role: str) -> list[Turn]:
    """Return messages in any common spelling, one message, or plain text spoken by role, as turns."""
    if isinstance(value, str):
        return [Turn(role, value)]
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise Unfit("import.turns", "A list of messages was expected.")
    return [_turn(item) for item in value]


def _turn(item: Any) -> Turn:
    if not isinstance(item, dict):
        raise Unfit("import.turns", "A message is not an object.")
    name = item.get("role", item.get("from"))
    role = _ROLES.get(name.lower()) if isinstance(name, str) else None
    if role is None:
        raise Unfit("import.turns", f"A message has no known role but {name!r:.40}.")
    content, calls = item.get("content", item.get("value")), item.get("tool_calls") or item.get("function_call")
    if calls:
        return Turn("call", json.dumps({"said": content, "calls": calls} if content else calls, ensure_ascii=False))
    return Turn(role, _text(content), unwanted=item.get("weight") == 0)


def _text(content: Any) -> str:
    """Return the text of a message: a string, or parts that are all text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not content:
        raise Unfit("import.turns", "A message has no text.")
    for part in content:
        if not isinstance(part, dict) or part.get("type") not in _TEXT_PARTS or not isinstance(part.get("text"), str):
            raise Unfit("import.turns", "A message holds more than text, such as an image.")
    return "\n".join(part["text"] for part in content)


def with_system(system: str | None, turns: list[Turn]) -> list[Turn]:
    """Return the turns with a system text that stood beside them; Unfit when they begin with another one."""
    if not system or (turns and turns[0] == Turn("system", system)):
        return turns
    if turns and turns[0].role == "system":
        raise Unfit("import.turns", "There are two system texts, and they differ.")
    return [Turn("system", system), *turns]


def asked(turns: Sequence[Turn]) -> tuple[str | None, str]:
    """Return the system text, with all earlier turns in it, and the question that the turns end with."""
    system, rest = (turns[0].text or None, turns[1:]) if turns and turns[0].role == "system" else (None, turns)
    if rest and rest[-1].role in {"tool", "call"}:
        raise Unfit("import.tools", "The answer rests on calls of tools, which a pair cannot hold.")
    if not rest or rest[-1].role != "user":
        raise Unfit("import.turns", "A question is missing before the answer.")
    return with_earlier(system, rest[:-1]), checked_text(rest[-1].text, "question")


def with_earlier(system: str | None, turns: Sequence[Turn]) -> str | None:
    """Return the system text followed by earlier turns, as the module says; Unfit when they are too long."""
    if sum(len(turn.text) for turn in turns) > MAX_EARLIER:
        raise Unfit("import.long", f"The turns before the question are longer than {MAX_EARLIER:,} characters.")
    if not turns:
        return system
    return "\n\n".join([*([system] if system else []), EARLIER, *(f"[{turn.role}]\n{turn.text}" for turn in turns)])


def answer_of(turns: Sequence[Turn]) -> str:
    """Return the text of the answer that a chat ends with; Unfit when it ends otherwise or is not to be learned."""
    turn = turns[-1] if turns else None
    if turn is not None and turn.role == "call":
        raise Unfit("import.tools", "The conversation ends with the call of a tool.")
    if turn is None or turn.role != "assistant":
        raise Unfit("import.turns", "The conversation does not end with an answer.")
    if turn.unwanted:
        raise Unfit("import.label", "The answer is marked as not to be learned from.")
    return checked_text(turn.text, "answer")
