"""Figures with their bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.llm.bounds import bounded, misbound


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("up to 500 euros", ["most"]),
        ("no more than 5 days", ["most"]),
        ("50 percent at most", ["most"]),
        ("−18 °C or colder", ["most"]),
        ("at least 10 cm", ["least"]),
        ("version 14 or newer", ["least"]),
        ("above 500 euros", ["more"]),
        ("falls below 70 percent", ["less"]),
        ("between 2 °C and 8 °C", ["low", "high"]),
        ("8 to 15 minutes", ["low", "high"]),
        ("every 12 months", ["every"]),
        ("a 20-day trip", [""]),
        ("by the 20th", ["by"]),
        ("thirty (30) days", [""]),
        ("the RX-40", []),
    ],
)
def test_what_bounds_a_figure_is_read(text, bounds):
    assert [found.bound for found in bounded(text)] == bounds


def test_a_figure_bound_otherwise_is_found_and_an_unbound_one_is_not():
    assert misbound("up to 500 euros", ["above 500 euros"]) is not None
    assert misbound("up to 500 euros", ["above 500 euros", "at most 500 euros"]) is None
    assert misbound("500 euros", ["above 500 euros"]) is None
    assert misbound("up to 500 euros", ["above 600 euros"]) is None


@given(st.text(max_size=80) | st.text("0123456789 to-andbetween°C€%,.()", max_size=60))
def test_every_figure_keeps_its_place(text):
    assert all(0 <= found.start <= found.end <= len(text) for found in bounded(text))
