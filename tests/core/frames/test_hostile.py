"""Text from strangers: every reader ends in a value or a coded error, whatever it is given."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.frames import (
    FrameError,
    canonicalise,
    content_hash,
    decode_blob,
    is_canonical,
    join_literals,
    parse,
    read_fact,
    read_legacy_row,
    read_literal_pair,
    read_summary,
    read_train_pair,
    salvage_train_pair,
    strip_signature,
    verify,
)
from datasets.core.frames.errors import HINTS
from tests.core.frames.strategies import KEY, any_characters, examples, mutated_frames

Reader = Callable[[str], object]

READERS: dict[str, Reader] = {
    "parse strict": parse,
    "parse compat": lambda text: parse(text, "compat"),
    "canonicalise": canonicalise,
    "is_canonical": is_canonical,
    "pair strict": read_train_pair,
    "pair compat": lambda text: read_train_pair(text, mode="compat"),
    "salvage": salvage_train_pair,
    "literal pair": read_literal_pair,
    "summary": read_summary,
    "fact": read_fact,
    "verify": lambda text: verify(text, key=KEY),
    "strip": strip_signature,
    "content hash": content_hash,
    "blob": decode_blob,
    "blob compat": lambda text: decode_blob("≗Φ⊙" + text, "compat"),
    "legacy row": lambda text: read_legacy_row(text, key=KEY),
    "legacy frame": lambda text: read_legacy_row(
        json.dumps({"instruction": "Q", "completion": "A", "signature": text, "frame": text}), key=KEY
    ),
}

BIG, LARGE = 1_000_000, 300_000
HOSTILE = {
    "million-digit number": f"⧆≛TYPE⦙≛X∷≗⊙⊙{'⊗' * BIG}⧈",
    "million-digit exponent": f"⧆≛TYPE⦙≛X∷≗⊗⊙⊙◦⊗◽⊙{'⊗' * BIG} ∷ ⊗⧈",
    "million nested brackets": f"⧆≛TYPE⦙≛TRAIN_PAIR∷≛NATLANG⦙{'≛⟦⦙' * 60_000}≛⟦{'⟦' * BIG}⧈",
    "many empty tokens": f"⧆≛TYPE⦙≛X∷{'⦙' * LARGE}⧈",
    "many empty fields": f"⧆{'∴' * LARGE}∷⧈",
    "many equal keys": f"⧆{'≛A⦙≛∴' * 60_000}∷⧈",
    "many payload marks": f"⧆{'∷' * LARGE}⧈",
    "many word marks": f"⧆≛TYPE⦙{'≛' * LARGE}∷⧈",
    "many frame marks": "⧆" * LARGE + "⧈" * LARGE,
    "lone surrogates": f"⧆≛TYPE⦙≛{chr(0xD800) * 1000}∷≛{chr(0xDFFF) * 1000}⧈",
    "surrogates in a blob": f"⧆≛TYPE⦙≛TRAIN_PAIR∷≗Φ⊙{chr(0xD800) * LARGE}⦙≗Φ⊙⧈",
    "many signature lines": "⧆∷" + f"\n[SIG|{'0' * 64}|a|t]" * 50_000 + "⧈",
    "endless signature line": f"⧆∷\n[SIG|{'0' * 64}|{'a' * LARGE}⧈",
    "white space": " " * LARGE,
    "line breaks": "\n" * LARGE,
    "huge line": "⧆≛TYPE⦙≛X∷≛" + "a" * 8_000_000 + "⧈",
    "long confidence": f"⧆≛CONFIDENCE⦙≛{'1' * LARGE}∴≛TYPE⦙≛FACT∷⧈",
    "nested json": "[" * LARGE,
    "million-digit json number": '{"instruction": ' + "9" * BIG + "}",
}

CODED = {
    "million-digit number": "DECODE_001",
    "million-digit exponent": "DECODE_001",
    "many empty tokens": "DECODE_001",
    "many empty fields": "DECODE_001",
    "many equal keys": "PARSE_004",
    "many payload marks": "VALIDATE_004",
    "many frame marks": "PARSE_003",
    "lone surrogates": "DECODE_001",
    "surrogates in a blob": "PARSE_006",
    "white space": "PARSE_001",
    "huge line": "DECODE_001",
}


def outcome(read: Reader, text: str) -> object:
    """Return the value, or the code of the error; every other exception fails the test."""
    try:
        return read(text)
    except FrameError as error:
        complete = error.code in HINTS and error.hint and error.message and len(error.context) <= 32
        return error.code if complete else pytest.fail(f"incomplete error: {error!r}")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_ends_in_a_value_or_a_code_in_every_reader(name: str) -> None:
    for read in READERS.values():
        outcome(read, HOSTILE[name])


@pytest.mark.parametrize(("name", "code"), CODED.items())
def test_hostile_text_has_its_code_in_strict_parsing(name: str, code: str) -> None:
    assert outcome(parse, HOSTILE[name]) == code


def test_unclosed_brackets_are_left_as_they_are() -> None:
    tokens = ["≛⟦"] * 100_000
    assert join_literals(tokens) == tokens


@examples(normal=400, thorough=100_000)
@given(text=mutated_frames())
@pytest.mark.timeout(0)
def test_mutated_frame_ends_in_a_value_or_a_code_and_strict_agrees_with_compat(text: str) -> None:
    results = {name: outcome(read, text) for name, read in READERS.items()}
    for kind in ("parse", "pair"):
        if not isinstance(results[f"{kind} strict"], str):
            assert results[f"{kind} compat"] == results[f"{kind} strict"]


@examples(normal=300, thorough=20_000)
@given(text=st.text(any_characters, max_size=200))
def test_random_text_ends_in_a_value_or_a_code(text: str) -> None:
    for read in READERS.values():
        outcome(read, text)
