"""Figures, names and negation read out of sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.llm.figures import figures, lacking
from studio.llm.language import content, is_turned, names, negated, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,500 employees", "1500 employees"),
        ("thirty days", "30 days"),
        ("thirty (30) days", "30-day"),
        ("24 hours", "one day"),
        ("two weeks", "14 days"),
        ("one year", "12 months"),
        ("5 %", "five percent"),
        ("€20", "20 EUR"),
        ("EUR 20", "€20"),
        ("$1.5 million", "1,500,000 USD"),
        ("3 March 2024", "2024-03-03"),
        ("March 3rd, 2024", "3 March 2024"),
        ("9 am", "9:00"),
        ("5:30 p.m.", "17:30"),
        ("16 GB", "16GB"),
        ("2 km", "2000 m"),
        ("monthly", "every month"),
        ("the 4th day", "the fourth day"),
        ("version 4.2", "Version 4.2"),
    ],
)
def test_two_spellings_are_one_figure(one, other):
    assert figures(one)
    assert not lacking(figures(one), figures(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30 days", "60 days"),
        ("30 days", "30 weeks"),
        ("$5", "€5"),
        ("EUR 5", "USD 5"),
        ("EUR 5", "EUR 6"),
        ("5 %", "5 kg"),
        ("1.5", "15"),
        ("-5 °C", "5 °C"),
        ("3 March", "4 March"),
        ("3 March 2024", "3 March 2025"),
        ("9 am", "9 pm"),
        ("version 4.2", "version 4.3"),
        ("every month", "every three months"),
        ("status 200", "status 201"),
    ],
)
def test_two_different_figures_stay_two(one, other):
    assert lacking(figures(one), figures(other))


def test_a_citation_mark_is_no_figure():
    assert figures("Goods may be returned [2], [1, 3].") == []


def test_one_of_many_is_no_figure():
    assert figures("one of them") == []


@given(st.text(max_size=100) | st.text("0123456789.,-–%€$ daymonthJan:[]", max_size=60))
def test_no_text_breaks_the_readers(text):
    figures(text), names(text), content(text), negated(text)


@pytest.mark.parametrize(
    "forms",
    [
        "cancel cancelled cancellation",
        "approve approval approved",
        "require required requirement",
        "refund refunds refundable",
        "store stored kept keep",
        "permitted allowed",
        "authentication authenticate",
        "policy policies",
    ],
)
def test_inflections_and_near_synonyms_share_a_stem(forms):
    assert len({stem(word) for word in forms.split()}) == 1


def test_names_are_capitals_inside_a_sentence_and_codes():
    assert names("The HP-200 is sold by Harbour Foods in Q3.") == {"hp-200", "harbour", "foods", "q3"}


@pytest.mark.parametrize(
    ("one", "other", "turned"),
    [
        ("Goods can be returned.", "Goods cannot be returned.", True),
        ("Smoking is not permitted.", "Smoking is forbidden.", False),
        ("Smoking is permitted.", "Smoking is forbidden.", True),
        ("The shop is open.", "The shop is closed.", True),
        ("At most five days may be kept.", "No more than five days may be kept.", False),
        ("It runs daily.", "It runs daily.", False),
    ],
)
def test_denial_and_opposites_turn_a_sentence_once(one, other, turned):
    assert is_turned(one, other) is turned
