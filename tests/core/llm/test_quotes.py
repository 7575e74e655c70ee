"""The quote aligner: what survives copying is found at its exact offsets, what was changed is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.llm.quotes import MAX_ELISION, MAX_QUOTE, align, fold

POLICY = """# Travel policy

The “per diem” is 1,200 euro a month — pay-
able within 30 days. Employees may not resign during a project. It’s unable to pay 1.5 million or work at -5 degrees.
Non-profit cafés keep 10² tables; their fee is €5 or 40 %.[1] The end.

| Region | Limit |
|--------|-------|
| North  | **3.5** days |

北京是中国的首都。上海必须支付15天。
"""
FOLDED = fold(POLICY)


def found(quote: str) -> str | None:
    span = align(quote, FOLDED)
    return None if span is None else POLICY[span[0] : span[1]]


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("Employees may not resign", "Employees may not resign"),
        ("employees MAY not\n resign during", "Employees may not resign during"),
        ('The "per diem" is 1,200 euro a month', "The “per diem” is 1,200 euro a month"),
        ("the per diem is 1200 euro a month", "The “per diem” is 1,200 euro a month"),
        ("a month - payable within 30 days.", "a month — pay-\nable within 30 days."),
        ("It's unable to pay 1.5 million", "It’s unable to pay 1.5 million"),
        ("work at −5 degrees", "work at -5 degrees"),
        ("nonprofit cafe\u0301s keep 10² tables", "Non-profit cafés keep 10² tables"),
        ("their fee is €5 or 40%", "their fee is €5 or 40 %"),
        ("their fee is €5 or 40 %. The", None),
        ("The end", "The end"),
        ("North 3.5 days", "North  | **3.5** days"),
        ("中国的首都", "中国的首都"),
        ("“Employees may not resign during a project.”", "Employees may not resign during a project."),
        ("… within 30 days …", "within 30 days"),
    ],
)
def test_copying_changes_are_seen_through(quote: str, place: str | None) -> None:
    assert found(quote) == place


@pytest.mark.parametrize(
    "quote",
    [
        "Employees may resign",
        "Employees may never resign",
        "Employees must not resign",
        "able to pay 1.5 million",
        "unable to not pay",
        "15 million",
        "5 million or work",
        "1.6 million",
        "12,000 euro a month",
        "200 euro a month",
        "5 degrees",
        "work at 5 degrees",
        "102 tables",
        "10 tables",
        "their fee is $5",
        "their fee is 5",
        "or 40.[1]",
        "profit cafés",
        "cafes keep",
        "Its unable to pay",
        "North 35 days",
        "5天",
        "",
        "   ",
        "…",
        "30",
        "??",
        "x" * (MAX_QUOTE + 1),
    ],
)
def test_a_changed_word_number_or_sign_is_refused(quote: str) -> None:
    assert found(quote) is None


def test_symbols_are_part_of_what_is_said() -> None:
    source = fold("The frame is ⧆ ≗⊗⊙ ⧈ and x ≥ 5 → done.")
    assert align("The frame is ⧆≗⊗⊙⧈ and x ≥ 5 done", source) == (0, 37)
    assert align("The frame is ⧆ ≗⊙⊗ ⧈", source) is None
    assert align("and x ≤ 5", source) is None
    assert align("and x 5", source) is None


def test_the_marks_of_quoted_lines_are_not() -> None:
    source = fold("> The fee is\n> due at once.\n> > If not, pay > 5 euro.")
    assert align("The fee is due at once. If not, pay > 5 euro", source) == (2, 52)
    assert align("pay 5 euro", source) is None


def test_a_quote_that_stands_as_it_is_aligns_with_all_its_marks() -> None:
    text = "See | **a b c** | d e f |. *End*"
    assert align("| **a b c** | d e f |", fold(text)) == (4, 25)


def test_an_ellipsis_stands_for_a_left_out_middle() -> None:
    assert found("The per diem is ... payable within 30 days") == POLICY[17 : POLICY.index(" Employees") - 1]
    assert found("Employees may not […] during a project.") == "Employees may not resign during a project."


def test_an_ellipsis_may_not_hide_a_negation() -> None:
    assert found("Employees may … during a project") is None


def test_an_ellipsis_keeps_the_order_and_the_distance() -> None:
    assert found("during a project … the per diem is") is None
    far = "Alpha beta gamma starts here. " + "filler " * (MAX_ELISION // 7 + 10) + "And ends here at last."
    assert align("Alpha beta gamma … ends here at last", fold(far)) is None
    near = far.replace("filler " * 20, "", 1)
    assert align("Alpha beta gamma … ends here at last", fold(near)) == (0, len(near) - 1)


def test_the_ends_of_an_elided_quote_must_be_substantial() -> None:
    assert found("The … days") is None


def test_three_dots_that_stand_in_the_source_are_read_as_they_are() -> None:
    text = "He said ... nothing at all. He said something else, nothing at all."
    assert align("He said ... nothing at all", fold(text)) == (0, 26)


def test_the_preferred_span_decides_between_repeats() -> None:
    text = "The fee is due. First part. The fee is due. Second part. The fee is due."
    source = fold(text)
    second = text.index("The fee", 5)
    third = text.index("The fee", second + 5)
    assert align("the fee is due", source) == (0, 14)
    assert align("the fee is due", source, prefer=(second - 5, second + 20)) == (second, second + 14)
    assert align("the fee is due", source, prefer=(third - 3, third)) == (third, third + 14)


def test_an_identical_place_wins_over_a_folded_one() -> None:
    text = "THE FEE IS DUE. And: the fee is due."
    assert align("the fee is due", fold(text)) == (21, 35)


words = st.lists(
    st.sampled_from(["fee", "not", "may", "30", "1.5", "Straße", "naïve", "it's", "A-1", "北京"]), min_size=3
)
gaps = st.sampled_from([" ", "  ", "\n", ", ", " — ", ". ", " “", "” ", " (", ") "])


@given(words, st.data())
def test_any_run_of_whole_words_is_found_where_its_folded_form_stands(parts: list[str], data: st.DataObject) -> None:
    text, starts, ends = "", [], []
    for part in parts:
        starts.append(len(text))
        text += part
        ends.append(len(text))
        text += data.draw(gaps)
    first = data.draw(st.integers(0, len(parts) - 3))
    last = data.draw(st.integers(first + 2, len(parts) - 1))
    quote = text[starts[first] : ends[last]]
    span = align(quote, fold(text), prefer=(starts[first], ends[last]))
    assert span == (starts[first], ends[last])


@given(words, st.data())
def test_a_run_with_one_word_replaced_is_refused(parts: list[str], data: st.DataObject) -> None:
    text = " ".join(parts)
    changed = list(parts)
    changed[data.draw(st.integers(0, len(parts) - 1))] = "zzz"
    assert align(" ".join(changed), fold(text)) is None


@given(words, st.data())
def test_an_inserted_not_is_refused(parts: list[str], data: st.DataObject) -> None:
    parts = [part for part in parts if part != "not"]
    at = data.draw(st.integers(0, len(parts)))
    quote = " ".join([*parts[:at], "not", *parts[at:]])
    assert align(quote, fold(" ".join(parts))) is None


@given(st.text())
def test_offsets_of_any_text_are_ordered_and_inside(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)
    assert all(0 <= offset < len(text) for offset in folded.offsets)
    assert not re.search(r"\s\s", folded.text)


@given(st.text(), st.text())
def test_any_quote_of_any_text_is_a_span_or_none(quote: str, text: str) -> None:
    span = align(quote, fold(text))
    assert span is None or 0 <= span[0] < span[1] <= len(text)
