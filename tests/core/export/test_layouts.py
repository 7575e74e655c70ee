"""Each derived file has the layout of its reader, and only pairs that may stand as preferences become such."""

import json
from pathlib import Path

import pytest

from datasets.core.layouts import LAYOUTS, is_artefact, preferred_over
from tests.core.export.making import make, pair, pairs

RESERVED = {"text", "labels", "input_ids", "images", "tools", "chat_template_kwargs"}
OWN = {"pair_id", "provenance"}
SYSTEM = {"role": "system", "content": "Answer from the lease."}
RECORD = pair(15)
USER = {"role": "user", "content": RECORD.instruction}
GOOD = {"role": "assistant", "content": RECORD.completion}
BAD = {"role": "assistant", "content": "a much worse draft"}
TURNS = [{"from": "system", "value": SYSTEM["content"]}, {"from": "human", "value": RECORD.instruction}]

EXPECTED = {
    "sft_trl": [{"prompt": [SYSTEM, USER], "completion": [GOOD]}],
    "sft_messages": [{"messages": [SYSTEM, USER, GOOD]}],
    "dpo_trl": [{"prompt": [SYSTEM, USER], "chosen": [GOOD], "rejected": [BAD]}],
    "kto_trl": [
        {"prompt": [SYSTEM, USER], "completion": [GOOD], "label": True},
        {"prompt": [SYSTEM, USER], "completion": [BAD], "label": False},
    ],
    "dpo_messages": [{"messages": [SYSTEM, USER], "chosen": GOOD, "rejected": BAD}],
    "dpo_sharegpt": [
        {
            "conversations": TURNS,
            "chosen": {"from": "gpt", "value": RECORD.completion},
            "rejected": {"from": "gpt", "value": "a much worse draft"},
        }
    ],
    "kto_sharegpt": [
        {"conversations": [*TURNS, {"from": "gpt", "value": RECORD.completion}], "kto_tag": True},
        {"conversations": [*TURNS, {"from": "gpt", "value": "a much worse draft"}], "kto_tag": False},
    ],
    "sharegpt": [{"conversations": [*TURNS, {"from": "gpt", "value": RECORD.completion}]}],
    "alpaca": [
        {
            "instruction": RECORD.instruction,
            "input": "",
            "output": RECORD.completion,
            "system": "Answer from the lease.",
        }
    ],
    "openai_sft": [{"messages": [SYSTEM, USER, GOOD]}],
    "openai_dpo": [
        {
            "input": {"messages": [SYSTEM, USER], "tools": [], "parallel_tool_calls": True},
            "preferred_output": [GOOD],
            "non_preferred_output": [BAD],
        }
    ],
}


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_line_has_exactly_the_layout_of_its_reader(name: str) -> None:
    lines = LAYOUTS[name].lines(RECORD)
    assert [{key: value for key, value in line.items() if key not in OWN} for line in lines] == EXPECTED[name]
    for line in lines:
        assert set(line) >= OWN or name.startswith("openai")
        assert not RESERVED & set(line)


@pytest.mark.parametrize("name", [name for name in LAYOUTS if "dpo" in name])
def test_a_pair_without_a_rejected_answer_is_no_preference(name: str) -> None:
    assert LAYOUTS[name].lines(pair(1)) == []


def test_every_column_has_one_type_and_no_nulls(finished: Path) -> None:
    for name in LAYOUTS:
        lines = [json.loads(line) for line in (finished / f"derived/{name}.jsonl").read_bytes().splitlines()]
        shapes = {tuple(sorted((key, type(value).__name__) for key, value in line.items())) for line in lines}
        assert len(shapes) == 1
        assert "null" not in json.dumps(lines)


def test_provenance_is_one_string_of_canonical_json_without_the_text() -> None:
    line = LAYOUTS["sft_trl"].lines(RECORD)[0]
    provenance = json.loads(line["provenance"])
    assert line["pair_id"] == RECORD.id
    assert provenance["score"] == RECORD.score
    assert not {"instruction", "completion", "system", "rejected", "id"} & set(provenance)


def test_each_consumer_gets_a_stub_that_names_its_file(finished: Path) -> None:
    card = (finished / "derived/README.md").read_text()
    entries = json.loads((finished / "derived/dataset_info.json").read_bytes())
    axolotl = (finished / "derived/axolotl.yaml").read_text()
    for name, layout in LAYOUTS.items():
        assert f"`{name}.jsonl`" in card
        assert (f"arcticcodex_{name}" in entries) == (layout.llama_factory is not None)
        assert (f"path: derived/{name}.jsonl" in axolotl) == bool(layout.axolotl)
    for entry in entries.values():
        first = json.loads((finished / "derived" / entry["file_name"]).read_bytes().splitlines()[0])
        assert set(entry["columns"].values()) <= set(first)
    assert entries["arcticcodex_sft_messages"]["formatting"] == "sharegpt"


def test_line_separators_inside_text_do_not_break_lines(tmp_path: Path) -> None:
    make(tmp_path / "export", [pair(1, completion="one\u2028two\u2029three\x85four\r\nfive")])
    for path in ("data/train.jsonl", "derived/sft_trl.jsonl"):
        data = (tmp_path / "export" / path).read_bytes()
        assert data.count(b"\n") == 1
        assert "\u2028" in data.decode()
        assert not data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("draft", "fields", "taken"),
    [
        ("worse", {"draft_score": "0.5", "score": "0.9"}, True),
        ("worse", {"draft_score": "0.8", "score": "0.9"}, True),
        ("worse", {"draft_score": "0.85", "score": "0.9"}, False),
        ("worse", {"draft_score": "0.95", "score": "0.9"}, False),
        ("worse", {}, False),
        ("worse", {"by_person": True}, True),
        (" the   answer\n", {"by_person": True}, False),
        ("", {"by_person": True}, False),
        (None, {"by_person": True}, False),
        ("Error: upstream failed", {"by_person": True}, False),
        ("503 Service", {"by_person": True}, True),
    ],
)
def test_a_draft_is_rejected_only_when_it_is_clearly_worse(draft, fields, taken: bool) -> None:
    assert preferred_over(draft, "the answer", **fields) == (draft if taken else None)


@pytest.mark.parametrize(
    ("text", "artefact"),
    [
        ("  ", True),
        ("[Error] no connection", True),
        ("HTTP 502 Bad Gateway", True),
        ("Rate limit exceeded, retry later", True),
        ("Traceback (most recent call last):", True),
        ("Service unavailable", True),
        ("Errors in the lease are corrected in writing.", False),
        ("The lease ends in May.", False),
    ],
)
def test_what_an_outage_leaves_behind_is_recognised(text: str, artefact: bool) -> None:
    assert is_artefact(text) is artefact


def test_the_number_of_lines_follows_from_the_pairs(finished: Path) -> None:
    rejected = sum(record.rejected is not None for record in pairs(40))
    counts = {name: len((finished / f"derived/{name}.jsonl").read_bytes().splitlines()) for name in LAYOUTS}
    assert counts["sft_trl"] == 40
    assert counts["dpo_trl"] == rejected
    assert counts["kto_trl"] == 40 + rejected
