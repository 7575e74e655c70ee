"""The table of `make bench`: a bar that is missed, or a figure that is not there, is said and counts."""

import pytest

from tests.bench.__main__ import SCRIPTS
from tests.bench.bars import BARS, Bar, is_met, ratio, table

LEAST = Bar(script="a", figure="x.y", what="pairs", least_or_most="≥", bar=100, unit="pairs/s")
MOST = Bar(script="a", figure="z", what="wait", least_or_most="≤", bar=10, unit="ms")


@pytest.mark.parametrize(("figure", "met"), [(100, True), (99.9, False), (None, False)])
def test_a_least_is_met_from_its_bar_upwards(figure: float | None, met: bool) -> None:
    assert is_met(figure, LEAST) is met


@pytest.mark.parametrize(("figure", "met"), [(10, True), (10.1, False), (None, False)])
def test_a_most_is_met_from_its_bar_downwards(figure: float | None, met: bool) -> None:
    assert is_met(figure, MOST) is met


def test_a_ratio_above_one_is_good_whichever_way_the_figure_counts() -> None:
    assert (ratio(200, LEAST), ratio(5, MOST)) == (2, 2)


def test_a_missed_bar_and_a_missing_figure_are_said_in_the_table() -> None:
    lines, all_met = table({"a": {"x": {"y": 50}}}, [LEAST, MOST])
    assert not all_met
    assert [line.rsplit(maxsplit=1)[-1] for line in lines] == ["verdict", "MISSED", "MISSED"]


def test_all_met_is_said_by_the_outcome() -> None:
    assert table({"a": {"x": {"y": 100}, "z": 10}}, [LEAST, MOST])[1]


def test_every_script_has_a_bar_and_every_bar_its_script() -> None:
    assert {bar.script for bar in BARS} == set(SCRIPTS)
