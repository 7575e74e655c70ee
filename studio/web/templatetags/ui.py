"""Tags and filters for what every page shows: icons, times, amounts, verdicts, diffs, charts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studio.web import charts, diff
from studio.web import markdown as rendering

register = template.Library()

# name: (tone, icon, word). One table for all verdicts and states, so that a state looks the same on every page.
_CHIPS: dict[str, tuple[str, str, str]] = {
    "supported": ("good", "supported", "Supported"),
    "contradicted": ("bad", "contradicted", "Contradicted"),
    "not_found": ("warn", "not-found", "Not found"),
    "not_checkable": ("", "not-checkable", "Not checkable"),
    "queued": ("", "clock", "Queued"),
    "running": ("busy", "", "Running"),
    "waiting": ("warn", "clock", "Waiting"),
    "paused": ("", "pause", "Paused"),
    "done": ("good", "check", "Done"),
    "degraded": ("warn", "warning", "Degraded"),
    "cancelled": ("", "stop", "Cancelled"),
    "failed": ("bad", "contradicted", "Failed"),
    "stored": ("", "file", "Stored"),
    "indexing": ("busy", "", "Indexing"),
    "ready": ("good", "check", "Ready"),
    "proposed": ("busy", "dot", "To review"),
    "approved": ("good", "supported", "Approved"),
    "rejected": ("bad", "contradicted", "Rejected"),
    "sent_back": ("warn", "undo", "Sent back"),
    "building": ("busy", "", "Building"),
    "forgotten": ("", "trash", "Forgotten"),
    "active": ("good", "check", "Active"),
    "retired": ("", "clock", "Retired"),
    "revoked": ("bad", "contradicted", "Revoked"),
}
_MESSAGES = {"success": ("good", "supported"), "warning": ("warn", "warning"), "error": ("bad", "contradicted")}


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """A line icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    address = f"{static('img/icons.svg')}#{name}"
    if label:
        drawing = '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"></use></svg>'
        return format_html(drawing, extra, label, address)
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}"></use></svg>', extra, address)


@register.simple_tag
def ago(moment: datetime | None, empty: str = "never") -> SafeString | str:
    """A time as people say it, with the exact UTC time on hover; the browser keeps it true."""
    if moment is None:
        return empty
    exact = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC" data-relative>{}</time>',
        exact.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        exact.strftime("%Y-%m-%d %H:%M:%S"),
        relative(exact, datetime.now(UTC)),
    )


def relative(moment: datetime, now: datetime) -> str:
    """ "5 min ago", "in 2 h", "3 d ago"; a date where it is more than a month away."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    if size < 10:
        return "just now"
    if size >= 30 * 86_400:
        return f"{moment.day} {moment:%b %Y}"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if size >= length:
            return f"{int(size // length)} {unit} ago" if seconds > 0 else f"in {int(size // length)} {unit}"
    return "just now"


@register.filter
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


@register.filter
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


@register.filter
def count(number: float | None) -> str:
    """A whole number with a thin space between thousands."""
    return "–" if number is None else f"{int(number):,}".replace(",", "\u202f")


@register.filter
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


@register.filter
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


@register.filter
def axis(value: float) -> str:
    """A number as a chart writes it: two decimals at most, none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()


@register.filter
def score(value: Decimal | float | None) -> str:
    """A score between 0 and 1 with two decimals."""
    return "–" if value is None else f"{float(value):.2f}"


@register.inclusion_tag("ui/_chip.html")
def verdict(name: str, word: str = "") -> dict[str, str]:
    """A chip for a verdict or a state: colour, icon and word together. word replaces the usual one."""
    key = str(name).lower().replace("-", "_").replace(" ", "_")
    tone, symbol, usual = _CHIPS.get(key, ("", "dot", str(name).replace("_", " ").capitalize()))
    return {"tone": tone, "icon_name": symbol, "word": word or usual}


register.inclusion_tag("ui/_chip.html", name="state")(verdict)


@register.filter
def tone(name: str) -> str:
    """The tone of a verdict or state, for a class: "is-good", "is-warn", "is-bad", "is-busy" or nothing."""
    found = _CHIPS.get(str(name).lower(), ("", "", ""))[0]
    return f"is-{found}" if found else ""


@register.filter
def message_tone(level_tag: str) -> str:
    """Class of a message by its level."""
    return f"is-{_MESSAGES[level_tag][0]}" if level_tag in _MESSAGES else ""


@register.filter
def message_icon(level_tag: str) -> str:
    """Icon of a message by its level."""
    return _MESSAGES.get(level_tag, ("", "info"))[1]


@register.filter
def widget(field: Any) -> str:
    """Kind of a form field's widget ("checkbox", "textarea", …), so that its template can lay it out."""
    return str(field.widget_type)


@register.filter
def shorten(text: str, length: int = 12) -> str:
    """The first characters of a digest or id, with an ellipsis when something was left out."""
    return text if len(text) <= length else f"{text[:length]}…"


@register.inclusion_tag("ui/_digest.html")
def digest(value: str, length: int = 12) -> dict[str, object]:
    """A digest, id or fingerprint in mono: shortened, whole on hover and in print, with a copy button."""
    return {"value": value, "short": shorten(str(value), length)}


@register.inclusion_tag("ui/_diff.html")
def word_diff(draft: str, revised: str, view: str = "inline", numbered: bool = True) -> dict[str, object]:
    """Draft to revised as one text with insertions and deletions; view: inline, sides, revised or draft."""
    runs = diff.word_diff(draft, revised)
    found = diff.parts(runs)
    hunks = sum(part.hunk is not None for part in found)
    return {"parts": found, "view": view, "numbered": numbered, "hunks": hunks}


@register.filter
def markdown(text: str, citations: Mapping[int, str] | None = None) -> SafeString:
    """Markdown as inert HTML; with a mapping of numbers to addresses, `[n]` becomes a citation."""
    return rendering.to_html(text, citations)


@register.inclusion_tag("ui/_sparkline.html")
def sparkline(values: Sequence[float], label: str) -> dict[str, object]:
    """A word-sized line with a spoken summary."""
    path, x, y = charts.spark([float(value) for value in values])
    return {"path": path, "x": x, "y": y, "label": label}


@register.inclusion_tag("ui/_histogram.html")
def histogram(bins: Sequence[Sequence[Any]], title: str) -> dict[str, object]:
    """Bars of (label, count) or (label, count, tone), with the numbers written on them and a text alternative."""
    rows = [(str(row[0]), int(row[1]), str(row[2]) if len(row) > 2 else "") for row in bins]
    spoken = ", ".join(f"{label}: {number}" for label, number, _ in rows)
    return {"bars": charts.bars(rows), "title": title, "spoken": spoken, "floor": charts.HEIGHT - charts.BOTTOM}


@register.inclusion_tag("ui/_linechart.html")
def linechart(
    points: Sequence[Sequence[Any]], title: str, low: float = 0.0, high: float = 1.0, limit: float | None = None
) -> dict[str, object]:
    """A line through (label, value) between low and high, with a dashed limit where one is given."""
    rows = [(str(row[0]), float(row[1])) for row in points]
    spoken = ", ".join(f"{label}: {value:.2f}" for label, value in rows)
    drawn = charts.line(rows, low=float(low), high=float(high), limit=None if limit is None else float(limit))
    return {"line": drawn, "title": title, "spoken": spoken, "limit": limit}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's query string with some parameters changed; None or "" removes one. Paging starts anew."""
    parameters = context["request"].GET.copy()
    for name in ("after", "before", "cursor"):
        parameters.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.inclusion_tag("ui/_sort_header.html", takes_context=True)
def sort_header(context: template.Context, name: str, label: str, extra: str = "") -> dict[str, object]:
    """A table heading that sorts by `name`: ascending, then descending ("-name"), with the order in the address."""
    current = context["request"].GET.get("sort", "")
    order = {name: "ascending", f"-{name}": "descending"}.get(current, "none")
    address = query(context, sort=f"-{name}" if order == "ascending" else name)
    return {"label": label, "order": order, "address": address, "extra": extra}


@register.simple_tag
def address(name: str, *args: Any) -> str:
    """The address of a view, or nothing where this installation has no such view."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def section(context: template.Context) -> str:
    """The part of the studio this page belongs to: ask, vault, sessions, review, datasets, team, help or nothing."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if request is None or match is None:
        return ""
    if match.url_name == "rail":
        return str(request.GET.get("section", ""))
    if match.app_name == "datasets" and str(match.url_name).startswith(("review", "pair")):
        return "review"
    names = {"chat": "ask", "teacher": "sessions", "accounts": "team", "endpoints": "team"}
    return str(names.get(match.app_name, match.app_name))


@register.filter
def day(moment: date | None) -> str:
    """A date as "23 Nov 2026"."""
    return "–" if moment is None else f"{moment.day} {moment:%b %Y}"
