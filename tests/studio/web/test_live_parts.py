"""Parts of pages that are fetched again by events: fetched by events alone."""

import re
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# A template tag may stand inside an element's tag and may hold a ">".
ELEMENT = re.compile(r"<[a-z](?:\{[{%].*?[%}]\}|[^>])*>", re.DOTALL)


def live_parts() -> list[tuple[str, str]]:
    """Template and opening tag of every element that live.js fetches again."""
    return [
        (path.relative_to(TEMPLATES).as_posix(), tag)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for tag in ELEMENT.findall(path.read_text())
        if "data-refresh-on" in tag and "hx-get" in tag
    ]


def test_every_part_that_is_fetched_again_is_fetched_by_events_and_not_by_a_click() -> None:
    parts = live_parts()
    assert len(parts) > 10
    triggers = {name: re.findall(r'hx-trigger="([^"]*)"', tag) for name, tag in parts}
    assert {name: found for name, found in triggers.items() if not found[:1] or "click" in found[0]} == {}
    assert [name for name, found in triggers.items() if "studio:refresh" not in found[0].split(", ")] == []


def test_every_part_that_names_events_says_where_it_is_fetched() -> None:
    """What live.js looks for is both attributes on one element."""
    named = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text().count("data-refresh-on=")
        for path in TEMPLATES.rglob("*.html")
    }
    found = [name for name, _ in live_parts()]
    assert {name: found.count(name) for name in found} == {name: count for name, count in named.items() if count}
