"""Every vector of the shared format, one test each."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from datasets.core.frames import Summary, build_summary
from datasets.core.frames.vectors import run_vector, run_vectors
from tests.core.frames.strategies import VECTORS


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector_passes(vector: dict[str, Any]) -> None:
    assert run_vector(vector) == ""


def test_file_of_vectors_is_run_whole() -> None:
    report = run_vectors(Path(__file__).parent / "vectors.json")
    assert (report.passed, list(report.failures)) == (158, [])


@pytest.mark.parametrize(
    "change",
    [
        {"out": {"token": "≗⊙⊙⊗"}},
        {"out": {"missing": 1}},
        {"in": {"n": "-1"}},
        {"in": {"n": "x"}},
        {"op": "int_u4.encode"},
        {"op": ["int_u3.encode"]},
        {"in": None},
        {"in": {"n": 2.5}},
        {"out": None},
        {"error": "ENCODE_001"},
    ],
)
def test_wrong_vector_fails(change: dict[str, Any]) -> None:
    vector = {"id": "a", "op": "int_u3.encode", "in": {"n": "2"}, "out": {"token": "≗⊙⊙Φ"}}
    assert run_vector(vector) == ""
    assert run_vector(vector | change) != ""


def test_wrong_error_code_and_offset_fail() -> None:
    vector = {"id": "a", "op": "frame.parse", "in": {"text": "⧆"}, "error": "PARSE_002", "error_offset": 0}
    assert run_vector(vector) == ""
    assert run_vector(vector | {"error": "PARSE_001"}) != ""
    assert run_vector(vector | {"error_offset": 1}) != ""


def test_digest_operation_gives_digest_and_length_of_a_long_token() -> None:
    token = "≗Φ⊙" + "⊙⊗Φ⊛" * 1000
    wanted = {"sha256": hashlib.sha256(token.encode()).hexdigest(), "symbols": 4003}
    vector = {"id": "a", "op": "blob_t.encode_digest", "in": {"hex": "1b" * 1000}, "out": wanted}
    assert run_vector(vector) == ""


def test_vector_that_is_none_fails_by_its_place_and_the_others_run(tmp_path: Path) -> None:
    good = {"id": "a", "op": "int_u3.encode", "in": {"n": "2"}, "out": {"token": "≗⊙⊙Φ"}}
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps({"vectors": [good, 3, {}, good | {"id": "d", "out": {}, "error": "ENCODE_001"}]}))
    report = run_vectors(path)
    assert report.passed == 1
    assert [failure.partition(":")[0] for failure in report.failures] == ["vector 2", "vector 3", "d"]


@pytest.mark.parametrize("op", ["int_u3.encode", "int_s3.encode"])
@pytest.mark.parametrize("number", [1.5, True])
def test_only_whole_numbers_are_encoded(op: str, number: object) -> None:
    assert run_vector({"id": "a", "op": op, "in": {"n": number}, "error": "ENCODE_002"}) == ""


@pytest.mark.parametrize(
    ("kind", "args", "frame"),
    [
        (
            "GRAMMAR",
            {"content": "x", "version": "3"},
            "⧆≛TYPE⦙≛GRAMMAR∴≛DICT⦙≛D∴≛VERSION⦙≛3∴≛FORMAT⦙≛EBNF∷≛CONTENT⦙≛⟦x⟧⧈",
        ),
        (
            "EXPLAIN",
            {"target_id": "t", "summary": "s", "details": None},
            "⧆≛TYPE⦙≛EXPLAIN∴≛DICT⦙≛D∴≛TARGET_ID⦙≛≛⟦t⟧∷≛SUMMARY⦙≛⟦s⟧⧈",
        ),
        ("MATRIX", {"rows": []}, "⧆≛TYPE⦙≛MATRIX∴≛DICT⦙≛D∴≛ROWS⦙≛≗⊙⊙⊙∴≛COLS⦙≛≗⊙⊙⊙∷⧈"),
    ],
)
def test_optional_arguments_of_a_builder_may_be_given_or_null(kind: str, args: dict[str, Any], frame: str) -> None:
    build = {"kind": kind, "args": {**args, "dict_id": "D"}}
    assert run_vector({"id": "a", "op": "frame.build", "in": build, "out": {"frame": frame}}) == ""


def test_builder_refuses_what_is_no_text_with_a_code() -> None:
    for args in ({"unit": 3, "value": "≗⊙⊙⊗"}, {"unit": "m", "value": None}, {"unit": "\ud800", "value": "≗⊙⊙⊗"}):
        vector = {"id": "a", "op": "frame.build", "in": {"kind": "MEASUREMENT", "args": args}, "error": "ENCODE_002"}
        assert run_vector(vector) == ""


def test_summary_is_read_back_by_a_vector() -> None:
    fields = {"summary_id": "s", "convo_id": "c ∷", "text": "ü", "created_at": "t"}
    frame = build_summary(Summary(**fields))
    assert run_vector({"id": "a", "op": "summary.read", "in": {"frame": frame}, "out": fields}) == ""
