"""Static files: complete, legible in both themes, from this origin only, and vendored ones as released."""

import hashlib
import math
import re
from pathlib import Path

import pytest
from django.conf import settings

from studio.web.templatetags import ui

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
OWN = [*sorted((STATIC / "css").glob("*.css")), *sorted((STATIC / "js").glob("*.js"))]
ICONS = set(re.findall(r'symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text()))
TOKENS = dict(re.findall(r"--([\w-]+): (light-dark\(.+\));", (STATIC / "css" / "tokens.css").read_text()))


def channels(token: str, theme: int) -> list[float]:
    """Linear red, green and blue of a token; theme 0 is light, 1 is dark. Source: Ottosson's definition of Oklab."""
    light, chroma, hue = map(float, re.findall(r"oklch\(([^)]+)\)", TOKENS[token])[theme].split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return [min(1.0, max(0.0, channel)) for channel in rgb]


def contrast(front: str, back: str, theme: int) -> float:
    """Ratio of relative luminances as WCAG 2.2 defines it."""
    lights = [
        0.05
        + sum(
            weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), channels(token, theme), strict=True)
        )
        for token in (front, back)
    ]
    return max(lights) / min(lights)


TEXT_PAIRS = [
    *(
        (ink, back)
        for ink in ("ink", "ink-soft", "ink-faint", "accent")
        for back in ("back", "page", "raised", "sunken")
    ),
    *((ink, "hover") for ink in ("ink", "ink-soft", "ink-faint")),
    *((tone, back) for tone in ("good", "warn", "bad") for back in (f"{tone}-soft", "page", "raised")),
    *((ink, f"{tone}-soft") for ink in ("ink", "ink-faint") for tone in ("good", "warn", "bad")),
    *(("ink", "accent-soft"), ("ink-soft", "accent-soft"), ("ink-faint", "accent-soft"), ("accent", "accent-soft")),
    *(("accent-ink", "accent-fill"), ("accent-ink", "accent-fill-hover"), ("accent-ink", "bad-fill")),
    *(("quiet", "quiet-soft"), ("ink-soft", "quiet-soft")),
    *(("ins-ink", "ins-bg"), ("del-ink", "del-bg"), ("mark-ink", "mark-bg")),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_has_enough_contrast(front: str, back: str, theme: int) -> None:
    assert contrast(front, back, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"), [("line-strong", "raised"), ("line-strong", "page"), ("focus", "page"), ("focus", "back")]
)
def test_edges_of_controls_can_be_seen(front: str, back: str, theme: int) -> None:
    assert contrast(front, back, theme) >= 3


def test_every_icon_that_is_named_is_drawn() -> None:
    sources = "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r'{% icon "([\w-]+)"', sources)) | set(re.findall(r'icon_name="([\w-]+)"', sources))
    named |= {icon for _, icon, _ in ui._CHIPS.values() if icon} | {icon for _, icon in ui._MESSAGES.values()}
    assert named - ICONS == set()


def test_every_token_that_is_used_is_defined() -> None:
    sheets = "\n".join(path.read_text() for path in (STATIC / "css").glob("*.css"))
    scripts = "\n".join(path.read_text() for path in (STATIC / "js").glob("*.js"))
    defined = {*re.findall(r"(--[\w-]+):", sheets), *re.findall(r'setProperty\("(--[\w-]+)"', scripts)}
    assert set(re.findall(r"var\((--[\w-]+)", sheets)) - defined == set()


def test_every_class_that_is_styled_is_used() -> None:
    sheets = re.sub(
        r"/\*.*?\*/", "", "\n".join(path.read_text() for path in (STATIC / "css").glob("*.css")), flags=re.DOTALL
    )
    styled = {
        name for selector in re.findall(r"([^{}]+)\{", sheets) for name in re.findall(r"\.([a-z][\w-]*)", selector)
    }
    made_by_others = {"errorlist", "htmx-request"}
    places = [
        *TEMPLATES.rglob("*.html"),
        *(STATIC / "js").glob("*.js"),
        *(STATIC.parent / "studio").rglob("*.py"),
        *(STATIC.parent / "datasets").glob("*.py"),
    ]
    used = set(re.findall(r"[\w-]+", "\n".join(path.read_text() for path in places)))
    tones = {f"is-{tone}" for tone, *_ in ui._CHIPS.values()}
    assert styled - used - made_by_others - tones == set()


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere_or_run_from_text(path: Path) -> None:
    text = path.read_text()
    assert not re.findall(r"https?://|url\(|@import|\beval\(|new Function|setAttribute\(.style|\.on\w+ = \"", text)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_files_stay_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 400


def test_vendored_files_are_as_released() -> None:
    table = (STATIC / "vendor" / "VENDORED.md").read_text()
    rows = dict(re.findall(r"\| `([^`]+)` \|.*`([0-9a-f]{64})` \|", table))
    files = {path.name for path in (STATIC / "vendor").iterdir() if path.suffix in {".js", ".css"}}
    assert set(rows) == files
    for name, digest in rows.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
