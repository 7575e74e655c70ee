"""The frame, its parts and the error pages: whole, labelled, and without inline code."""

import re
from itertools import pairwise

import pytest
from django.conf import settings
from django.contrib.messages import ERROR, SUCCESS
from django.template.loader import render_to_string
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from studio.web.patterns import SampleForm, examples
from tests.studio.web import shell

RAIL = {"to_review": 312, "sessions_failed": 1, "running": 2, "stream": "team:1", "after": 7}


@pytest.fixture(scope="module")
def patterns() -> HTMLParser:
    context = {**examples(), "rail": RAIL, "messages": [shell.message(SUCCESS, "Saved <b>it</b>.")]}
    return HTMLParser(shell.render("patterns.html", context))


def only(page: HTMLParser, selector: str) -> Node:
    (found,) = page.css(selector)
    return found


def test_there_is_one_first_heading_and_one_of_each_landmark(patterns: HTMLParser) -> None:
    for selector in ("h1", "main", "header.rail", "nav[aria-label=Main]", "#live[aria-live=polite]", "#messages"):
        assert len(patterns.css(selector)) == 1, selector


def test_headings_never_skip_a_level(patterns: HTMLParser) -> None:
    levels = [int(node.tag[1]) for node in only(patterns, "main").css("h1, h2, h3, h4, h5, h6")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_skip_link_leads_to_the_content(patterns: HTMLParser) -> None:
    assert patterns.css_first("a").attributes["href"] == "#main"
    assert only(patterns, "#main").tag == "main"


def test_no_code_and_no_style_stands_in_the_page(patterns: HTMLParser) -> None:
    assert patterns.css("style, [style]") == []
    assert [node for node in patterns.css("script") if not node.attributes.get("src")] == []
    for node in patterns.css("*"):
        assert not any(name.startswith(("on", "hx-on")) for name in node.attributes), node.html


def test_everything_is_loaded_from_this_site(patterns: HTMLParser) -> None:
    for node in patterns.css("script[src], link[href], img[src], use[href]"):
        address = node.attributes.get("src") or node.attributes.get("href") or ""
        assert address.startswith("/static/")


def test_ids_are_unique(patterns: HTMLParser) -> None:
    ids = [node.id for node in patterns.css("[id]")]
    assert len(ids) == len(set(ids))


def test_every_reference_to_an_id_finds_it(patterns: HTMLParser) -> None:
    ids = {node.id for node in patterns.css("[id]")}
    for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "data-dialog-open"):
        for node in patterns.css(f"[{name}]"):
            assert set((node.attributes[name] or "").split()) <= ids, node.html


def test_every_field_has_a_label(patterns: HTMLParser) -> None:
    labelled = {node.attributes["for"] for node in patterns.css("label[for]")}
    for node in patterns.css("input:not([type=hidden]), select, textarea"):
        inside = node.parent is not None and node.parent.tag == "label"
        assert inside or node.id in labelled or node.attributes.get("aria-label"), node.html


def test_every_button_and_link_says_what_it_does(patterns: HTMLParser) -> None:
    for node in patterns.css("a, button, summary"):
        spoken = node.text(strip=True) or "".join(
            icon.attributes.get("aria-label") or "" for icon in node.css("svg[role=img]")
        )
        assert spoken, node.html


def test_every_post_carries_its_token(patterns: HTMLParser) -> None:
    frame = [form for form in patterns.css("form[method=post]") if form.attributes.get("action")]
    assert len(frame) >= 3
    assert all(form.css("input[name=csrfmiddlewaretoken]") for form in frame)


def test_messages_are_escaped(patterns: HTMLParser) -> None:
    assert "Saved <b>it</b>." in only(patterns, "#messages p").text()


def test_the_rail_marks_where_one_is_and_what_needs_somebody(patterns: HTMLParser) -> None:
    assert [node.id for node in patterns.css("#rail [aria-current]")] == ["rail-vault"]
    assert "312 to review" in only(patterns, "#rail-review").text()
    assert "1 failed" in only(patterns, "#rail-sessions").text()


def test_the_rail_watches_the_team_and_asks_again(patterns: HTMLParser) -> None:
    rail = only(patterns, "#rail-counts").attributes
    assert rail["data-stream"] == "team:1"
    assert rail["data-after"] == "7"
    assert rail["hx-get"] == "/rail/?section=vault"
    assert "pair.*" in (rail["data-refresh-on"] or "")


def test_other_teams_are_one_press_away(patterns: HTMLParser) -> None:
    names = [node.text(strip=True) for node in patterns.css("button[name=team]")]
    assert names == ["Harbour Legal", "Cold <Chain>"]


def test_signing_out_is_a_post(patterns: HTMLParser) -> None:
    assert only(patterns, "form[action='/account_logout/']").attributes["method"] == "post"


def test_htmx_runs_no_code_and_shows_refusals(patterns: HTMLParser) -> None:
    settings = only(patterns, "meta[name=htmx-config]").attributes["content"] or ""
    for part in (
        '"allowEval":false',
        '"allowScriptTags":false',
        '"selfRequestsOnly":true',
        '"includeIndicatorStyles":false',
    ):
        assert part in settings
    for code in ("409", "422"):
        assert f'{{"code":"{code}","swap":true,"error":false}}' in settings


def test_the_frame_needs_neither_team_nor_counts() -> None:
    page = HTMLParser(shell.render("patterns.html", {**examples(), "actor": None}))
    assert page.css(".rail-count") == []
    assert page.css("[data-stream]") == []


def test_a_refreshed_rail_brings_what_runs_now_along() -> None:
    html = shell.render("ui/_rail.html", {"rail": RAIL, "rail_oob": True})
    page = HTMLParser(html)
    assert only(page, "#running").attributes["hx-swap-oob"] == "true"
    assert "2" in only(page, "#running").text()


@pytest.mark.parametrize("name", ["400", "403", "404", "500"])
def test_an_error_page_needs_nothing_at_all(name: str) -> None:
    page = HTMLParser(render_to_string(f"{name}.html"))
    assert only(page, "h1").text(strip=True)
    assert f"Error {name}" in page.body.text()


def test_an_error_says_what_happened_and_how_to_refer_to_it() -> None:
    context = {"title": "Somebody was faster", "status": 409, "error": {"message": "Jonas <decided> it."}}
    page = HTMLParser(shell.render("error.html", context))
    assert only(page, "h1").text(strip=True) == "Somebody was faster"
    assert "Jonas <decided> it." in page.body.text()


def test_messages_can_travel_out_of_band() -> None:
    html = shell.render("ui/_messages.html", {"messages": [shell.message(ERROR, "No.")], "oob": True})
    page = HTMLParser(html)
    assert only(page, "#messages").attributes["hx-swap-oob"] == "true"
    assert only(page, ".message.is-bad").attributes["role"] == "alert"


@pytest.mark.parametrize(
    "name",
    [
        *("_pager", "_form_errors", "_error", "_skeleton", "_running", "_stat_line", "_key_legend", "_tabs", "_claims"),
        *("_person", "_search", "_palette", "_keys", "_messages"),
    ],
)
def test_a_part_without_its_variables_is_still_a_part(name: str) -> None:
    assert "undefined" not in shell.render(f"ui/{name}.html")


class TestFields:
    def page(self, form: SampleForm) -> HTMLParser:
        return HTMLParser(shell.render("ui/_form.html", {"form": form}))

    def test_help_and_error_are_tied_to_their_field(self) -> None:
        page = self.page(SampleForm({"threshold": "3"}))
        field = only(page, "#id_threshold")
        assert field.attributes["aria-invalid"] == "true"
        ids = (field.attributes["aria-describedby"] or "").split()
        assert [only(page, f"#{name}").text(strip=True) for name in ids] == [
            "Between 0 and 1; a session stops above it.",
            "Ensure this value is less than or equal to 1.",
        ]

    def test_the_summary_has_the_focus_and_leads_to_each_field(self) -> None:
        page = self.page(SampleForm({}))
        summary = only(page, ".form-errors")
        assert "autofocus" in summary.attributes
        ids = {node.id for node in page.css("[id]")}
        links = [(link.attributes["href"] or "#")[1:] for link in summary.css("a")]
        assert len(links) == 4
        assert set(links) <= ids

    def test_a_form_without_errors_has_no_summary(self) -> None:
        assert self.page(SampleForm()).css(".form-errors, .errorlist") == []

    def test_radio_buttons_stand_in_a_group_with_a_legend(self) -> None:
        group = only(self.page(SampleForm()), "fieldset")
        assert only(HTMLParser(group.html or ""), "legend").text(strip=True) == "Verdict"


def test_no_template_holds_inline_code_or_style() -> None:
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = re.sub(r"{[#%].*?[#%]}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:|https?://", text), path
