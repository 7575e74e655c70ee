"""One file for each kind of trainer, made from the same rows, with the layout its own reader takes without switches.

Rules that hold for all: one JSON type for each column, `prompt`, `chosen`, `rejected` and `completion` are always
lists of messages where the trainer decides by looking at them, no nulls inside messages, and provenance as one string
column. A file never holds the columns of two layouts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from datasets.core import canonical
from datasets.core.records import PairRecord, to_row

Lines = Callable[[PairRecord], list[dict[str, Any]]]
_TEXT_KEYS = ("instruction", "completion", "system", "rejected", "id")
_ARTEFACT = re.compile(
    r"\s*(\[?(error|timeout|timed out)\b|traceback \(most recent|http(/\d\S*)? ?[45]\d\d\b|(rate limit|quota) exceeded"
    r"|(internal server error|bad gateway|service unavailable|gateway time-?out)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One derived file.

    consumer: who reads it; columns: what a line holds; lines: a record's lines, none when it does not fit;
    llama_factory: its entry for `dataset_info.json`; axolotl: the lines of its YAML fragment.
    """

    name: str
    consumer: str
    columns: str
    lines: Lines
    llama_factory: dict[str, Any] | None = None
    axolotl: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the file stands in the export."""
        return f"derived/{self.name}.jsonl"


def provenance(record: PairRecord) -> str:
    """Return everything but the text as one canonical JSON string."""
    row = to_row(record)
    for name in _TEXT_KEYS:
        row.pop(name, None)
    return canonical.dump(row).decode()


def preferred_over(
    draft: str | None,
    completion: str,
    *,
    draft_score: str | Decimal | None = None,
    score: str | Decimal | None = None,
    by_person: bool = False,
) -> str | None:
    """Return the draft if it may stand as the rejected answer of a preference pair, else None.

    It may when it differs from the completion beyond white space, does not look like what an outage leaves behind,
    and either a person changed it (by_person) or the scores are at least 0.1 apart.
    """
    if not draft or " ".join(draft.split()) == " ".join(completion.split()) or is_artefact(draft):
        return None
    if by_person:
        return draft
    if draft_score is None or score is None or Decimal(score) - Decimal(draft_score) < Decimal("0.1"):
        return None
    return draft


def is_artefact(text: str) -> bool:
    """Say whether a text looks like an error message that a failing service left instead of an answer."""
    return not text.strip() or (len(text) < 600 and _ARTEFACT.match(text) is not None)


def _prompt(record: PairRecord) -> list[dict[str, str]]:
    user = {"role": "user", "content": record.instruction}
    return [user] if record.system is None else [{"role": "system", "content": record.system}, user]


def _answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _own(record: PairRecord, **columns: Any) -> dict[str, Any]:
    return {"pair_id": record.id, "provenance": provenance(record), **columns}


def _sft_trl(record: PairRecord) -> list[dict[str, Any]]:
    return [_own(record, prompt=_prompt(record), completion=[_answer(record.completion)])]


def _messages(record: PairRecord) -> list[dict[str, Any]]:
    return [_own(record, messages=[*_prompt(record), _answer(record.completion)])]


def _dpo_trl(record: PairRecord) -> list[dict[str, Any]]:
    if record.rejected is None:
        return []
    chosen, rejected = [_answer(record.completion)], [_answer(record.rejected)]
    return [_own(record, prompt=_prompt(record), chosen=chosen, rejected=rejected)]


def _kto_trl(record: PairRecord) -> list[dict[str, Any]]:
    answers = [(record.completion, True)] + ([(record.rejected, False)] if record.rejected is not None else [])
    return [
        _own(record, prompt=_prompt(record), completion=[_answer(text)], label=label) for text, label in answers if text
    ]


def _dpo_messages(record: PairRecord) -> list[dict[str, Any]]:
    if record.rejected is None:
        return []
    chosen, rejected = _answer(record.completion), _answer(record.rejected)
    return [_own(record, messages=_prompt(record), chosen=chosen, rejected=rejected)]


def _turns(record: PairRecord) -> list[dict[str, str]]:
    system = [] if record.system is None else [{"from": "system", "value": record.system}]
    return [*system, {"from": "human", "value": record.instruction}]


def _sharegpt(record: PairRecord) -> list[dict[str, Any]]:
    return [_own(record, conversations=[*_turns(record), {"from": "gpt", "value": record.completion}])]


def _dpo_sharegpt(record: PairRecord) -> list[dict[str, Any]]:
    if record.rejected is None:
        return []
    chosen, rejected = {"from": "gpt", "value": record.completion}, {"from": "gpt", "value": record.rejected}
    return [_own(record, conversations=_turns(record), chosen=chosen, rejected=rejected)]


def _kto_sharegpt(record: PairRecord) -> list[dict[str, Any]]:
    answers = [(record.completion, True)] + ([(record.rejected, False)] if record.rejected is not None else [])
    return [
        _own(record, conversations=[*_turns(record), {"from": "gpt", "value": text}], kto_tag=label)
        for text, label in answers
        if text
    ]


def _alpaca(record: PairRecord) -> list[dict[str, Any]]:
    system = record.system or ""
    return [_own(record, instruction=record.instruction, input="", output=record.completion, system=system)]


def _openai_sft(record: PairRecord) -> list[dict[str, Any]]:
    return [{"messages": [*_prompt(record), _answer(record.completion)]}]


def _openai_dpo(record: PairRecord) -> list[dict[str, Any]]:
    if record.rejected is None:
        return []
    return [
        {
            "input": {"messages": _prompt(record), "tools": [], "parallel_tool_calls": True},
            "preferred_output": [_answer(record.completion)],
            "non_preferred_output": [_answer(record.rejected)],
        }
    ]


# LLaMA-Factory's `openai` formatting rewrites system prompts, so message files are declared as sharegpt with role tags.
_ROLE_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
_PAIR_COLUMNS = {"chosen": "chosen", "rejected": "rejected"}

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            name="sft_trl",
            consumer="TRL SFTTrainer (loss on the answer only, its default for this layout)",
            columns="prompt: messages, completion: one message",
            lines=_sft_trl,
        ),
        Layout(
            name="sft_messages",
            consumer="TRL SFTTrainer with assistant_only_loss, LLaMA-Factory, Axolotl (chat_template)",
            columns="messages",
            lines=_messages,
            llama_factory={"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": _ROLE_TAGS},
            axolotl=("type: chat_template", "field_messages: messages"),
        ),
        Layout(
            name="dpo_trl",
            consumer="TRL DPOTrainer, Axolotl DPO (chat_template.default)",
            columns="prompt: messages, chosen: one message, rejected: one message",
            lines=_dpo_trl,
            axolotl=("type: chat_template.default", "field_messages: prompt"),
        ),
        Layout(
            name="kto_trl",
            consumer="TRL KTOTrainer",
            columns="prompt: messages, completion: one message, label: true or false",
            lines=_kto_trl,
        ),
        Layout(
            name="dpo_messages",
            consumer="LLaMA-Factory DPO, Axolotl DPO (chat_template.default)",
            columns="messages, chosen: a message, rejected: a message",
            lines=_dpo_messages,
            llama_factory={
                "ranking": True,
                "formatting": "sharegpt",
                "columns": {"messages": "messages", **_PAIR_COLUMNS},
                "tags": _ROLE_TAGS,
            },
            axolotl=("type: chat_template.default",),
        ),
        Layout(
            name="dpo_sharegpt",
            consumer="LLaMA-Factory DPO",
            columns="conversations: from/value, chosen, rejected",
            lines=_dpo_sharegpt,
            llama_factory={
                "ranking": True,
                "formatting": "sharegpt",
                "columns": {"messages": "conversations", **_PAIR_COLUMNS},
            },
        ),
        Layout(
            name="kto_sharegpt",
            consumer="LLaMA-Factory KTO",
            columns="conversations: from/value, kto_tag: true or false",
            lines=_kto_sharegpt,
            llama_factory={
                "formatting": "sharegpt",
                "columns": {"messages": "conversations", "kto_tag": "kto_tag"},
            },
        ),
        Layout(
            name="sharegpt",
            consumer="LLaMA-Factory, Axolotl (field_messages with mappings)",
            columns="conversations: from/value",
            lines=_sharegpt,
            llama_factory={"formatting": "sharegpt", "columns": {"messages": "conversations"}},
            axolotl=(
                "type: chat_template",
                "field_messages: conversations",
                "message_property_mappings:",
                "  role: from",
                "  content: value",
            ),
        ),
        Layout(
            name="alpaca",
            consumer="LLaMA-Factory, Axolotl (alpaca)",
            columns="instruction, input (empty), output, system",
            lines=_alpaca,
            llama_factory={
                "formatting": "alpaca",
                "columns": {"prompt": "instruction", "query": "input", "response": "output", "system": "system"},
            },
            axolotl=("type: alpaca",),
        ),
        Layout(
            name="openai_sft",
            consumer="OpenAI-compatible fine-tuning services",
            columns="messages and nothing else",
            lines=_openai_sft,
        ),
        Layout(
            name="openai_dpo",
            consumer="OpenAI-compatible preference fine-tuning services",
            columns="input, preferred_output, non_preferred_output",
            lines=_openai_dpo,
        ),
    )
}
