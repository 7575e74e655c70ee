"""TRAIN_PAIR: whatever text goes in comes out, and whatever cannot is refused with a code."""

from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.frames import (
    FrameError,
    Limits,
    build_train_pair,
    is_canonical,
    parse,
    read_literal_pair,
    read_train_pair,
    salvage_train_pair,
    sign,
)
from tests.core.frames.strategies import FORMAT_SYMBOLS, KEY, examples, keys, texts

AT = "2025-01-02T03:04:05Z"
DAMAGED = "⧆≛CREATED_AT⦙≛t∴≛TEACHER_FEEDBACK⦙≛ratio 1 ∷ 2∴≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⊗⊗⊙⊗⦙≗Φ⊙⊗⊙⊙⊗⧈"


@examples(normal=200, thorough=100_000)
@given(instruction=texts, completion=texts, signed=st.booleans())
@pytest.mark.timeout(0)
def test_random_pair_is_read_as_written(instruction: str, completion: str, signed: bool) -> None:
    text = build_train_pair(instruction, completion, created_at=AT)
    if signed:
        text = sign(text, key=KEY, signer_id="a", timestamp=AT) + "\n"
    else:
        assert is_canonical(text)
    strict = read_train_pair(text)
    assert (strict.instruction, strict.completion) == (instruction, completion)
    assert read_train_pair(text, mode="compat") == salvage_train_pair(text) == strict


@examples(normal=150, thorough=10_000)
@given(metadata=st.dictionaries(keys, texts, max_size=6), created_at=texts)
@pytest.mark.timeout(0)
def test_random_metadata_is_read_as_written(metadata: dict[str, str], created_at: str) -> None:
    unique = {key.upper(): value for key, value in metadata.items()}
    pair = read_train_pair(build_train_pair("Q", "A", created_at=created_at, metadata=unique))
    assert dict(pair.header) == unique | {"CREATED_AT": created_at, "TYPE": "TRAIN_PAIR"}


@pytest.mark.parametrize("symbol", [*FORMAT_SYMBOLS, "\n", "\r", "\u2028", " ", "\0", "\ufeff"])
def test_format_symbol_in_metadata_is_read_as_written(symbol: str) -> None:
    metadata = {
        "ALONE": symbol,
        "FIRST": f"{symbol}a",
        "LAST": f"a{symbol}",
        "MIDDLE": f"a{symbol}b",
        "TWICE": symbol * 2,
    }
    text = build_train_pair(symbol, symbol, created_at=AT, metadata=metadata)
    for pair in (read_train_pair(text), read_train_pair(text, mode="compat")):
        assert {key: pair.get(key) for key in metadata} == metadata


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (["é", {"b": 1, "a": (2.5, None)}], '["é",{"a":[2.5,null],"b":1}]'),
        (OrderedDict(z=1, a=True), '{"a":true,"z":1}'),
        (MappingProxyType({"k": [MappingProxyType({"n": 1})]}), '{"k":[{"n":1}]}'),
        (0.92, "0.92"),
        (None, "None"),
        (True, "True"),
        ("", ""),
    ],
)
def test_value_is_written_as_plain_text_or_compact_json(value: object, written: str) -> None:
    pair = read_train_pair(build_train_pair("Q", "A", created_at=AT, metadata={"v": value}))
    assert pair.get("V") == written


def deep_list() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "metadata",
    [
        {"type": "X"},
        {"Created_At": "X"},
        {"a": 1, "A": 2},
        {"": 1},
        {"1A": 1},
        {"A B": 1},
        {"A\n": 1},
        {"Ä": 1},
        {5: 1},
        {"A": "half \ud800"},
        {"A": ["half \ud800"]},
        {"A": [float("nan")]},
        {"A": [{1, 2}]},
        {"A": {1: 1, "b": 2}},
        {"A": 10**5000},
        {"A": deep_list()},
    ],
    ids=range(16),
)
def test_metadata_that_cannot_be_written_are_refused(metadata: dict[str, object]) -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        build_train_pair("Q", "A", created_at=AT, metadata=metadata)


def test_text_that_cannot_be_written_is_refused() -> None:
    for instruction, completion, created_at in (("\ud800", "", AT), ("", "\udfff", AT), ("", "", "\ud800")):
        with pytest.raises(FrameError, match="ENCODE_002"):
            build_train_pair(instruction, completion, created_at=created_at)
    with pytest.raises(FrameError, match="ENCODE_002"):
        build_train_pair("", "", created_at=None)  # type: ignore[arg-type]
    with pytest.raises(FrameError, match="ENCODE_002"):
        build_train_pair("a" * 100, "", created_at=AT, limits=Limits(max_frame_chars=100))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("⧆≛TYPE⦙≛SUMMARY∷≗Φ⊙⦙≗Φ⊙⧈", "VALIDATE_003"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⧈", "VALIDATE_005"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⦙≗Φ⊙⦙≗Φ⊙⧈", "VALIDATE_005"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷≛NATLANG⦙≛⟦a⟧⦙≛FORGE⦙≛⟦b⟧⧈", "VALIDATE_005"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⊛⊛⊛⊛⦙≗Φ⊙⧈", "DECODE_001"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⊛⦙≗Φ⊙⧈", "DECODE_001"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙XXXX⦙≗Φ⊙⧈", "PARSE_006"),
        ("⧆≛A⦙≛≗Φ⊙⊛∴≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⦙≗Φ⊙⧈", "DECODE_001"),
        ("⧆≛A⦙≛\ud800∴≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⦙≗Φ⊙⧈", "DECODE_001"),
    ],
)
def test_text_of_a_pair_is_decoded_strictly_in_both_modes(text: str, code: str) -> None:
    for mode in ("strict", "compat"):
        with pytest.raises(FrameError) as caught:
            read_train_pair(text, mode=mode)  # type: ignore[arg-type]
        assert caught.value.code == code


def test_frame_without_type_is_refused() -> None:
    for mode, code in (("strict", "VALIDATE_004"), ("compat", "VALIDATE_003")):
        with pytest.raises(FrameError, match=code):
            read_train_pair("⧆≛A⦙≛b∷≗Φ⊙⦙≗Φ⊙⧈", mode=mode)  # type: ignore[arg-type]


def test_old_frame_reports_the_second_creation_time() -> None:
    text = "⧆≛CREATED_AT⦙≛built∴≛CREATED_AT⦙≛made∴≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⦙≗Φ⊙⧈"
    assert read_train_pair(text, mode="compat").get("CREATED_AT") == "made"
    with pytest.raises(FrameError, match="CANON_002"):
        read_train_pair(text)


def test_damaged_frame_is_salvaged_only_on_request_and_says_so() -> None:
    with pytest.raises(FrameError, match="VALIDATE_005"):
        read_train_pair(DAMAGED, mode="compat")
    pair = salvage_train_pair(sign(DAMAGED, key=KEY, signer_id="a", timestamp="t"))
    assert (pair.instruction, pair.completion, pair.salvaged) == ("Q", "A", True)
    assert not salvage_train_pair(build_train_pair("Q", "A", created_at=AT)).salvaged


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("⧆≛TYPE⦙≛X∷≗Φ⊙⦙≗Φ⊙⧈", "VALIDATE_003"),
        (DAMAGED.replace("TRAIN_PAIR", "OTHER"), "VALIDATE_003"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙⧈", "VALIDATE_005"),
        ("⧆≛TYPE⦙≛TRAIN_PAIR∷a∷b⦙≗Φ⊙⧈", "VALIDATE_005"),
        (DAMAGED.replace("⊗⊗⊙⊗", "⊗⊗⊙"), "DECODE_001"),
    ],
)
def test_frame_that_holds_no_pair_is_not_salvaged(text: str, code: str) -> None:
    with pytest.raises(FrameError, match=code):
        salvage_train_pair(text)


def test_literal_pair_has_its_own_reader() -> None:
    inner = "⧆≛TYPE⦙≛VALUE∷≛DATA⦙≛⟦x⟧⧈"
    text = f"⧆≛TYPE⦙≛TRAIN_PAIR∷≛NATLANG⦙≛⟦three⟧⦙≛FORGE⦙≛⟦{inner}⟧⧈"
    assert read_literal_pair(text) == ("three", inner)
    with pytest.raises(FrameError, match="VALIDATE_005"):
        read_literal_pair(build_train_pair("Q", "A", created_at=AT))
    with pytest.raises(FrameError, match="VALIDATE_003"):
        read_literal_pair("⧆≛TYPE⦙≛X∷⧈")


def test_carried_value_is_still_a_frame_for_old_readers() -> None:
    frame = parse(build_train_pair("Q", "A", created_at=AT, metadata={"note": "a ∷ b"}), "compat")
    assert frame.get("TYPE") == "TRAIN_PAIR"
    assert len(frame.payload) == 2
