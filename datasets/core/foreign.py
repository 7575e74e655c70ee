"""Layouts of other people's files: chats, preferences, and questions with answers, each known by its columns.

A reader gives the question with everything said before it, the answer, and the worse answer if there is one. What a
pair cannot hold is refused by name: nothing is dropped without a word.
"""

from collections.abc import Callable, Mapping
from typing import Any

from datasets.core.candidates import Unfit, checked_text, extra_text
from datasets.core.turns import Turn, answer_of, asked, read_turns, with_system

Fields = dict[str, Any]
Reader = Callable[[Mapping[str, Any]], Fields]


def read_layout(row: Mapping[str, Any]) -> Fields:
    """Return kind, system, instruction, completion and rejected of a row; Unfit when its columns are of no layout."""
    for needed, reader in _LAYOUTS:
        if needed <= row.keys():
            if any(_is_bad(row.get(name)) for name in ("label", "kto_tag")):
                raise Unfit("import.label", "The line holds only an answer that was marked as bad.")
            return reader(row)
    raise Unfit("import.layout", "The columns are of no known layout.")


def _is_bad(label: object) -> bool:
    return label in (False, "false", "False")


def _question(
    question: str, *answers: str, kind: str, extra: str = "", system: str = "system", history: str = "history"
) -> Reader:
    """A reader of plain columns. answers: the answer and the worse one; extra: what belongs to the question."""

    def reader(row: Mapping[str, Any]) -> Fields:
        text, more = checked_text(row[question], question), extra_text(row, extra)
        earlier = [turn for pair in _history(row.get(history)) for turn in pair]
        turns = [*earlier, Turn(role="user", text=f"{text}\n\n{more}" if more else text)]
        found = _asked(kind, with_system(extra_text(row, system), turns))
        for name, column in zip(("completion", "rejected"), answers, strict=False):
            found[name] = checked_text(row[column], column) if name == "completion" else extra_text(row, column)
        return found

    return reader


def _history(value: Any) -> list[tuple[Turn, Turn]]:
    if value is None:
        return []
    try:
        texts = [(checked_text(said, "history"), checked_text(answered, "history")) for said, answered in value]
    except (TypeError, ValueError) as error:
        raise Unfit("import.turns", "The history is not a list of questions with answers.") from error
    return [(Turn(role="user", text=said), Turn(role="assistant", text=answered)) for said, answered in texts]


def _prompted(row: Mapping[str, Any]) -> Fields:
    turns, answer = _continued(row, "completion")
    return _asked("prompt and completion", turns) | {"completion": answer}


def _preference(row: Mapping[str, Any]) -> Fields:
    turns, chosen = _continued(row, "chosen")
    same, rejected = _continued(row, "rejected")
    if turns != same:
        raise Unfit("import.turns", "The two answers do not belong to the same conversation.")
    return _asked("preference", turns) | {"completion": chosen, "rejected": rejected}


def _continued(row: Mapping[str, Any], column: str) -> tuple[list[Turn], str]:
    """Return what was said before the answer that a column ends with, and the answer.

    The column holds the answer alone, or turns that follow the prompt, or the whole chat with the prompt in it.
    """
    prompt = read_turns(row.get("prompt") or [], "user")
    chat = read_turns(row[column], "assistant")
    answer, before = answer_of(chat), chat[:-1]
    if before and before[0].role != "assistant":
        if before != prompt[-len(before) :]:
            if not all(turn in before for turn in prompt):
                raise Unfit("import.turns", f"The {column} chat is not the one of the prompt.")
            prompt = before
    else:
        prompt = prompt + before
    return with_system(extra_text(row, "system"), prompt), answer


def _chat(column: str, kind: str) -> Reader:
    def reader(row: Mapping[str, Any]) -> Fields:
        turns = with_system(extra_text(row, "system"), read_turns(row[column], "user"))
        if "chosen" in row and "rejected" in row:
            chosen, rejected = (answer_of(read_turns(row[name], "assistant")) for name in ("chosen", "rejected"))
            return _asked(kind, turns) | {"completion": chosen, "rejected": rejected}
        return _asked(kind, turns[:-1]) | {"completion": answer_of(turns)}

    return reader


def _openai_preference(row: Mapping[str, Any]) -> Fields:
    wish = row["input"]
    if not isinstance(wish, dict) or "messages" not in wish:
        raise Unfit("import.layout", "The input holds no messages.")
    inner = {"prompt": wish["messages"], "chosen": row["preferred_output"], "rejected": row["non_preferred_output"]}
    return _preference(inner)


def _asked(kind: str, turns: list[Turn]) -> Fields:
    system, instruction = asked(turns)
    return {"kind": kind, "system": system, "instruction": instruction}


# The first whose columns are all there counts.
_LAYOUTS: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"input", "preferred_output", "non_preferred_output"}), _openai_preference),
    (frozenset({"prompt", "chosen", "rejected"}), _preference),
    (frozenset({"prompt", "completion"}), _prompted),
    (frozenset({"messages"}), _chat("messages", "messages")),
    (frozenset({"conversations"}), _chat("conversations", "sharegpt")),
    (frozenset({"instruction", "output"}), _question("instruction", "output", kind="alpaca", extra="input")),
    (
        frozenset({"instruction", "chosen", "rejected"}),
        _question("instruction", "chosen", "rejected", kind="alpaca", extra="input"),
    ),
    (frozenset({"chosen", "rejected"}), _preference),
    (frozenset({"instruction", "completion"}), _question("instruction", "completion", "rejected", kind="plain")),
    (frozenset({"instruction", "response"}), _question("instruction", "response", kind="plain", extra="context")),
    (frozenset({"question", "answer"}), _question("question", "answer", "rejected", kind="plain")),
    (frozenset({"question", "response"}), _question("question", "response", kind="plain", system="system_prompt")),
    (frozenset({"prompt", "response"}), _question("prompt", "response", "rejected", kind="plain")),
)
