"""Files of others give candidates or problems with line numbers, and a file of ours gives back what was exported."""

import hashlib
import hmac
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.canonical import MAX_LINE
from datasets.core.frames import build_train_pair, sign, strip_signature
from datasets.core.imports import Candidate, Problem, read
from datasets.core.layouts import LAYOUTS
from datasets.core.records import WithheldRow, content_digest, to_line
from tests.core.export.making import pair, pairs

KEY = b"a shared secret of the original studio"


def take(*rows: object, **options) -> list[Candidate | Problem]:
    data = b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)
    return list(read(io.BytesIO(data), **options))


def one(row: object, **options) -> Candidate:
    found = take(row, **options)
    assert len(found) == 1
    assert isinstance(found[0], Candidate), found
    return found[0]


def problem(row: object, **options) -> Problem:
    found = take(row, **options)
    assert len(found) == 1
    assert isinstance(found[0], Problem), found
    return found[0]


def test_our_own_rows_come_back_whole() -> None:
    for record in pairs(12):
        found = one(to_line(record) + b"\n")
        assert (found.instruction, found.completion, found.system) == (
            record.instruction,
            record.completion,
            record.system,
        )
        assert (found.rejected, found.score, found.external_id) == (record.rejected, record.score, record.id)
        assert found.digest == record.approvals[0].shown


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_every_derived_layout_reads_back_as_the_same_pair(finished: Path, name: str) -> None:
    with (finished / f"derived/{name}.jsonl").open("rb") as stream:
        found = list(read(stream))
    known = {content_digest(r.instruction, r.completion, r.system): r for r in pairs(40)}
    candidates = [item for item in found if isinstance(item, Candidate)]
    assert all(item.digest in known for item in candidates)
    assert all(item.code == "import.label" for item in found if isinstance(item, Problem))
    if "dpo" in name:
        assert all(item.rejected == known[item.digest].rejected for item in candidates)
    assert len(candidates) == sum("dpo" not in name or r.rejected is not None for r in known.values())


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"instruction": "Q", "input": "", "output": "A"}, "alpaca"),
        ({"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}, "messages"),
        ({"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, "sharegpt"),
        ({"prompt": "Q", "completion": "A"}, "prompt and completion"),
        ({"prompt": "Q", "chosen": "A", "rejected": "B"}, "preference"),
        ({"prompt": "Q", "response": "A"}, "plain"),
        ({"question": "Q", "answer": "A"}, "plain"),
        ({"instruction": "Q", "completion": "A"}, "plain"),
    ],
)
def test_common_layouts_are_recognised_by_their_columns(row: dict[str, object], kind: str) -> None:
    found = one(row)
    assert (found.kind, found.instruction, found.completion) == (kind, "Q", "A")


def test_a_file_for_trainers_brings_score_and_teachers_back() -> None:
    record = pair(3)
    for name in ("sft_trl", "sft_messages", "dpo_trl", "alpaca", "sharegpt"):
        found = one(LAYOUTS[name].lines(record)[0])
        assert (found.score, found.teachers, found.external_id) == (record.score, record.teachers, record.id)


@pytest.mark.parametrize(
    "provenance",
    [None, 7, "", "text", "[1]", '{"score":"much","teachers":"x"}', "[" * 9_999],
    ids=["null", "number", "empty", "words", "list", "other types", "nested"],
)
def test_what_else_stands_in_a_column_called_provenance_is_left_alone(provenance: object) -> None:
    found = one({"prompt": "a", "completion": "b", "provenance": provenance, "score": 0.5})
    assert (found.score, found.teachers) == ("0.5", ())


def test_the_input_of_alpaca_belongs_to_the_question() -> None:
    assert one({"instruction": "Sum up.", "input": "Text.", "output": "A"}).instruction == "Sum up.\n\nText."


def test_a_preference_with_whole_chats_keeps_the_last_answers() -> None:
    chat = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    worse = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "B"}]
    found = one({"prompt": "Q", "chosen": chat, "rejected": worse})
    assert (found.completion, found.rejected) == ("A", "B")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"colour": "red"}, "import.layout"),
        ({"instruction": " ", "output": "A"}, "import.text"),
        ({"instruction": 3, "output": "A"}, "import.text"),
        ({"instruction": "Q", "output": "A" * 1_000_001}, "import.long"),
        ({"messages": "hello"}, "import.turns"),
        ({"messages": [{"role": "king", "content": "x"}]}, "import.turns"),
        ({"messages": [{"role": "user", "content": "Q"}]}, "import.turns"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "import.turns"),
        ({"title": "", "created": "", "messages": 3}, "import.turns"),
        ({"title": "", "created": "", "messages": [{}] * 2_001}, "import.long"),
        ({"conversations": [{"from": "human", "value": "Q"}], "kto_tag": False}, "import.label"),
        ({"prompt": "Q", "completion": "A", "label": False}, "import.label"),
        ({"input": "Q", "preferred_output": [], "non_preferred_output": []}, "import.layout"),
        ({"approvals": [], "created_at": "x", "id": 1}, "import.row"),
        ({"id": "a", "withheld": "ab" * 32}, "import.withheld"),
        (b"not json\n", "import.json"),
        (b"[1]\n", "import.json"),
        (b'{"instruction": "\\ud800", "output": "A"}\n', "import.text"),
    ],
)
def test_a_line_that_holds_no_pair_is_a_problem_with_a_code(row: object, code: str) -> None:
    assert problem(row).code == code


TALK = [("system", "Be brief."), ("user", "Is it old?"), ("assistant", "Yes."), ("user", "How old?")]
TOLD = "Be brief.\n\nEarlier in this conversation:\n\n[user]\nIs it old?\n\n[assistant]\nYes."


@pytest.mark.parametrize("column", ["messages", "conversations", "prompt"])
def test_earlier_turns_of_a_chat_stand_in_the_system_text(column: str) -> None:
    talk = [{"role": role, "content": text} for role, text in TALK]
    answer = {"role": "assistant", "content": "Nine."}
    row = {"prompt": talk, "completion": [answer]} if column == "prompt" else {column: [*talk, answer]}
    found = one(row)
    assert (found.system, found.instruction, found.completion) == (TOLD, "How old?", "Nine.")


def test_earlier_turns_have_a_limit() -> None:
    talk = [{"role": role, "content": "x" * 60_000} for role in ("user", "assistant", "user", "assistant")]
    assert problem({"messages": talk}).code == "import.long"


def test_problems_carry_the_line_and_the_rest_goes_on() -> None:
    good = {"instruction": "Q", "output": "A"}
    found = take(good, b"broken\n", b"\n", good)
    assert [(type(item), item.line) for item in found] == [(Candidate, 1), (Problem, 2), (Candidate, 4)]


def test_a_file_may_be_one_array() -> None:
    data = json.dumps([{"instruction": "Q", "output": "A"}, 7], indent=2).encode()
    assert [type(item) for item in read(io.BytesIO(data))] == [Candidate, Problem]
    assert [item.code for item in read(io.BytesIO(b"[1, 2"))] == ["import.json"]


def test_a_line_over_the_limit_is_refused_before_it_is_parsed() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            buffer[:] = b"x" * len(buffer)
            self.given += len(buffer)
            return len(buffer)

    stream = Endless()
    found = list(read(io.BufferedReader(stream)))
    assert [item.code for item in found] == ["import.long"]
    assert stream.given < 2 * MAX_LINE


def original(number: int = 1, *, key: bytes = KEY, **changes: object) -> dict[str, object]:
    record = pair(number)
    frame = build_train_pair(
        record.instruction, record.completion, created_at="2025-01-01T00:00:00", metadata={"A": "b"}
    )
    row = {
        "pair_id": f"train-{number}",
        "instruction": record.instruction,
        "completion": record.completion,
        "quality_score": 0.92,
        "verified": True,
        "frame": frame,
        "signature": sign(frame, key=key, signer_id="old", timestamp="2025-01-01"),
    }
    return row | changes


def test_a_row_of_the_original_is_taken_with_its_key() -> None:
    found = one(original(), key=KEY)
    assert (found.kind, found.verified, found.score, found.external_id) == ("original", True, "0.92", "train-1")
    assert found.completion == pair(1).completion
    assert not one(original()).verified


def test_a_row_of_the_original_with_a_wrong_key_or_text_is_not_taken() -> None:
    assert problem(original(key=b"another secret"), key=KEY).code == "import.signature"
    assert problem(original(signature=None), key=KEY).code == "import.signature"
    assert problem(original(completion="changed"), key=KEY).code == "import.mismatch"


def test_a_publicly_known_key_proves_nothing() -> None:
    known = b"acx_default_key_v1_replace_in_prod"
    row = original()
    frame = str(row["frame"])
    mac = hmac.new(known, frame.encode(), hashlib.sha256).hexdigest()
    row["signature"] = f"{frame[:-1]}\n[SIG|{mac}|old|t]⧈"
    assert strip_signature(row["signature"]) == frame
    assert "publicly known" in problem(row, key=known).message


def test_a_damaged_frame_is_salvaged_only_on_request_and_marked() -> None:
    record = pair(1)
    frame = build_train_pair(
        record.instruction, record.completion, created_at="2025-01-01T00:00:00", metadata={"A": "MARK"}
    )
    damaged = frame.replace("MARK", "see ∷ here")
    row = original(frame=damaged, signature=sign(damaged, key=KEY, signer_id="old", timestamp="2025-01-01"))
    assert problem(row, key=KEY).code == "import.frame"
    found = one(row, key=KEY, salvage=True)
    assert (found.salvaged, found.instruction, found.completion) == (True, record.instruction, record.completion)


def test_a_withheld_row_of_ours_is_a_problem() -> None:
    assert problem(to_line(WithheldRow(id="a", leaf="ab" * 32)) + b"\n").code == "import.withheld"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "from", "value", "messages"]), inner, max_size=3)
    ),
    max_leaves=8,
)
COLUMNS = [
    *("instruction", "output", "input", "completion", "prompt", "chosen", "rejected", "messages", "conversations"),
    *("label", "kto_tag", "score", "pair_id", "frame", "signature", "approvals", "created_at", "id", "withheld"),
    *("system", "teachers", "preferred_output", "non_preferred_output"),
]


@given(st.dictionaries(st.sampled_from(COLUMNS), VALUES, max_size=6))
def test_any_object_is_a_candidate_or_a_problem(row: dict[str, object]) -> None:
    found = take(json.dumps(row).encode() + b"\n")
    assert len(found) == 1
    assert isinstance(found[0], Candidate | Problem)
