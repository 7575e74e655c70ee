"""Charts: the numbers are drawn where they belong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.web import charts

FLOOR = charts.HEIGHT - charts.BOTTOM


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=20))
def test_bars_stand_on_the_floor_and_inside_the_drawing(counts: list[int]) -> None:
    for bar in charts.bars([(str(count), count, "") for count in counts]):
        assert bar.y + bar.height == pytest.approx(FLOOR, abs=0.2)
        assert bar.y >= charts.TOP - 0.1
        assert bar.x >= 0
        assert bar.x + bar.width <= charts.WIDTH


def test_the_highest_count_fills_the_height_and_the_smallest_is_still_seen() -> None:
    high, low, none = charts.bars([("a", 10_000, ""), ("b", 1, "bad"), ("c", 0, "")])
    assert high.y == charts.TOP
    assert low.height == 1.5
    assert none.height == 0


def test_no_bins_give_no_bars() -> None:
    assert charts.bars([]) == ()


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        charts.bars([("a", -1, "")])


def test_a_line_runs_from_left_to_right_and_marks_its_first_best_point() -> None:
    line = charts.line([("draft", 0.5), ("1", 0.9), ("2", 0.9)], low=0, high=1, limit=0.8)
    assert [point.x for point in line.points] == [
        charts.LEFT,
        (charts.LEFT + charts.WIDTH - charts.RIGHT) / 2,
        charts.WIDTH - charts.RIGHT,
    ]
    assert [point.is_best for point in line.points] == [False, True, False]
    assert line.limit_y is not None
    assert line.points[1].y < line.limit_y < line.points[0].y
    assert line.path.startswith("M")
    assert line.area.endswith("Z")


@given(st.lists(st.floats(min_value=-5, max_value=5), min_size=1, max_size=30))
def test_points_never_leave_the_drawing(values: list[float]) -> None:
    line = charts.line([(str(i), value) for i, value in enumerate(values)], low=0, high=1)
    assert all(charts.TOP <= point.y <= FLOOR and 0 <= point.x <= charts.WIDTH for point in line.points)


def test_one_point_stands_in_the_middle_without_an_area() -> None:
    line = charts.line([("draft", 0.5)], low=0, high=1)
    assert line.points[0].x == (charts.LEFT + charts.WIDTH - charts.RIGHT) / 2
    assert line.area == ""


def test_no_points_give_an_empty_line() -> None:
    assert charts.line([], low=0, high=1).path == ""


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="low must be below high"):
        charts.line([("a", 1.0)], low=1, high=1)


def test_a_spark_of_equal_values_is_flat() -> None:
    path, x, y = charts.spark([3, 3])
    assert path == "M3.0 15.0 L69.0 15.0"
    assert (x, y) == (69.0, 15.0)


def test_a_spark_of_nothing_is_empty() -> None:
    assert charts.spark([]) == ("", 0.0, 0.0)
