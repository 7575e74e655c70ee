"""BLOB-T: bytes as symbols, the same with numpy and without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.frames import FrameError, decode_blob, encode_blob
from datasets.core.frames.blob import (
    decode_body_numpy,
    decode_body_pure,
    decode_text,
    encode_body_numpy,
    encode_body_pure,
    encode_text,
)
from tests.core.frames.strategies import any_characters, examples, texts


@examples(normal=300, thorough=20_000)
@given(data=st.binary(max_size=300))
def test_both_writers_give_the_same_symbols_and_both_readers_the_bytes(data: bytes) -> None:
    body = encode_body_pure(data)
    assert encode_body_numpy(data) == body
    assert decode_body_pure(body) == decode_body_numpy(body) == data
    assert decode_blob(encode_blob(data)) == decode_blob(encode_blob(data), "compat") == data


@examples(normal=300, thorough=20_000)
@given(body=st.one_of(st.text("⊙⊗Φ⊛", max_size=9), st.text(st.one_of(st.just("⊛"), any_characters), max_size=9)))
def test_both_readers_refuse_the_same_bodies_with_the_same_fault(body: str) -> None:
    answers = []
    for decode in (decode_body_pure, decode_body_numpy):
        try:
            answers.append((decode(body), None))
        except FrameError as error:
            answers.append((error.code, error.offset))
    assert answers[0] == answers[1]


@examples(normal=300, thorough=100_000)
@given(text=texts)
@pytest.mark.timeout(0)
def test_random_text_is_read_as_written(text: str) -> None:
    assert decode_text(encode_text(text)) == text


@pytest.mark.parametrize(
    ("body", "code", "offset"),
    [
        ("⊙⊗Φ", "DECODE_001", 6),
        ("⊙⊗ΦX", "PARSE_006", 6),
        ("X", "PARSE_006", 3),
        ("⊙⊗\ud800⊙", "PARSE_006", 5),
        ("⊙⊗🙂⊙", "PARSE_006", 5),
    ],
)
def test_strict_fault_has_code_and_place(body: str, code: str, offset: int) -> None:
    with pytest.raises(FrameError) as caught:
        decode_blob("≗Φ⊙" + body)
    assert (caught.value.code, caught.value.offset) == (code, offset)


def test_compat_reads_unknown_symbols_as_zero_and_drops_the_tail() -> None:
    assert decode_blob("≗Φ⊙🙂\ud800⊛⊛⊛", "compat") == b"\x0f"


def test_wrong_prefix_and_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(FrameError, match="DECODE_001"):
        decode_blob("≗⊙⊙⊙⊙⊙⊙")
    with pytest.raises(FrameError, match="DECODE_001"):
        decode_text(encode_blob(b"ok\xff"))
    with pytest.raises(FrameError, match="ENCODE_002"):
        encode_text("half \udc00")
