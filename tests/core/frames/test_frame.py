"""Parsing in both modes, canonical form, and errors that name the place."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.frames import Frame, FrameError, canonicalise, is_canonical, join_literals, parse, serialise
from tests.core.frames.strategies import SAMPLES, examples, mutated_frames

soup = st.text("⧆⧈∷∴⦙≛≗⊙⊗Φ⊛◦◽⟦⟧ \nTYPEa", max_size=30)
nearly = st.one_of(soup, soup.map(lambda text: f"⧆≛TYPE⦙≛X∷{text}⧈"), mutated_frames())


def code_of(text: str, mode: str = "strict") -> tuple[str, int | None]:
    with pytest.raises(FrameError) as caught:
        parse(text, mode)  # type: ignore[arg-type]
    return caught.value.code, caught.value.offset


@examples(normal=250, thorough=100_000)
@given(text=nearly)
@pytest.mark.timeout(0)
def test_strict_accepts_less_than_compat_and_reads_the_same(text: str) -> None:
    try:
        strict = parse(text)
    except FrameError:
        return
    assert parse(text, "compat") == strict
    assert parse(serialise(strict)) == strict


@examples(normal=250, thorough=50_000)
@given(text=nearly)
@pytest.mark.timeout(0)
def test_canonical_form_is_its_own_canonical_form(text: str) -> None:
    try:
        canonical = canonicalise(text)
    except FrameError:
        assert not is_canonical(text)
        return
    assert canonicalise(canonical) == canonical
    assert is_canonical(text) is (canonical == text.strip())


@examples(normal=200, thorough=10_000)
@given(
    header=st.lists(st.tuples(st.text("AB_", min_size=1), st.text("ab ≗⊙⟦", max_size=5)), max_size=5),
    payload=st.lists(st.text("ab≛⟧⊙ ", max_size=5).map(lambda text: f"≛{text}"), max_size=5),
)
def test_compat_reads_what_is_serialised(header: list[tuple[str, str]], payload: list[str]) -> None:
    frame = Frame(header=header, payload=payload)
    assert parse(serialise(frame), "compat") == frame


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("", "PARSE_001", 0),
        ("⧆≛TYPE⦙≛X∷≛a⧈ ", "PARSE_002", 13),
        ("⧆⧈", "PARSE_003", 1),
        ("⧆∷⧈", "VALIDATE_004", 1),
        ("⧆≛TYPE⦙≛X∷≛a⧆⧈", "PARSE_007", 12),
        ("⧆≛TYPE⦙≛X∴∷≛a⧈", "PARSE_004", 10),
        ("⧆≛TYPE⦙≛X∴≛⦙≛b∷⧈", "PARSE_004", 10),
        ("⧆≛TYPE⦙≛X∴A⦙≛b∷⧈", "PARSE_004", 10),
        ("⧆≛TYPE⦙≛X∴≛A⦙b∷⧈", "PARSE_004", 10),
        ("⧆≛TYPE⦙≛X∴≛A⦙≛b⦙≛c∷⧈", "PARSE_004", 10),
        ("⧆≛TYPE⦙≛X∷≛a⦙⦙≛b⧈", "PARSE_007", 13),
        ("⧆≛TYPE⦙≛X∷⦙≛b⧈", "PARSE_007", 10),
        ("⧆≛TYPE⦙≛X∷≛b⦙⧈", "PARSE_007", 13),
        ("⧆≛TYPE⦙≛X∷≛a∴b⧈", "PARSE_007", 10),
        ("⧆≛TYPE⦙≛X∷≛a∷b⧈", "PARSE_007", 10),
        ("⧆≛TYPE⦙≛X∷≛a\u3000⧈", "PARSE_007", 10),
        ("⧆≛TYPE⦙≛X∷≛a⦙≗⊙⊙⊗X⧈", "PARSE_006", 17),
        ("⧆≛TYPE⦙≛X∷≛a⦙≗Φ⊙⊗X⧈", "PARSE_006", 17),
        ("⧆≛TYPE⦙≛X∷≗Φ⊙⊗⧈", "DECODE_001", 14),
        ("⧆≛TYPE⦙≛X∴≛A⦙≛\udc00∷⧈", "DECODE_001", 14),
        ("⧆≛TYPE⦙≛X∷≛\udc00⧈", "DECODE_001", 11),
    ],
)
def test_strict_fault_has_code_and_place(text: str, code: str, offset: int) -> None:
    assert code_of(text) == (code, offset)


def test_compat_fault_points_at_the_field_itself() -> None:
    assert code_of("⧆≛A⦙≛B∴≛B⦙⦙∷≛B⦙⦙⧈", "compat") == ("PARSE_004", 7)


def test_error_has_context_hint_and_survives_pickling() -> None:
    with pytest.raises(FrameError) as caught:
        parse("⧆≛TYPE⦙≛X∷≛a⦙\x00bad⧈")
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.context == "⧆≛TYPE⦙≛X∷≛a⦙�bad⧈"
    assert error.hint
    assert (error.code, error.offset, str(error)) == (caught.value.code, 13, str(caught.value))


def test_last_of_two_equal_keys_counts_in_compat() -> None:
    frame = parse("⧆≛A⦙≛1∴≛A⦙≛2∷⧈", "compat")
    assert (frame.get("A"), frame.get("B")) == ("2", None)


def test_float_token_is_accepted_in_a_strict_payload() -> None:
    token = "≗⊗⊙⊙◦⊗⊙⊗◽⊙⊗ ∷ Φ⊗"
    assert parse(f"⧆≛TYPE⦙≛X∷{token}⧈").payload == [token]


def test_split_literals_are_joined_for_display() -> None:
    frame = parse("⧆≛T⦙≛X∷≛A⦙≛⟦a⦙b⟦c⦙d⟧⟧⦙≛B⦙≛⟦e⟧⦙≛⟦open⦙≛C⧈", "compat")
    assert join_literals(frame.payload) == ["≛A", "≛⟦a⦙b⟦c⦙d⟧⟧", "≛B", "≛⟦e⟧", "≛⟦open", "≛C"]


@pytest.mark.parametrize("text", [frame for frame in SAMPLES if "[SIG|" not in frame])
def test_frames_of_every_shape_survive_parse_and_serialise(text: str) -> None:
    frame = parse(text, "compat")
    assert parse(serialise(frame), "compat") == frame
