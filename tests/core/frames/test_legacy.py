"""Rows of an old export: four separate answers, and a code for every line that is no row."""

import json
from typing import Any

import pytest

from datasets.core.frames import FrameError, LegacyRow, Limits, build_train_pair, read_legacy_row, sign
from tests.core.frames.strategies import KEY, VECTORS

FRAME = build_train_pair("Q", "A", created_at="t")
SIGNED = sign(FRAME, key=KEY, signer_id="exporter", timestamp="t")
ROW = {
    "instruction": "Q",
    "completion": "A",
    "frame": FRAME,
    "signature": SIGNED,
    "quality_score": 0.5,
    "verified": True,
}
DAMAGED = "⧆≛NOTE⦙≛1 ∷ 2∴≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⊗⊗⊙⊗⦙≗Φ⊙⊗⊙⊙⊗⧈"


def read(key: bytes | None = KEY, **changes: object) -> LegacyRow:
    return read_legacy_row(json.dumps(ROW | changes), key=key)


def answers(row: LegacyRow) -> tuple[str | None, bool, bool | None, bool | None]:
    return row.signature.reason, row.pair is not None, row.text_matches_frame, row.frame_matches_signed


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, (None, True, True, True)),
        ({"completion": "B"}, (None, True, False, True)),
        ({"frame": FRAME + " "}, (None, True, True, False)),
        ({"frame": None}, (None, True, True, False)),
        ({"signature": SIGNED.replace("⊗⊗⊙⊗", "⊗⊗⊙⊙")}, ("SIG_003", True, False, False)),
        ({"signature": SIGNED.replace("[SIG", "[sig")}, ("SIG_001", False, False, False)),
        ({"signature": None}, ("SIG_001", True, True, None)),
        ({"signature": None, "frame": None}, ("SIG_001", False, None, None)),
        ({"signature": sign(DAMAGED, key=KEY, signer_id="a", timestamp="t")}, (None, False, False, False)),
    ],
)
def test_each_answer_is_given_by_itself(changes: dict[str, object], wanted: tuple[Any, ...]) -> None:
    assert answers(read(**changes)) == wanted


def test_without_a_key_the_signature_is_unchecked_and_the_rest_is_answered() -> None:
    assert answers(read(key=None)) == ("SIG_004", True, True, True)
    assert read(key=None).signature.signer_id == "exporter"


def test_without_a_key_a_missing_or_broken_line_is_named() -> None:
    assert read(key=None, signature=FRAME).signature.reason == "SIG_001"
    assert read(key=None, signature=SIGNED.replace("]⧈", "⧈")).signature.reason == "SIG_002"


def test_unreadable_frame_says_why() -> None:
    fault = read(signature=sign(DAMAGED, key=KEY, signer_id="a", timestamp="t")).fault
    assert fault is not None
    assert fault.code == "VALIDATE_005"


def test_fields_of_the_row_are_kept_as_text() -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "legacy_row.verify/002")
    row = read_legacy_row(vector["in"]["line"], key=None)
    assert row.pair_id == "train-1740830403.003"
    assert row.quality_score == "0.703"
    assert row.reviewer == "teacher-1"
    assert row.feedback == "*YCBoL(4ctrZ"
    assert not row.claimed_verified


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "DECODE_001"),
        ("[]", "DECODE_001"),
        ("{", "DECODE_001"),
        ("[" * 100_000, "DECODE_001"),
        ('{"instruction": ' + "9" * 10_000 + "}", "DECODE_001"),
        ('{"instruction": "\\ud800", "completion": ""}', "DECODE_001"),
        ("{}", "VALIDATE_005"),
        ('{"instruction": 1, "completion": "A"}', "VALIDATE_005"),
        ('{"instruction": "Q", "completion": "A", "frame": ["x"]}', "VALIDATE_005"),
    ],
    ids=range(9),
)
def test_line_that_is_no_row_has_a_code(line: str, code: str) -> None:
    with pytest.raises(FrameError) as caught:
        read_legacy_row(line, key=KEY)
    assert caught.value.code == code


def test_line_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(FrameError, match="DECODE_001"):
        read_legacy_row(json.dumps(ROW), key=KEY, limits=Limits(max_line_chars=50))
