"""How the studio writes times, amounts, sizes and shares."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation


def relative(moment: datetime, now: datetime) -> str:
    """ "5 min ago", "in 2 h", "3 d ago"; a date where it is more than a month away."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    if size < 10:
        return "just now" if seconds >= 0 else "in a moment"
    if size >= 30 * 86_400:
        return f"{moment.day} {moment:%b %Y}"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if size >= length:
            return f"{int(size // length)} {unit} ago" if seconds > 0 else f"in {int(size // length)} {unit}"
    return "just now"


def duration(seconds: float | None) -> str:
    """Seconds as "0.4 s", "12 s", "3 min 05 s" or "2 h 10 min"."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60:02} min"


def money(amount: Decimal | float | str | None) -> str:
    """US dollars: cents above one cent, four places below, a dash for unknown. "$0" is never said of a small cost."""
    if amount is None or amount == "":
        return "–"
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return "–"
    if not value.is_finite():
        return "–"
    sign, size = ("−" if value < 0 else ""), abs(value)
    if size and size < Decimal("0.0001"):
        return f"{sign}<$0.0001"
    return f"{sign}${size:,.2f}" if size >= Decimal("0.01") or not size else f"{sign}${size:.4f}"


def count(number: float | None) -> str:
    """A whole number with a thin space between thousands."""
    return "–" if number is None else f"{int(number):,}".replace(",", "\u202f")


def bytes(size: float | None) -> str:
    """A size as "640 B", "1.4 MB": powers of 1,000, as file managers count."""
    if size is None:
        return "–"
    if size < 1_000:
        return f"{int(size)} B"
    for unit in ("kB", "MB", "GB"):
        size /= 1_000
        if size < 999.5:
            return f"{size:.1f} {unit}" if size < 99.5 else f"{size:.0f} {unit}"
    return f"{size / 1_000:.1f} TB"


def percent(share: Decimal | float | None) -> str:
    """A share of one as whole percent, never rounded up to 100 or down to 0."""
    if share is None:
        return "–"
    whole = round(float(share) * 100)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        return "<1\u202f%"
    return f"{whole}\u202f%"


def axis(value: float) -> str:
    """A number as a chart writes it: two decimals at most, none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def score(value: Decimal | float | None) -> str:
    """A score between 0 and 1 with two decimals."""
    return "–" if value is None else f"{float(value):.2f}"


def shorten(text: str, length: int = 12) -> str:
    """The first characters of a digest or id, with an ellipsis when something was left out."""
    return text if len(text) <= length else f"{text[:length]}…"


def day(moment: date | None) -> str:
    """A date as "23 Nov 2026"."""
    return "–" if moment is None else f"{moment.day} {moment:%b %Y}"
