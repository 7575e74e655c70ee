"""The other frame shapes: optional parts, refused arguments, and the records with readers of their own."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.frames import (
    Fact,
    FrameError,
    Summary,
    build_fact,
    build_summary,
    decode_blob,
    is_canonical,
    parse,
    read_fact,
    read_summary,
)
from datasets.core.frames import builders as b
from datasets.core.frames import builders_meta as m
from datasets.core.frames.vectors import run_vector
from tests.core.frames.strategies import examples, texts

words = texts.filter(lambda text: not (set(text) & set("⧆⧈∷∴⦙")) and text[:1] != "≛" and text == text.rstrip())


@examples(normal=200, thorough=10_000)
@given(summary_id=texts, convo_id=texts, text=texts, created_at=texts)
def test_summary_is_read_as_written(summary_id: str, convo_id: str, text: str, created_at: str) -> None:
    summary = Summary(summary_id=summary_id, convo_id=convo_id, text=text, created_at=created_at)
    assert read_summary(build_summary(summary)) == summary
    assert is_canonical(build_summary(summary))


@examples(normal=200, thorough=10_000)
@given(fact_id=texts, subject=words, predicate=words, obj=words, thousandths=st.integers(0, 1000))
def test_fact_is_read_as_written(fact_id: str, subject: str, predicate: str, obj: str, thousandths: int) -> None:
    fact = Fact(fact_id=fact_id, subject=subject, predicate=predicate, obj=obj, confidence=thousandths / 1000)
    assert read_fact(build_fact(fact)) == fact
    assert is_canonical(build_fact(fact))


@pytest.mark.parametrize("word", ["a⦙b", "a∴b", "a∷b", "⧈", "≛a", "a ", "\ud800"])
def test_fact_that_would_not_be_read_back_is_refused(word: str) -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        build_fact(Fact(fact_id="f", subject="s", predicate=word, obj="o"))


def test_fact_words_named_like_marks_are_kept_apart() -> None:
    fact = Fact(fact_id="f", subject="PRED", predicate="OBJ", obj="SUBJ")
    assert read_fact(build_fact(fact)) == fact


def test_missing_parts_of_a_fact_have_defaults() -> None:
    assert read_fact("⧆≛TYPE⦙≛FACT∷≛SUBJ⧈") == Fact(fact_id="", subject="", predicate="", obj="")


@pytest.mark.parametrize("confidence", ["high", "nan", "1e999", "0." + "1" * 100])
def test_confidence_that_is_no_number_is_refused(confidence: str) -> None:
    with pytest.raises(FrameError, match="DECODE_001"):
        read_fact(f"⧆≛CONFIDENCE⦙≛{confidence}∴≛TYPE⦙≛FACT∷⧈")
    with pytest.raises(FrameError, match="ENCODE_001"):
        build_fact(Fact(fact_id="f", subject="s", predicate="p", obj="o", confidence=float("nan")))


def test_reader_refuses_another_type_or_shape() -> None:
    with pytest.raises(FrameError, match="VALIDATE_003"):
        read_fact("⧆≛TYPE⦙≛SUMMARY∷⧈")
    with pytest.raises(FrameError, match="VALIDATE_003"):
        read_summary("⧆∷⧈")
    with pytest.raises(FrameError, match="VALIDATE_005"):
        read_summary("⧆≛TYPE⦙≛SUMMARY∷≛a⧈")


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (
            b.fact_schema(subject="≛s", predicate="≛p", obj="≗⊙⊙⊗", confidence="0.9", source="doc"),
            "⧆≛TYPE⦙≛FACT∴≛DICT⦙≛D∴≛CONFIDENCE⦙≛0.9∴≛SOURCE⦙≛doc∷≛SUBJ⦙≛s⦙≛PRED⦙≛p⦙≛OBJ⦙≗⊙⊙⊗⧈",
        ),
        (
            b.log(severity="WARN", message="≛m", details="", time="t"),
            "⧆≛TYPE⦙≛LOG∴≛DICT⦙≛D∴≛SEVERITY⦙≛WARN∴≛TIME⦙≛t∷≛MSG⦙≛m⧈",
        ),
        (b.vector(values=[], frame_type="V2"), "⧆≛TYPE⦙≛V2∴≛DICT⦙≛D∴≛LEN⦙≛≗⊙⊙⊙∷⧈"),
        (b.matrix(rows=[]), "⧆≛TYPE⦙≛MATRIX∴≛DICT⦙≛D∴≛ROWS⦙≛≗⊙⊙⊙∴≛COLS⦙≛≗⊙⊙⊙∷⧈"),
        (
            m.dict_update(
                extdict_id="E", pairs=[("a", "x"), ("b", "y"), ("c", "z")], stats=[{"freq": 0, "source": ""}, None]
            ),
            "⧆≛TYPE⦙≛DICT_UPDATE∴≛DICT⦙≛D∴≛EXTDICT⦙≛E∴≛COUNT⦙≛≗⊙⊙⊗⊙∷≛WORD⦙≛⟦a⟧⦙≛CODE⦙≛x⦙≛FREQ⦙≗⊙⊙⊙⦙≛SOURCE⦙≛"
            "⦙≛WORD⦙≛⟦b⟧⦙≛CODE⦙≛y⦙≛WORD⦙≛⟦c⟧⦙≛CODE⦙≛z⧈",
        ),
        (
            m.dict_update_plain(extdict_id="E", pairs=[("a", "x")]),
            "⧆≛TYPE⦙≛DICT_UPDATE∴≛EXTDICT⦙≛E∴≛DICT⦙≛D∴≛COUNT⦙≛1∷≛WORD⦙≛⟦a⟧⦙≛CODE⦙≛x⧈",
        ),
        (
            m.schema(target_type="T", fields=[{"name": "N", "profile": "P", "required": True, "description": ""}]),
            "⧆≛TYPE⦙≛SCHEMA∴≛DICT⦙≛D∴≛TARGET_TYPE⦙≛T∷≛FIELD⦙≛N⦙≛PROFILE⦙≛P⦙≛REQUIRED⦙≛DESC⦙≛⟦⟧⧈",
        ),
        (
            m.task(task_type="T", instruction="i", input="", expected=""),
            "⧆≛TYPE⦙≛TASK∴≛DICT⦙≛D∴≛TASK_TYPE⦙≛T∷≛INSTRUCTION⦙≛⟦i⟧⦙≛INPUT⦙≛⟦⟧⦙≛EXPECTED⦙≛⟦⟧⧈",
        ),
        (
            m.error(error_type="E", location="l", code="c", detail="d", suggestion=""),
            "⧆≛TYPE⦙≛E∴≛DICT⦙≛D∴≛CODE⦙≛c∷≛WHERE⦙≛⟦l⟧⦙≛DETAIL⦙≛⟦d⟧⧈",
        ),
        (m.caps(supports={"A": True, "B": False}), "⧆≛TYPE⦙≛CAPS∴≛DICT⦙≛D∷≛SUPPORTS_A⦙≛YES⦙≛SUPPORTS_B⦙≛NO⧈"),
        (m.explain(target_id="t", summary="s"), "⧆≛TYPE⦙≛EXPLAIN∴≛DICT⦙≛D∴≛TARGET_ID⦙≛≛⟦t⟧∷≛SUMMARY⦙≛⟦s⟧⧈"),
    ],
)
def test_optional_parts_are_written_or_left_out(text: str, frame: str) -> None:
    assert text == frame.replace("≛DICT⦙≛D∴", "≛DICT⦙≛DICT_v2025_11∴").replace("≛DICT⦙≛D∷", "≛DICT⦙≛DICT_v2025_11∷")


def test_compressed_bytes_carry_no_time_and_come_back() -> None:
    frame = parse(b.compressed(data=b"abc" * 100))
    packed = decode_blob(frame.payload[0])
    assert packed[4:8] == bytes(4)
    assert gzip.decompress(packed) == b"abc" * 100
    assert [key for key, _ in frame.header] == ["VER", "DICT", "TYPE", "COMP"]


def test_compressed_vector_gives_its_bytes_in_hex() -> None:
    wanted = {"frame": b.compressed(data=b"abc")}
    arguments = {"kind": "COMPRESSED", "args": {"data_hex": "616263"}}
    assert run_vector({"id": "a", "op": "frame.build", "in": arguments, "out": wanted}) == ""


def test_rows_of_different_length_are_no_matrix() -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        b.matrix(rows=[["≗⊙⊙⊗"], []])


def test_header_value_that_would_cut_the_frame_is_refused() -> None:
    for value in ("a∷b", "a∴b", "a⦙b", "⧈"):
        with pytest.raises(FrameError, match="ENCODE_002"):
            b.measurement(unit=value, value="≗⊙⊙⊗")


@pytest.mark.parametrize("field", [{"name": "N"}, {"name": 1, "profile": "P"}])
def test_schema_field_of_the_wrong_kind_is_refused(field: dict[str, object]) -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        m.schema(target_type="T", fields=[field])


@pytest.mark.parametrize("frequency", ["many", 1.5, True])
def test_frequency_of_the_wrong_kind_is_refused(frequency: object) -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        m.dict_update(extdict_id="E", pairs=[("a", "b")], stats=[{"freq": frequency}])
