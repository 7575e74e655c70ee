"""Tags and filters for what every page shows: icons, times, amounts, verdicts, diffs, charts."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studio.web import charts, diff, formats
from studio.web import markdown as rendering
from studio.web.paging import Page

register = template.Library()
for _name in ("duration", "money", "count", "bytes", "percent", "axis", "score", "shorten", "day"):
    register.filter(_name, getattr(formats, _name))

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
# After 45 characters without a line end, a single one before a letter or an opening sign.
_WRAPPED = re.compile(r"(?<=[^\n]{45})[ \t]*\n(?=[^\W\d_]|[(\"“‘'„«])")
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
        formats.relative(exact, datetime.now(UTC)),
    )


@register.filter
def unwrap(text: str) -> str:
    """A source's text for a column of another width: line ends inside a paragraph become spaces, all others stay.

    A line end is inside a paragraph when the line before it is long and the next one begins with a letter.
    """
    return _WRAPPED.sub(" ", text)


@register.simple_tag
def flow(*texts: str) -> list[str]:
    """The same as `unwrap` for the parts of one text, such as the words before, in and after a mark."""
    whole = "".join(texts)
    ends = [match.span() for match in _WRAPPED.finditer(whole)]
    parts, start = [], 0
    for text in texts:
        stop = start + len(text)
        part, at = "", start
        for first, last in ends:
            if start <= first < stop:
                part, at = f"{part}{whole[at:first]} ", last
            elif first < start < last:  # it began in the part before
                at = last
        parts.append(part + whole[at:stop])
        start = stop
    return parts


@register.filter
def flowing(parts: Sequence[Any]) -> list[tuple[str, Any]]:
    """Each part of a text, as it flows, with the part itself: an object with `text`, or a tuple that begins with it."""
    texts = flow(*(part[0] if isinstance(part, tuple) else part.text for part in parts))
    return list(zip(texts, parts, strict=True))


@register.simple_tag
def source(name: str, title: str = "") -> dict[str, str]:
    """Where a passage stands: the `title` of its document, and the `path` to its section.

    name: "title > section > subsection", as passages are named. title: the document's of today, where it is known. A
    first section that repeats the title is left out, and so is one that spells it out where deeper ones follow.
    """
    if title and (name == title or name.startswith(f"{title} > ")):
        path = [part for part in name[len(title) :].split(" > ") if part]
    else:
        first, *path = name.split(" > ")
        title = title or first
    words = _spelled(title)
    if path and (_spelled(path[0]) == words or (path[1:] and _spelled(path[0])[: len(words)] == words)):
        del path[0]
    return {"title": title, "path": " › ".join(path)}


def _spelled(text: str) -> list[str]:
    """Its words, however they are joined: a file's name and its heading are often the same words."""
    return re.findall(r"\w+", text.replace("_", " ").casefold())


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()


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
def tally(claims: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """How many claims have each verdict, in words for a chip: ("SUPPORTED", "2 supported")."""
    numbers = Counter(str(claim["verdict"]) for claim in claims)
    return [(name, f"{number} {name.lower().replace('_', ' ')}") for name, number in numbers.items()]


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


@register.inclusion_tag("ui/_digest.html")
def digest(value: str, length: int = 12) -> dict[str, object]:
    """A digest, id or fingerprint in mono: shortened, whole on hover and in print, with a copy button."""
    return {"value": value, "short": formats.shorten(str(value), length)}


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


@register.inclusion_tag("ui/_pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any]) -> dict[str, str]:
    """Previous and next page of a list by keyset, with the filters and the order that the address has."""
    return {
        "previous": query(context, before=page.previous) if page.previous else "",
        "next": query(context, after=page.next) if page.next else "",
        "shown": "",
    }


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
    if match.url_name == "budget":
        return "team"
    if match.app_name == "datasets" and str(match.url_name).startswith(("review", "pair")):
        return "review"
    names = {"chat": "ask", "teacher": "sessions", "accounts": "team", "endpoints": "team"}
    return str(names.get(match.app_name, match.app_name))
