"""Each reader gives the text in reading order, with blocks that hold every character and sections in place."""

import io
import zipfile
from pathlib import Path

import docx
import docx.oxml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.vault.core.document import Extracted, Kind, nest
from studio.vault.core.errors import DamagedFile, NoText, OverLimit, PasswordNeeded
from studio.vault.core.extract import read
from studio.vault.core.sniff import sniff
from tests.core.vault.builders import docx_package, paragraph, pdf_of

MARKDOWN = """---
draft: true
---
# Leave policy

Intro *text*. More.

## Annual [leave](x.md)

- one. And more
- two

| a | b |
|---|---|
| 1 | 2 |

```py
x = 1
```

[ref]: http://example.org
"""

HTML = """<!doctype html><html><head><title> Hand
book </title><script>evil()</script></head><body><nav>Menu</nav>
<h1>Leave <b>policy</b></h1><p>First<br>second line.</p><div>loose <i>text</i></div>
<ul><li>one<li>two <p>inner</p></ul><p hidden>secret</p><!-- comment -->
<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2 <b>x</b></td></tr></table>
<pre>code
  here</pre><h2>End</h2>tail</body></html>"""


def parts(extracted: Extracted) -> list[tuple[str, str]]:
    return [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]


def read_any(data: bytes) -> Extracted:
    return read(sniff(data), data)


def test_markdown_keeps_its_source_and_knows_its_blocks() -> None:
    extracted = read_any(MARKDOWN.replace("\n", "\r\n").encode())
    assert extracted.text == MARKDOWN
    assert extracted.title == "Leave policy"
    assert parts(extracted)[1:] == [
        ("heading", "# Leave policy"),
        ("text", "Intro *text*. More."),
        ("heading", "## Annual [leave](x.md)"),
        ("text", "- one. And more"),
        ("text", "- two"),
        ("row", "| a | b |\n|---|---|"),
        ("row", "| 1 | 2 |"),
        ("code", "```py\nx = 1\n```"),
        ("text", "[ref]: http://example.org"),
    ]
    assert [(s.level, s.title) for s in extracted.sections] == [(1, "Leave policy"), (2, "Annual leave")]


def test_html_gives_visible_text_only() -> None:
    extracted = read_any(HTML.encode())
    assert extracted.title == "Hand book"
    assert parts(extracted) == [
        ("heading", "Leave policy"),
        ("text", "First\nsecond line."),
        ("text", "loose text"),
        ("text", "one"),
        ("text", "two"),
        ("text", "inner"),
        ("row", "A | B"),
        ("row", "1 | 2 x"),
        ("code", "code\n  here"),
        ("heading", "End"),
        ("text", "tail"),
    ]
    assert "evil" not in extracted.text
    assert "secret" not in extracted.text


def test_csv_has_a_block_for_each_record_of_the_source() -> None:
    source = 'name,age,city\n"Smith, J",3,"New\nYork"\n\nBob,4,Rome\n'
    extracted = read_any(source.encode())
    assert extracted.text == source
    assert parts(extracted) == [("row", "name,age,city"), ("row", '"Smith, J",3,"New\nYork"'), ("row", "Bob,4,Rome")]


def test_a_csv_cell_beyond_all_measure_is_damaged() -> None:
    with pytest.raises(DamagedFile, match="line"):
        read("csv", b'a,b\n"' + b"x" * 1_100_000 + b'",1\n')


def test_plain_text_finds_unmistakable_headings_only() -> None:
    text = "1. Scope\n\nThis applies.\nTo all.\n\n1.2 Terms\n\nA term is a word.\n\nNot a heading as it ends.\n\nEnd"
    extracted = read_any(text.encode())
    assert [(s.level, s.title, s.start, s.end) for s in extracted.sections] == [
        (1, "1. Scope", 0, len(text)),
        (2, "1.2 Terms", 33, len(text)),
    ]


@pytest.mark.parametrize("careful", [False, True])
def test_pdf_pages_have_their_offsets(careful: bool) -> None:
    data = pdf_of([["Intro", "One (x) line."], ["Second page", "text"]])
    extracted = read("pdf", data, careful=careful)
    assert [extracted.text[start:].split("\n")[0] for start in extracted.pages] == ["Intro", "Second page"]
    assert extracted.page(0) == 1
    assert extracted.page(extracted.text.index("Second")) == 2
    assert extracted.page(len(extracted.text)) == 2


def test_pdf_outline_becomes_sections_at_the_titles_place() -> None:
    data = pdf_of(
        [["Preface", "Intro", "text"], ["Other", "Annual  leave", "more"]], outline=[("Intro", 0), ("Annual leave", 1)]
    )
    extracted = read("pdf", data)
    assert [extracted.text[s.start :].split("\n")[0].split() for s in extracted.sections] == [
        ["Intro"],
        ["Annual", "leave"],
    ]


def test_a_pdf_without_text_says_that_it_may_be_a_scan() -> None:
    with pytest.raises(NoText, match="scan"):
        read("pdf", pdf_of([[]]))


def test_a_protected_pdf_needs_a_password() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of([["x"]]))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    for careful in (False, True):
        with pytest.raises(PasswordNeeded):
            read("pdf", out.getvalue(), careful=careful)


@pytest.mark.parametrize("careful", [False, True])
def test_a_cut_off_pdf_is_damaged(careful: bool) -> None:
    with pytest.raises(DamagedFile):
        read("pdf", pdf_of([["x y z"]])[:200], careful=careful)


def test_word_headings_lists_and_tables_are_read_in_order() -> None:
    document = docx.Document()
    document.add_heading("Handbook", 0)
    document.add_heading("Leave", 1)
    document.add_paragraph("Some text.")
    document.add_paragraph("an item", style="List Bullet")
    table = document.add_table(2, 2)
    for (row, column), text in {(0, 0): "Region", (0, 1): "Days", (1, 0): "North", (1, 1): "3"}.items():
        table.cell(row, column).text = text
    document.add_paragraph("After.")
    out = io.BytesIO()
    document.save(out)
    extracted = read_any(out.getvalue())
    assert parts(extracted) == [
        ("heading", "Handbook"),
        ("heading", "Leave"),
        ("text", "Some text."),
        ("text", "an item"),
        ("row", "Region | Days"),
        ("row", "North | 3"),
        ("text", "After."),
    ]
    assert extracted.title == "Handbook"


def test_word_notes_insertions_and_controls_are_read_and_deletions_are_not() -> None:
    body = [
        b"<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>",
        b"<w:sdt><w:sdtContent>" + paragraph("inside") + b"</w:sdtContent></w:sdt>",
        b"<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>box</w:t></mc:Choice><mc:Fallback><w:t>box</w:t></mc:Fallback>"
        b"</mc:AlternateContent><w:tab/><w:t>after</w:t></w:r></w:p>",
    ]
    extracted = read_any(docx_package(body, footnotes="<w:footnote>" + paragraph("a note").decode() + "</w:footnote>"))
    assert [text for _, text in parts(extracted)] == ["new", "inside", "box after", "a note"]


def changed_package(data: bytes, old: bytes, new: bytes) -> bytes:
    """The same package with a text replaced in all its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(old, new))
    return out.getvalue()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"openxmlformats-officedocument.wordprocessingml.document.main", b"ms-word.document.macroEnabled.main"),
        (b"wordprocessingml.document.main", b"wordprocessingml.template.main"),
        (
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ],
    ids=["macros", "template", "strict", "strict relations"],
)
def test_every_dialect_of_word_is_read(old: bytes, new: bytes) -> None:
    document = docx.Document()
    document.add_heading("Policy", 1)
    document.add_paragraph("Read me.")
    out = io.BytesIO()
    document.save(out)
    assert parts(read_any(changed_package(out.getvalue(), old, new))) == [("heading", "Policy"), ("text", "Read me.")]


def test_word_headers_and_footers_are_read_once_and_formulas_in_their_place() -> None:
    document = docx.Document()
    document.add_paragraph("Energy ")._p.append(docx.oxml.parse_xml(FORMULA))
    document.sections[0].header.paragraphs[0].text = "Contract 4711"
    document.sections[0].footer.paragraphs[0].text = "Page footer"
    other = document.add_section()
    other.header.is_linked_to_previous = False
    other.header.paragraphs[0].text = "Contract 4711"
    out = io.BytesIO()
    document.save(out)
    texts = [text for _, text in parts(read_any(out.getvalue()))]
    assert texts == ["Energy E=mc2", "Contract 4711", "Page footer"]


FORMULA = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>E=mc2</m:t></m:r></m:oMath>'


def test_a_table_that_only_lays_out_a_page_is_read_as_the_page() -> None:
    page = b"<table><tr><td><h1>Handbook</h1><p>One.</p><table><tr><td>a<td>b</table></td><td>Side</td></tr></table>"
    assert parts(read("html", page)) == [
        ("heading", "Handbook"),
        ("text", "One."),
        ("row", "a | b"),
        ("text", "Side"),
    ]


def test_blocks_begin_with_a_character_that_is_seen() -> None:
    page = b"<html><pre>    indented</pre><table><tr><td></td><td>only</td></tr></table></html>"
    assert read("html", page).text == "    indented\n\n| only"
    assert parts(read("html", page)) == [("code", "indented"), ("row", "| only")]


def test_html_that_is_styled_away_is_not_read() -> None:
    page = b"<p style='display: none'>a</p><p style='x:y;visibility:HIDDEN'>b</p><p style='color:red'>c</p>"
    assert read("html", page).text == "c"


def test_word_entities_are_not_expanded() -> None:
    nested = "".join(f'<!ENTITY a{n} "{(f"&a{n - 1};") * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "lol">{nested}]>'
    with pytest.raises(DamagedFile):
        read_any(docx_package([b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>"], prologue=laughs))


def test_word_external_entities_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("classified")
    prologue = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
    extracted = read_any(
        docx_package([b"<w:p><w:r><w:t>A</w:t><w:t>&x;</w:t><w:t>B</w:t></w:r></w:p>"], prologue=prologue)
    )
    assert extracted.text == "AB"


def test_word_nesting_beyond_reason_is_refused() -> None:
    deep = b"<w:sdt>" * 240 + paragraph("x") + b"</w:sdt>" * 240
    with pytest.raises((OverLimit, DamagedFile)):
        read_any(docx_package([deep]))


def test_blank_files_hold_no_text() -> None:
    with pytest.raises(NoText):
        read_any(b" \n\t ")


def test_sections_end_where_their_level_begins_again() -> None:
    sections = nest([(1, "a", 0), (2, "b", 5), (3, "c", 6), (2, "d", 9), (1, "e", 20)], 30)
    assert [(s.title, s.start, s.end) for s in sections] == [
        ("a", 0, 20),
        ("b", 5, 9),
        ("c", 6, 9),
        ("d", 9, 20),
        ("e", 20, 30),
    ]


def check_blocks(extracted: Extracted) -> None:
    text = extracted.text
    covered = 0
    for block in extracted.blocks:
        assert text[covered : block.start].strip() == ""
        assert block.start < block.end <= len(text)
        assert text[block.start : block.end].strip() == text[block.start : block.end]
        covered = block.end
    assert text[covered:].strip() == ""
    assert Extracted.from_json(extracted.to_json()) == extracted


SOURCE_KINDS: list[Kind] = ["txt", "md", "csv"]
LINES = st.sampled_from(
    [
        *("# Head", "## Sub", "Some words. More!", "- item", "1. first", "| a | b |", "|---|---|", "```", "    code"),
        *(
            "> quote",
            "",
            "",
            "Title",
            "=====",
            "---",
            "<b>x</b>",
            "\ttab",
            "a,b,c",
            "\u2028",
            "é 北京。",
            "<!--",
            "[x]: y",
        ),
    ]
)


@settings(max_examples=150)
@given(st.lists(LINES, max_size=14), st.sampled_from(SOURCE_KINDS))
def test_source_kinds_keep_the_source_and_lose_no_character(lines: list[str], kind: Kind) -> None:
    source = "\n".join(lines)
    if source.strip():
        extracted = read(kind, source.encode())
        assert extracted.text == source
        check_blocks(extracted)


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</table>", "<li>", "<br>", "<pre>", "</pre>"),
        *("<h2>", "</h2>", "text ", "more\nwords", "&amp;", "<b>", "</b>", "<script>", "</script>", "\u00a0", "<!--"),
        *("-->", "北京"),
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=25))
def test_any_html_gives_text_in_ordered_blocks(pieces: list[str]) -> None:
    try:
        extracted = read("html", "".join(pieces).encode())
    except NoText:
        return
    check_blocks(extracted)
    assert "  " not in extracted.text.replace("\n", "") or "<pre>" in pieces
