"""Geometry of the small charts: pure functions from numbers to the positions their SVG templates draw."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 440.0  # user units; the drawing scales with its column
HEIGHT = 150.0
LEFT, RIGHT, TOP, BOTTOM = 30.0, 12.0, 20.0, 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bin: its label, its value, and the rectangle that shows it."""

    label: str
    value: int
    tone: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def top_label(self) -> float:
        return self.y - 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of a line: its label, its value, and where it stands."""

    label: str
    value: float
    x: float
    y: float
    is_best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line over its points, with the area below it and, where there is one, the limit to reach."""

    points: tuple[Point, ...]
    path: str
    area: str
    ticks: tuple[tuple[float, float], ...]
    limit_y: float | None = None


def bars(bins: Sequence[tuple[str, int, str]]) -> tuple[Bar, ...]:
    """Bars for (label, count, tone); tone is "", "good", "warn" or "bad". Raises ValueError for counts below zero."""
    if any(count < 0 for _, count, _ in bins):
        raise ValueError("a count cannot be below zero")
    if not bins:
        return ()
    most = max(1, *(count for _, count, _ in bins))
    step = (WIDTH - 2 * RIGHT) / len(bins)
    room = HEIGHT - TOP - BOTTOM
    found = []
    for index, (label, count, tone) in enumerate(bins):
        height = room * count / most
        if count:
            height = max(height, 1.5)  # one of ten thousand is still there
        x = RIGHT + index * step + step * 0.1
        y = HEIGHT - BOTTOM - height
        found.append(
            Bar(
                label=label,
                value=count,
                tone=tone,
                x=round(x, 1),
                y=round(y, 1),
                width=round(step * 0.8, 1),
                height=round(height, 1),
            )
        )
    return tuple(found)


def line(points: Sequence[tuple[str, float]], *, low: float, high: float, limit: float | None = None) -> Line:
    """A line through (label, value) from left to right; values outside low … high are drawn at the edge.

    The best point is the first of the highest values. Raises ValueError unless low < high.
    """
    if not low < high:
        raise ValueError("low must be below high")

    def height(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    inner = WIDTH - LEFT - RIGHT
    step = inner / (len(points) - 1) if len(points) > 1 else 0.0
    start = LEFT if len(points) > 1 else LEFT + inner / 2
    best = max(range(len(points)), key=lambda i: points[i][1], default=-1)
    placed = tuple(
        Point(label=label, value=value, x=round(start + i * step, 1), y=height(value), is_best=i == best)
        for i, (label, value) in enumerate(points)
    )
    path = _path([(point.x, point.y) for point in placed])
    floor = HEIGHT - BOTTOM
    area = f"{path} L{placed[-1].x} {floor} L{placed[0].x} {floor} Z" if len(placed) > 1 else ""
    middle = (low + high) / 2
    return Line(
        points=placed,
        path=path,
        area=area,
        ticks=tuple((tick, height(tick)) for tick in (low, middle, high)),
        limit_y=None if limit is None else height(limit),
    )


def spark(values: Sequence[float], *, width: float = 72.0, height: float = 18.0) -> tuple[str, float, float]:
    """Path of a word-sized line and the place of its last point; an empty path for no values."""
    if not values:
        return "", 0.0, 0.0
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    step = (width - 6) / (len(values) - 1) if len(values) > 1 else 0.0
    start = 3.0 if len(values) > 1 else width / 2
    places = [
        (round(start + i * step, 1), round(height - 3 - (value - low) / spread * (height - 6), 1))
        for i, value in enumerate(values)
    ]
    return _path(places), *places[-1]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{'L' if i else 'M'}{x} {y}" for i, (x, y) in enumerate(places))
