"""What each benchmark must reach, and the table that says whether it did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One figure and its bar. figure: the way to it in what the script prints, keys joined by dots."""

    script: str
    figure: str
    what: str
    least_or_most: Literal["≥", "≤"]
    bar: float
    unit: str


def _least(script: str, figure: str, bar: float, unit: str, what: str) -> Bar:
    return Bar(script=script, figure=figure, what=what, least_or_most="≥", bar=bar, unit=unit)


def _most(script: str, figure: str, bar: float, unit: str, what: str) -> Bar:
    return Bar(script=script, figure=figure, what=what, least_or_most="≤", bar=bar, unit=unit)


BARS = (
    _most("statements", "decision_and_next_pair", 10, "SQL", "review decision and next pair"),
    _most(
        "statements", "most_more_for_10000_rows", 0, "SQL", "list pages: more statements for 10,000 rows than for 20"
    ),
    _most("live", "p95_ms", 150, "ms", "event commit to browser, p95, 50 sessions"),
    _most("site", "ratio", 3, "×", "page p95 busy to idle, 10 sessions and an export of 10,000"),
    _least("export", "export_plain_pairs_per_cpu_s", 60_000, "pairs/s", "signed export without frames"),
    _least("export", "export_frames_pairs_per_cpu_s", 8_000, "pairs/s", "signed export with frames"),
    _least("export", "verify_frames_pairs_per_cpu_s", 6_000, "pairs/s", "verify with frames"),
    _most("export", "verify_big.cpu_s", 5, "CPU s", "verify 100,000 pairs without frames"),
    _most("export", "jsonl_bytes_per_text_byte", 1.2, "bytes", "JSONL for each byte of text"),
    _most("export", "export_big.peak_over_idle_mib", 150, "MiB", "export of 200,000 pairs, memory over idle"),
    _least("frames", "blob_encode_MB", 250, "MB/s", "BLOB-T encode, texts of 1.2 kB"),
    _least("frames", "blob_decode_MB", 90, "MB/s", "BLOB-T decode, texts of 1.2 kB"),
    _least("frames", "build_and_sign_pairs", 8_000, "pairs/s", "frames built and signed"),
    _least("frames", "read_strict_and_verify_pairs", 6_000, "pairs/s", "frames read and verified"),
)


def value(results: Mapping[str, Any], bar: Bar) -> float | None:
    """The figure in what the scripts printed, by script; None when the script has not printed it."""
    found: Any = results.get(bar.script)
    for key in bar.figure.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return float(found) if isinstance(found, int | float) else None


def is_met(figure: float | None, bar: Bar) -> bool:
    return figure is not None and (figure >= bar.bar if bar.least_or_most == "≥" else figure <= bar.bar)


def ratio(figure: float, bar: Bar) -> float:
    """How far beyond its bar the figure is: 2 is twice as good as asked for, whichever way it counts."""
    if bar.least_or_most == "≥":
        return figure / bar.bar
    return bar.bar / figure if figure else 1.0


def table(results: Mapping[str, Any], bars: Iterable[Bar] = BARS) -> tuple[list[str], bool]:
    """The lines of the table, and whether every bar was met."""
    bars = list(bars)
    width = max(len(bar.what) for bar in bars)
    lines = [f"{'':<{width}}  {'figure':>10}    {'bar':>8}  {'unit':<8} {'ratio':>6}  verdict"]
    for bar in bars:
        figure = value(results, bar)
        shown = "none" if figure is None else f"{figure:,.6g}"
        times = "" if figure is None else f"{ratio(figure, bar):.2f}"
        verdict = "ok" if is_met(figure, bar) else "MISSED"
        lines.append(
            f"{bar.what:<{width}}  {shown:>10}  {bar.least_or_most} {bar.bar:>8,g}  {bar.unit:<8} {times:>6}  {verdict}"
        )
    return lines, all(is_met(value(results, bar), bar) for bar in bars)
