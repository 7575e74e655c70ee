"""Tags and filters: what people read of times, amounts, verdicts and changes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, engines
from django.test import RequestFactory

from studio.web import formats
from studio.web.templatetags import ui

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    template = engines["django"].from_string(source)
    return template.template.render(Context(context))  # type: ignore[attr-defined]  # Django's own template behind the engine's


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=2), "just now"),
        (timedelta(seconds=-2), "in a moment"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=5, seconds=59), "5 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=40), "14 Oct 2026"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_a_time_is_said_as_people_say_it(distance: timedelta, words: str) -> None:
    assert formats.relative(NOW - distance, NOW) == words


def test_a_time_carries_its_exact_moment_in_utc() -> None:
    html = render("{% ago moment %}", moment=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert 'datetime="2020-01-02T03:04:05.000Z"' in html
    assert 'title="2020-01-02 03:04:05 UTC"' in html


def test_no_time_is_never() -> None:
    assert render("{% ago moment %}", moment=None) == "never"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "–"),
        (Decimal(0), "$0.00"),
        (Decimal("0.00000012"), "<$0.0001"),
        (Decimal("0.00042"), "$0.0004"),
        (Decimal("0.01"), "$0.01"),
        (Decimal("1234.5"), "$1,234.50"),
        (Decimal("-3"), "−$3.00"),
        ("nonsense", "–"),
        (Decimal("NaN"), "–"),
    ],
)
def test_money_is_never_rounded_to_nothing(amount: Decimal | str | None, words: str) -> None:
    assert formats.money(amount) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0\u202f%"),
        (0.001, "<1\u202f%"),
        (0.934, "93\u202f%"),
        (0.9999, "99\u202f%"),
        (1, "100\u202f%"),
        (None, "–"),
    ],
)
def test_a_share_is_all_or_nothing_only_when_it_is(share: float | None, words: str) -> None:
    assert formats.percent(share) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (88_412, "88.4 kB"),
        (999_700, "1.0 MB"),
        (2_500_000_000, "2.5 GB"),
        (None, "–"),
    ],
)
def test_a_size_has_the_unit_that_fits(size: int | None, words: str) -> None:
    assert formats.bytes(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.42, "0.4 s"), (12, "12 s"), (125, "2 min 05 s"), (7_830, "2 h 10 min"), (None, "–")]
)
def test_a_duration_is_short(seconds: float | None, words: str) -> None:
    assert formats.duration(seconds) == words


def test_thousands_are_parted() -> None:
    assert formats.count(1234567) == "1\u202f234\u202f567"


@pytest.mark.parametrize("name", sorted(ui._CHIPS))
def test_every_verdict_and_state_has_a_sign_and_a_word_beside_its_colour(name: str) -> None:
    html = render("{% verdict name %}", name=name.upper())
    assert "<use " in html or 'class="pulse"' in html
    assert ui._CHIPS[name][2] in html


def test_an_unknown_state_is_shown_by_its_name() -> None:
    assert "On hold" in render("{% state 'on_hold' %}")


def test_an_icon_without_a_label_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in render("{% icon 'check' %}")


def test_an_icon_with_a_label_says_it_escaped() -> None:
    assert 'role="img" aria-label="&lt;b&gt;"' in render("{% icon 'check' label %}", label="<b>")


def test_a_word_diff_escapes_what_it_shows() -> None:
    html = render("{% word_diff draft revised %}", draft="a <b>old</b> word", revised="a <i>new</i> word")
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;" in html


def test_a_word_diff_numbers_its_hunks() -> None:
    html = render("{% word_diff draft revised %}", draft="one old thing old three", revised="one new thing new three")
    assert 'data-hunk="1"' in html
    assert 'data-hunk="2"' in html
    assert 'data-hunks="2"' in html


def test_side_by_side_shows_deletions_left_and_insertions_right() -> None:
    left, right = render("{% word_diff 'the old way' 'the new way' 'sides' %}").split('data-view="revised-side"')
    assert "<del>old</del>" in left
    assert "<ins>" not in left
    assert "<ins>new</ins>" in right
    assert "<del>" not in right


def test_the_markdown_filter_marks_citations() -> None:
    html = render("{{ text|markdown:citations }}", text="Yes [1].", citations={1: "#evidence-1"})
    assert 'class="cite" href="#evidence-1"' in html


def test_a_query_changes_one_parameter_and_starts_paging_anew() -> None:
    request = RequestFactory().get("/?q=lease&sort=title&after=7")
    assert render("{% query sort='-title' %}", request=request) == "?q=lease&amp;sort=-title"
    assert render("{% query q=None %}", request=request) == "?sort=title"


def test_a_query_escapes_what_people_typed() -> None:
    request = RequestFactory().get("/", {"q": '"><script>'})
    assert "<script>" not in render("{% query sort='title' %}", request=request)


@pytest.mark.parametrize(
    ("sort", "order", "next_sort"),
    [("", "none", "sort=title"), ("title", "ascending", "sort=-title"), ("-title", "descending", "sort=title")],
)
def test_a_heading_sorts_up_then_down(sort: str, order: str, next_sort: str) -> None:
    request = RequestFactory().get("/", {"sort": sort} if sort else {})
    html = render("{% sort_header 'title' 'Title' %}", request=request)
    assert f'aria-sort="{order}"' in html
    assert f'href="?{next_sort}"' in html


def test_a_histogram_says_its_numbers_to_those_who_cannot_see_it() -> None:
    html = render("{% histogram bins 'Quality' %}", bins=[("poor", 3, "bad"), ("good", 9, "good")])
    assert 'aria-label="Quality. poor: 3, good: 9"' in html
    assert html.count("<rect") == 2


def test_a_line_chart_says_its_numbers_and_its_limit() -> None:
    html = render("{% linechart points 'Score' 0 1 0.8 %}", points=[("draft", 0.5), ("1", 0.9)])
    assert 'aria-label="Score. draft: 0.50, 1: 0.90. Limit 0.8"' in html


def test_a_chart_without_numbers_is_still_a_chart() -> None:
    assert "<svg" in render(
        "{% histogram none 'Quality' %}{% linechart none 'Score' %}{% sparkline none 'Pace' %}", none=[]
    )


def test_a_digest_is_short_to_read_and_whole_to_copy() -> None:
    html = render("{% digest value %}", value="0123456789abcdef")
    assert ">0123456789ab…<" in html
    assert 'data-copy="0123456789abcdef"' in html


@pytest.mark.parametrize(
    ("app", "url_name", "section"),
    [
        ("chat", "conversation_detail", "ask"),
        ("teacher", "session_list", "sessions"),
        ("datasets", "review_queue", "review"),
        ("datasets", "pair_detail", "review"),
        ("datasets", "export_list", "datasets"),
        ("endpoints", "endpoint_list", "team"),
        ("", "home", ""),
    ],
)
def test_a_page_belongs_to_a_part_of_the_studio(app: str, url_name: str, section: str) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = SimpleNamespace(app_name=app, url_name=url_name)  # type: ignore[assignment]
    assert render("{% section as part %}{{ part }}", request=request) == section


def test_an_address_that_does_not_exist_here_is_empty() -> None:
    assert render("{% address 'nowhere' as found %}[{{ found }}]") == "[]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Travel expenses above 500 euros are approved by the head\nof department.", "by the head of department."),
        ("Travel expenses above 500 euros are approved by the head\n\nOf department", "the head\n\nOf department"),
        ("Short line\nand another", "Short line\nand another"),
        ("A list that is long enough to be taken for prose:\n- one\n- two", "prose:\n- one\n- two"),
        ("A list that is long enough to be taken for prose:\n1. one", "prose:\n1. one"),
    ],
)
def test_a_wrapped_paragraph_flows_again_and_nothing_else_does(text: str, shown: str) -> None:
    assert ui.unwrap(text).endswith(shown)


def test_claims_are_counted_by_verdict_in_words() -> None:
    claims = [{"verdict": "SUPPORTED"}, {"verdict": "NOT_FOUND"}, {"verdict": "SUPPORTED"}]
    assert ui.tally(claims) == [("SUPPORTED", "2 supported"), ("NOT_FOUND", "1 not found")]


@pytest.mark.parametrize(
    ("name", "title", "shown"),
    [
        ("handbook > Loading > Doors", "", ("handbook", "Loading › Doors")),
        ("cold-chain_handbook > Cold-chain handbook of Fjellvik > Doors", "", ("cold-chain_handbook", "Doors")),
        ("handbook > Handbook of Fjellvik", "", ("handbook", "Handbook of Fjellvik")),
        ("returns-and-complaints > Returns and complaints", "", ("returns-and-complaints", "")),
        ("Old name > Loading", "New name", ("New name", "Loading")),
        ("A > B > Loading", "A > B", ("A > B", "Loading")),
        ("A > B", "A > B", ("A > B", "")),
        ("Given passage 1", "", ("Given passage 1", "")),
        ("", "Tariffs", ("Tariffs", "")),
    ],
)
def test_a_source_names_its_document_once(name: str, title: str, shown: tuple[str, str]) -> None:
    assert tuple(ui.source(name, title).values()) == shown


def test_a_wrapped_paragraph_flows_again_across_its_marks() -> None:
    line = "If loading takes longer, close the doors at once,"
    assert ui.flow(line[:30], line[30:] + "\nrun the unit", ".\nNext") == [
        line[:30],
        line[30:] + " run the unit",
        ".\nNext",
    ]
    marked, plain = (line, True), ("\nrun", False)
    assert ui.flowing([marked, plain]) == [(line, marked), (" run", plain)]
    assert ui.flow(line + " ", "\nrun") == [line + " ", "run"]
