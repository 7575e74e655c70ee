"""The reading process: limits hold, every hostile file ends in a named error, nothing of ours is visible to it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.vault.core.child import Limits, extract
from studio.vault.core.errors import DamagedFile, ExtractionError, OverLimit, ReaderStopped
from tests.core.vault.builders import docx_package, paragraph, pdf_bomb, pdf_of

MEGABYTE = 1024 * 1024
Put = Callable[[bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(data: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return write


def test_a_file_is_read_in_the_child_as_it_would_be_here(put: Put) -> None:
    extracted = extract(put("# Grüße\n\nText 北京 \U0001f600.".encode()))
    assert (extracted.kind, extracted.title, extracted.text) == ("md", "Grüße", "# Grüße\n\nText 北京 \U0001f600.")


def test_an_error_keeps_its_kind_and_sentence(put: Put) -> None:
    with pytest.raises(DamagedFile) as caught:
        extract(put(b"PK\x03\x04nothing"))
    assert caught.value.code == "damaged"
    assert not caught.value.retryable
    assert caught.value.sentence.endswith(".")


def test_an_answer_that_cannot_be_written_is_worth_another_try(put: Put) -> None:
    with pytest.raises(ReaderStopped, match="no room on the disk"):
        extract(put(b"Some text."), Limits(output_bytes=10))


def test_a_pdf_that_inflates_twice_is_refused(put: Put) -> None:
    with pytest.raises(OverLimit):
        extract(put(pdf_bomb(200)), Limits(memory_bytes=300 * MEGABYTE))


def test_a_pdf_that_the_fast_reader_cannot_open_is_given_to_the_careful_one(put: Put) -> None:
    data = pdf_of([["Some text"]])
    assert "Some text" in extract(put(b"x" * 900 + data)).text


def test_a_word_file_that_unpacks_beyond_measure_is_refused(put: Put) -> None:
    with pytest.raises(OverLimit, match="hundred times"):
        extract(put(docx_package(paragraph("a" * 46) * 1000 for _ in range(100))))


def test_memory_is_limited(put: Put) -> None:
    with pytest.raises(OverLimit):
        extract(put(b"a b c. " * 2 * MEGABYTE), Limits(memory_bytes=50 * MEGABYTE))


def test_processor_time_is_limited(put: Put) -> None:
    with pytest.raises(OverLimit, match="too long"):
        extract(put(b"<!doctype html>" + b"<div>" * 100_000 + b"x"), Limits(cpu_s=1))


def test_waiting_is_limited(put: Put) -> None:
    with pytest.raises(OverLimit, match="too long"):
        extract(put(b"text"), Limits(wall_s=0.001))


def test_output_is_limited(put: Put) -> None:
    with pytest.raises(OverLimit, match="more text"):
        extract(put(b"a b c. " * 20_000), Limits(output_bytes=50_000))


def test_a_missing_file_is_an_extraction_error(tmp_path: Path) -> None:
    with pytest.raises(ExtractionError):
        extract(tmp_path / "nowhere")


def test_nothing_of_our_environment_reaches_the_child(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    # A module path that leads elsewhere would break the child if it saw it.
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")
    assert extract(put(b"text")).text == "text"


def test_an_interrupted_reader_may_be_tried_again() -> None:
    assert ReaderStopped.retryable
    assert not OverLimit.retryable


def test_no_process_is_left_behind(put: Put) -> None:
    before = children()
    with pytest.raises(OverLimit):
        extract(put(b"text"), Limits(wall_s=0.001))
    assert children() <= before


def children() -> set[str]:
    """The processes that this thread has started, those that ended and were not collected too."""
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())
