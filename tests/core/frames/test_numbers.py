"""Numeric tokens: round trips, the strict faults, and strict as a subset of compat."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.frames import FrameError, Limits
from datasets.core.frames.numbers import (
    check_number,
    decode_decimal,
    decode_float,
    decode_int_s3,
    decode_int_u3,
    encode_decimal,
    encode_float,
    encode_int_s3,
    encode_int_u3,
    float_value,
)
from tests.core.frames.strategies import examples

sizes = st.one_of(st.integers(0, 1000), st.integers(0, 3**200), st.integers(3**5000, 3**5000 + 9))
DECODERS = [decode_int_u3, decode_int_s3, decode_decimal, decode_float]


@examples(normal=200, thorough=10_000)
@given(n=sizes)
def test_unsigned_integer_is_read_as_written(n: int) -> None:
    assert decode_int_u3(encode_int_u3(n)) == n


@examples(normal=200, thorough=10_000)
@given(n=sizes, sign=st.sampled_from([1, -1]))
def test_signed_integer_is_read_as_written(n: int, sign: int) -> None:
    assert decode_int_s3(encode_int_s3(sign * n)) == sign * n


@examples(normal=200, thorough=10_000)
@given(scale=st.integers(0, 10**6), integer=st.integers(1, 10**40), positive=st.booleans())
def test_decimal_is_read_as_written(scale: int, integer: int, positive: bool) -> None:
    wanted = {"positive": positive, "scale": scale, "integer": integer}
    assert asdict(decode_decimal(encode_decimal(**wanted))) == wanted


@examples(normal=200, thorough=10_000)
@given(exponent=st.integers(-500, 500), mantissa=st.text("⊙⊗Φ", max_size=30), positive=st.booleans())
def test_float_is_read_as_written(exponent: int, mantissa: str, positive: bool) -> None:
    token = encode_float(positive=positive, exponent=exponent, mantissa=mantissa, man_width=len(mantissa))
    assert asdict(decode_float(token)) == {"positive": positive, "exponent": exponent, "mantissa": mantissa}
    assert (float_value(positive=positive, exponent=exponent, mantissa=mantissa) > 0) is positive


@examples(normal=500, thorough=100_000)
@given(
    prefix=st.sampled_from(["≗⊙⊙", "≗⊙⊗◦⊗◽", "≗⊗⊗⊗◦Φ◽", "≗⊗⊙⊙◦⊗◽⊙", "≗ΦΦ", ""]),
    rest=st.text("⊙⊗Φ⊛◦◽ ∷X≗", max_size=12),
)
def test_strict_reads_less_than_compat_and_the_same(prefix: str, rest: str) -> None:
    accepted = 0
    for decode in DECODERS:
        try:
            strict = decode(prefix + rest)
        except FrameError:
            continue
        accepted += 1
        assert decode(prefix + rest, "compat") == strict
    try:
        check_number(prefix + rest)
    except FrameError:
        assert accepted == 0
    else:
        assert accepted == 1


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("≗⊙⊙", "CANON_002"),
        ("≗⊙⊙⊙⊙", "CANON_002"),
        ("≗⊙⊗◦⊗◽⊙", "CANON_002"),
        ("≗⊙⊗◦⊗◽", "CANON_002"),
        ("≗⊙⊗◦⊗", "DECODE_001"),
        ("≗⊙⊗◦", "DECODE_001"),
        ("≗⊙⊗⊗◽⊗", "DECODE_001"),
        ("≗⊗⊗⊗◦⊙◽⊙", "CANON_002"),
        ("≗⊗⊗⊗◦◽⊗", "CANON_002"),
        ("≗⊗⊗X◦⊗◽⊗", "PARSE_006"),
        ("≗⊗⊗⊙◦⊗⊛◽⊗", "PARSE_006"),
        ("≗⊗⊗◦⊗◽⊗", "DECODE_001"),
        ("≗⊗⊙⊙◦⊗◽⊙⊗ ∷ ⊛", "PARSE_006"),
        ("≗⊗⊙⊙◦X◽⊙⊗ ∷ ⊗", "PARSE_006"),
        ("≗⊗⊙⊙◦⊗◽X⊗ ∷ ⊗", "PARSE_006"),
        ("≗⊗⊙⊙◦⊗◽⊗⊙ ∷ ⊗", "CANON_002"),
        ("≗⊗⊙⊙◦⊗◽⊙⊗ ∷ ⊗ ∷ ⊗", "DECODE_001"),
        ("≗⊗⊙⊙◦⊗◽ ∷ ⊗", "DECODE_001"),
        ("≗⊗⊙⊙◦⊗⊙⊗ ∷ ⊗", "DECODE_001"),
        ("≗ΦΦ⊗", "PARSE_005"),
        ("≗", "PARSE_005"),
    ],
)
def test_strict_fault_has_its_code(token: str, code: str) -> None:
    with pytest.raises(FrameError) as caught:
        check_number(token)
    assert caught.value.code == code


def test_compat_reads_what_the_original_reads() -> None:
    assert decode_int_u3("≗⊙⊙⊙⊙⊗", "compat") == 1
    assert decode_int_s3("≗⊙⊗◦Φ◽⊗", "compat") == -1
    assert decode_decimal("≗⊗⊗⊗◦⊙◽⊙", "compat").positive is False
    assert decode_float("≗⊗⊙X◦?◽⊙⊗ ∷ abc", "compat").mantissa == "abc"


@pytest.mark.parametrize("decode", DECODERS)
def test_token_of_another_profile_is_refused(decode: object) -> None:
    for mode in ("strict", "compat"):
        with pytest.raises(FrameError) as caught:
            decode("≗Φ⊙⊙⊗Φ⊛", mode)  # type: ignore[operator]
        assert caught.value.code == "DECODE_001"


def test_only_whole_numbers_in_range_are_written() -> None:
    for wrong in (True, 1.5, "1", None):
        with pytest.raises(FrameError) as caught:
            encode_int_s3(wrong)  # type: ignore[arg-type]
        assert caught.value.code == "ENCODE_002"
    with pytest.raises(FrameError, match="ENCODE_001"):
        encode_int_u3(-1)
    with pytest.raises(FrameError, match="ENCODE_001"):
        encode_float(positive=True, exponent=0, mantissa="", man_width=-1)
    with pytest.raises(FrameError, match="ENCODE_001"):
        encode_float(positive=True, exponent=0, mantissa="", exp_width=-1, man_width=0)


def test_longest_integer_is_written_and_read_and_a_longer_one_is_not() -> None:
    longest = 3**10_000 - 1
    assert decode_int_u3(encode_int_u3(longest)) == longest
    with pytest.raises(FrameError, match="ENCODE_001"):
        encode_int_u3(3**10_001)
    with pytest.raises(FrameError, match="DECODE_001"):
        decode_int_u3("≗⊙⊙" + "⊗" * 10_001)
    with pytest.raises(FrameError, match="DECODE_001"):
        decode_int_u3("≗⊙⊙⊗⊗⊗", limits=Limits(max_int_digits=2))


def test_value_outside_double_precision_is_refused() -> None:
    with pytest.raises(FrameError, match="DECODE_001"):
        float_value(positive=True, exponent=10**30, mantissa="⊗")
    with pytest.raises(FrameError, match="PARSE_006"):
        float_value(positive=True, exponent=0, mantissa="⊛")
