"""Files as they are found in the wild: nothing of them is dropped, mixed up or taken for something else in silence."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from datasets.core import archive
from datasets.core.imports import Candidate, Problem, read
from tests.core.export.making import pairs


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def answer(text: str, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **more}


def given(row: object) -> list[Candidate | Problem]:
    return list(read(io.BytesIO(row if isinstance(row, bytes) else json.dumps(row).encode())))


def one(row: object) -> Candidate:
    (found,) = given(row)
    assert isinstance(found, Candidate), found
    return found


CALL = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "sun"}}]}
RESULT = {"role": "tool", "content": "noon"}
EARLIER = "Earlier in this conversation:\n\n"

KEPT = {
    "a system column beside a chat": (
        {"system": "S", "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
        ("S", "Q", "A", None),
    ),
    "a system column beside a prompt": ({"system": "S", "prompt": "Q", "completion": "A"}, ("S", "Q", "A", None)),
    "a system column beside a preference": (
        {"system": "S", "prompt": "Q", "chosen": "A", "rejected": "B"},
        ("S", "Q", "A", "B"),
    ),
    "the same system text in column and chat": (
        {"system": "S", "messages": [{"role": "system", "content": "S"}, user("Q"), answer("A")]},
        ("S", "Q", "A", None),
    ),
    "history of alpaca": (
        {"instruction": "Q", "input": "", "output": "A", "system": "S", "history": [["q", "a"]]},
        (f"S\n\n{EARLIER}[user]\nq\n\n[assistant]\na", "Q", "A", None),
    ),
    "alpaca with a worse answer": (
        {"instruction": "Q", "input": "I", "chosen": "A", "rejected": "B"},
        (None, "Q\n\nI", "A", "B"),
    ),
    "context of a question": (
        {"instruction": "Q", "context": "C", "response": "A", "category": "open"},
        (None, "Q\n\nC", "A", None),
    ),
    "system_prompt of a question": ({"system_prompt": "S", "question": "Q", "response": "A"}, ("S", "Q", "A", None)),
    "a developer message": (
        {"messages": [{"role": "developer", "content": "S"}, user("Q"), answer("A")]},
        ("S", "Q", "A", None),
    ),
    "text in parts": (
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Q"}, {"type": "text", "text": "R"}]},
                answer("A"),
            ]
        },
        (None, "Q\nR", "A", None),
    ),
    "other names of roles": (
        {"conversations": [{"from": "prompter", "value": "Q"}, {"from": "chatgpt", "value": "A"}]},
        (None, "Q", "A", None),
    ),
    "calls of tools before the question": (
        {"messages": [user("q"), CALL, RESULT, answer("a"), user("Q"), answer("A")]},
        (
            f'{EARLIER}[user]\nq\n\n[call]\n[{{"function": {{"name": "sun"}}}}]\n\n[tool]\nnoon\n\n[assistant]\na',
            "Q",
            "A",
            None,
        ),
    ),
    "a preference of whole chats": (
        {"chosen": [user("Q"), answer("A")], "rejected": [user("Q"), answer("B")]},
        (None, "Q", "A", "B"),
    ),
    "a preference of long chats with their first question as prompt": (
        {
            "prompt": "q",
            "chosen": [user("q"), answer("a"), user("Q"), answer("A")],
            "rejected": [user("q"), answer("a"), user("Q"), answer("B")],
        },
        (f"{EARLIER}[user]\nq\n\n[assistant]\na", "Q", "A", "B"),
    ),
    "a completion of several turns": (
        {"prompt": [user("q")], "completion": [answer("a"), user("Q"), answer("A")]},
        (f"{EARLIER}[user]\nq\n\n[assistant]\na", "Q", "A", None),
    ),
    "a prompt longer than the chat": (
        {"prompt": [{"role": "system", "content": "S"}, user("Q")], "completion": [user("Q"), answer("A")]},
        ("S", "Q", "A", None),
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_everything_that_belongs_to_a_pair_is_in_it(name: str) -> None:
    row, expected = KEPT[name]
    found = one(row)
    assert (found.system, found.instruction, found.completion, found.rejected) == expected


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"messages": [user("Q"), CALL, RESULT, answer("A")]}, "import.tools"),
        ({"messages": [user("Q"), CALL]}, "import.tools"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}, answer("A")]}, "import.turns"),
        ({"messages": [user("Q"), answer("A", weight=0)]}, "import.label"),
        ({"prompt": "Q", "completion": "A", "label": "false"}, "import.label"),
        ({"system": "S", "messages": [{"role": "system", "content": "T"}, user("Q"), answer("A")]}, "import.turns"),
        ({"prompt": "Q", "chosen": [user("Q"), answer("A")], "rejected": [user("X"), answer("B")]}, "import.turns"),
        ({"chosen": [user("Q"), answer("A")], "rejected": [user("X"), answer("B")]}, "import.turns"),
        ({"instruction": "Q", "input": 12, "output": "A"}, "import.text"),
        ({"instruction": "Q", "input": "x" * 1_000_001, "output": "A"}, "import.long"),
        ({"instruction": "Q", "output": "A", "history": "q, a"}, "import.turns"),
        ({"instruction": "Q", "output": "A", "system": ["S"]}, "import.text"),
        (gzip.compress(b"{}", mtime=0), "import.packed"),
        (b"PAR1" + bytes(100), "import.packed"),
        (json.dumps({"prompt": "Q", "completion": "A"}).encode("utf-16"), "import.packed"),
        (b"PK\x03\x04" + bytes(1000), "import.packed"),
        (b"{\n  broken", "import.json"),
    ],
)
def test_what_a_pair_cannot_hold_is_one_problem_with_a_code(row: object, code: str) -> None:
    (found,) = given(row)
    assert isinstance(found, Problem)
    assert found.code == code


@pytest.mark.parametrize("value", [{"prompt": "Q", "completion": "A"}, [{"prompt": "Q", "completion": "A"}]])
@pytest.mark.parametrize("before", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_json_that_runs_over_lines_is_read_whole(value: object, before: bytes) -> None:
    assert one(before + json.dumps(value, indent=2).encode()).completion == "A"


def test_a_zipped_export_of_ours_gives_its_rows(finished: Path, tmp_path: Path) -> None:
    archive.write(finished, tmp_path / "export.zip")
    with (tmp_path / "export.zip").open("rb") as stream:
        found = list(read(stream))
    assert [(item.line, item.external_id) for item in found] == [(n + 1, pair.id) for n, pair in enumerate(pairs(40))]


def test_another_zip_file_is_one_problem(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/notes.txt").write_text("hello")
    archive.write(tmp_path / "folder", tmp_path / "other.zip")
    (found,) = given((tmp_path / "other.zip").read_bytes())
    assert isinstance(found, Problem)
    assert "no export of ours" in found.message
