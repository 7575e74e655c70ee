"""Every vector of the shared format, one test each."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

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
