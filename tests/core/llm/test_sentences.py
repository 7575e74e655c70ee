"""Sentence splitting: offsets are exact, and only real ends end a sentence."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.llm.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Smith paid, e.g. Mr. Jones. Then left.", ["Dr. Smith paid, e.g. Mr. Jones.", "Then left."]),
        (
            "It costs 1.5 million. See Fig. 3. No. 5 is void.",
            ["It costs 1.5 million.", "See Fig. 3.", "No. 5 is void."],
        ),
        ("Is it due? No. It is not.", ["Is it due?", "No.", "It is not."]),
        (
            "The U.S. Senate met. They live in the U.S. The end.",
            ["The U.S. Senate met.", "They live in the U.S.", "The end."],
        ),
        ("J. R. Smith came. So did I. He left.", ["J. R. Smith came.", "So did I.", "He left."]),
        ('"Really?" she asked. "Yes." He went.', ['"Really?" she asked.', '"Yes."', "He went."]),
        ("Wait... and see. (He waited.) Done.", ["Wait... and see.", "(He waited.)", "Done."]),
        ("A line that\nwraps on. Next", ["A line that\nwraps on.", "Next"]),
        ("No end mark\n\nNew paragraph", ["No end mark", "New paragraph"]),
        ("# Title\nBody text.\n- one. Two\n2. three", ["Title", "Body text.", "one.", "Two", "three"]),
        ("| a. B | c |\n|---|---|\n| d | e |", ["| a. B | c |", "| d | e |"]),
        ("Title\n=====\n```\ncode\n```", ["Title", "code"]),
        ("北京是首都。上海很大！对吗？", ["北京是首都。", "上海很大！", "对吗？"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_sentences_end_where_a_reader_says(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(st.text(alphabet="aB1 .!?\n\t#-*|>\"'()。é北"))
def test_spans_are_ordered_trimmed_and_hold_every_word(text: str) -> None:
    spans = sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    inside = {at for start, end in spans for at in range(start, end)}
    lost = {at for at, char in enumerate(text) if char.isalpha() and at not in inside}
    # Only a one-letter list marker ("a) ") may hold a letter outside the sentences.
    assert all(text[at + 1 : at + 2] in {".", ")"} for at in lost)
