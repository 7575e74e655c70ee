"""Printed pages become running text: nothing of what repeats at the edges is left in it, and nothing else is lost."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.vault.core.chunking import chunk, indexed_text
from studio.vault.core.document import Extracted
from studio.vault.core.extract import read
from studio.vault.core.extract.layout import Line, arrange
from tests.core.vault.builders import pdf_of, pdf_printed

BODY = [
    ["A crane is checked before each shift. The brake must hold", "the full load for one minute."],
    ["Slings are stored dry. A sling with a cut is cer-", "tainly destroyed at"],
    ["once. The result is written down.", "Wind above 12 metres a second stops all work."],
    ["The hook is measured every month.", "A hook that has opened is replaced."],
]


def printed(*heads: str, feet: str = "", start: int = 1) -> list[list[str]]:
    """BODY with headers and a footer; "#" stands for the page's number."""
    return [
        [line.replace("#", str(start + n)) for line in (*heads, *body, *([feet] if feet else []))]
        for n, body in enumerate(BODY)
    ]


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("feet", ["Page # of 4", "#", "- # -", "Seite #", "# / 4", "Northwind | Page #"])
def test_running_headers_and_footers_are_not_in_the_sentences(feet: str, careful: bool) -> None:
    extracted = read("pdf", pdf_of(printed("Crane manual 2024, revision 7", feet=feet, start=17)), careful=careful)
    assert extracted.text.count("Crane manual 2024, revision 7") == 1
    assert "Page" not in extracted.text.replace("Northwind | Page 17", "")
    assert "18" not in extracted.text
    assert "is cer-\ntainly destroyed at\nonce." in extracted.text
    whole = indexed_text(extracted.text, "")
    assert "certainly destroyed at\nonce." in whole
    assert [extracted.page(extracted.text.index(body[0])) for body in BODY] == [1, 2, 3, 4]


def test_a_header_with_its_own_words_on_each_page_stands_alone_and_is_kept() -> None:
    heads = ["Chapter 1: Cranes 7", "Chapter 1: Cranes 8", "Chapter 2: Hooks 9", "Chapter 3: Wind 10"]
    extracted = read("pdf", pdf_of([[head, *body] for head, body in zip(heads, BODY, strict=True)]))
    blocks = [extracted.text[block.start : block.end] for block in extracted.blocks]
    assert [block for block in blocks if "Chapter" in block] == heads


@pytest.mark.parametrize(
    "heads",
    [
        ["Invoice 101", "Invoice 102", "Invoice 103", "Invoice 104"],
        ["Lesson 1", "Lesson 2", "Lesson 3", "Lesson 4"],
        ["Total 40 EUR", "Total 55 EUR", "Total 60 EUR", "Total 71 EUR"],
        ["7", "120", "3", "44"],
        ["Summary", "Summary", "Wind", "Hooks"],
        ["---", "***", "---", "==="],
    ],
)
@pytest.mark.parametrize("at_top", [True, False])
def test_lines_that_only_look_alike_are_kept(heads: list[str], at_top: bool) -> None:
    pages = [[head, *body] if at_top else [*body, head] for head, body in zip(heads, BODY, strict=True)]
    lines = read("pdf", pdf_of(pages)).text.split("\n")
    assert not Counter(heads) - Counter(lines)


def test_two_pages_are_too_few_to_know_a_header() -> None:
    extracted = read("pdf", pdf_of(printed("Crane manual", feet="Page #")[:2]))
    assert extracted.text.count("Crane manual") == 2
    assert "Page 1" in extracted.text


@pytest.mark.parametrize("careful", [False, True])
def test_a_numbered_heading_stands_alone(careful: bool) -> None:
    page = ["The mast is laid out first.", "3 Mounting", "Each bolt is greased and", "30 Nm are applied to it."]
    extracted = read("pdf", pdf_of([page]), careful=careful)
    assert (
        extracted.text
        == "The mast is laid out first.\n\n3 Mounting\n\nEach bolt is greased and\n30 Nm are applied to it."
    )
    assert [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks][1] == (
        "heading",
        "3 Mounting",
    )
    assert [section.title for section in extracted.sections] == ["3 Mounting"]


PRINT = [
    (24, "Crane manual", 30),
    (16, "Mounting of the", 18),
    (16, "lower mast", 30),
    (10, "Each bolt is greased and then", 12),
    (10, "tightened by hand", 12),
    (10, "Nm are given on the plate.", 24),
    (10, "The plate is on the left side of the mast", 30),
    (16, "Storage", 18),
    (10, "Bolts are stored dry.", 12),
]


def test_large_type_makes_sections_and_space_makes_paragraphs() -> None:
    extracted = read("pdf", pdf_printed(PRINT))
    assert [(section.level, section.title) for section in extracted.sections] == [
        (1, "Crane manual"),
        (2, "Mounting of the lower mast"),
        (2, "Storage"),
    ]
    assert [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks] == [
        ("heading", "Crane manual"),
        ("heading", "Mounting of the\nlower mast"),
        ("text", "Each bolt is greased and then\ntightened by hand\nNm are given on the plate."),
        ("text", "The plate is on the left side of the mast"),
        ("heading", "Storage"),
        ("text", "Bolts are stored dry."),
    ]
    assert [part.header for part in chunk(extracted, "M")] == [
        "M > Crane manual > Mounting of the lower mast",
        "M > Crane manual > Storage",
    ]


WORDS = st.sampled_from(
    ["Head", "Page 1", "Page 2", "3", "4 of 9", "text goes on", "End.", "2 Scope", "-", "a-", "é 北京", "  ", "12 Head"]
)
PAGES = st.lists(st.lists(WORDS, max_size=9), max_size=7)


@settings(max_examples=200)
@given(PAGES, st.sampled_from([0.0, 10.0]))
def test_only_repeated_lines_are_left_out_and_only_page_numbers_go_altogether(
    pages: list[list[str]], size: float
) -> None:
    read_pages = [
        [Line(text=text, size=size + len(text), top=-14.0 * at, bottom=-14.0 * at - 10) for at, text in enumerate(page)]
        for page in pages
    ]
    arranged = arrange(read_pages)
    assert len(arranged) == len(pages)
    for page, pieces in zip(pages, arranged, strict=True):
        left = iter(page)
        assert all(piece.text in left for piece in pieces)  # in order
        inner = [text for text in page if text.strip()][3:-3]
        assert not Counter(inner) - Counter(piece.text for piece in pieces)
    kept = {piece.text for pieces in arranged for piece in pieces}
    gone = {text for page in pages for text in page if text.strip()} - kept
    assert gone <= {"Page 1", "Page 2", "3", "4 of 9"}
    if len(pages) < 3:
        assert not gone


@settings(max_examples=30)
@given(st.lists(st.lists(WORDS.filter(str.isascii), min_size=1, max_size=9), min_size=1, max_size=5))
def test_blocks_hold_every_character_of_a_pdf(pages: list[list[str]]) -> None:
    if not any(text.strip() for page in pages for text in page):
        return
    extracted: Extracted = read("pdf", pdf_of([["Words", *page] for page in pages]))
    covered = 0
    for block in extracted.blocks:
        assert extracted.text[covered : block.start].strip() == ""
        assert extracted.text[block.start : block.end].strip() == extracted.text[block.start : block.end] != ""
        covered = block.end
    assert extracted.text[covered:].strip() == ""
    assert len(extracted.pages) == len(pages)
    assert list(extracted.pages) == sorted(extracted.pages)
