"""Chunks: exact offsets, nothing lost, nothing twice, limits kept, headers only where they distinguish."""

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.vault.core.chunking import HARD_CAP, MAX_CHARS, TARGET, Chunk, chunk, count_words, indexed_text
from studio.vault.core.document import Extracted
from studio.vault.core.extract import read
from studio.vault.core.sniff import sniff


def chunks_of(source: str, title: str = "") -> list[tuple[str, str]]:
    extracted = read(sniff(source.encode()), source.encode())
    return [(piece.header, extracted.text[piece.start : piece.end]) for piece in chunk(extracted, title)]


SENTENCE = "The tenant pays the rent on the first working day of each month. "  # 13 words


def test_sentences_are_packed_up_to_the_target() -> None:
    pieces = chunks_of(SENTENCE * 25)
    assert [count_words(text) for _, text in pieces] == [117, 117, 91]
    assert all(text.startswith("The tenant") and text.endswith("month.") for _, text in pieces)


def test_a_sentence_is_never_cut_below_the_hard_cap() -> None:
    long = "word " * 149 + "end."
    assert [count_words(text) for _, text in chunks_of(f"{SENTENCE * 2}{long.capitalize()} {SENTENCE}")] == [
        26,
        150,
        13,
    ]


def test_a_sentence_beyond_the_hard_cap_is_cut_at_the_target() -> None:
    assert [count_words(text) for _, text in chunks_of("word " * 300)] == [TARGET, TARGET, 60]


def test_lines_without_sentences_are_cut_between_lines() -> None:
    source = "\n".join(f"10:00:{number % 60:02} INFO worker {number} has finished" for number in range(400))
    pieces = [text for _, text in chunks_of(source)]
    assert "\n".join(pieces) == source
    assert all(piece.startswith("10:00:") and piece.endswith("finished") for piece in pieces)


def test_a_cell_that_holds_a_page_is_cut_between_sentences() -> None:
    pieces = [text for _, text in chunks_of(f"<div><table><tr><td>{SENTENCE * 40}</td></tr></table></div>")]
    assert len(pieces) > 3
    assert all(piece.startswith("The tenant") and piece.endswith("month.") for piece in pieces)


def test_the_index_sees_what_people_would_type() -> None:
    assert indexed_text("ﬁnancial Donau\u00addampf\u00adschiff zero\u200bwidth organi-\nzation", "") == (
        "financial Donaudampfschiff zerowidth organization"
    )


def test_a_line_without_spaces_is_cut_by_length() -> None:
    pieces = chunks_of("x" * 10_000)
    assert "".join(text for _, text in pieces) == "x" * 10_000
    assert max(len(text) for _, text in pieces) <= MAX_CHARS


def test_a_heading_opens_a_chunk_and_headings_in_a_row_stay_together() -> None:
    assert [text for _, text in chunks_of("# A\n\n## B\n\nOne.\n\n## C\n\nTwo.")] == [
        "# A\n\n## B\n\nOne.",
        "## C\n\nTwo.",
    ]


def test_code_never_mixes_with_prose() -> None:
    source = "# A\n\nBefore.\n\n```\ncode\n```\n\nAfter."
    assert [text for _, text in chunks_of(source)] == ["# A\n\nBefore.", "```\ncode\n```", "After."]


def test_a_short_introduction_stays_with_its_table_and_text_after_it_does_not() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert [text for _, text in chunks_of(f"The limits:\n\n{table}\n\nAfter.")] == [f"The limits:\n\n{table}", "After."]
    assert [text[:5] for _, text in chunks_of(f"{SENTENCE * 4}\n\n{table}")] == ["The t", "| a |"]


def test_a_table_row_is_never_cut() -> None:
    rows = [f"{number},{'cell ' * 30}end" for number in range(20)]
    for _, text in chunks_of("id,text\n" + "\n".join(rows)):
        assert all(line == "id,text" or line in rows for line in text.split("\n"))


def test_a_header_names_title_and_sections() -> None:
    headers = [header for header, _ in chunks_of("# Leave\n\nOne.\n\n## Annual\n\nTwo.\n\n# Pay\n\nThree.", "Handbook")]
    assert headers == ["Handbook > Leave", "Handbook > Leave > Annual", "Handbook > Pay"]


def test_a_chunk_that_opens_with_headings_lies_in_the_innermost() -> None:
    headers = [header for header, _ in chunks_of("# Leave\n\n## Annual\n\nOne.\n\n## Sick\n\nTwo.", "Handbook")]
    assert headers == ["Handbook > Leave > Annual", "Handbook > Leave > Sick"]


def test_a_header_that_would_be_the_same_everywhere_is_left_out() -> None:
    assert {header for header, _ in chunks_of("# Only one\n\n" + SENTENCE * 30, "Handbook")} == {""}
    assert {header for header, _ in chunks_of(SENTENCE * 30, "Handbook")} == {""}


def test_a_title_that_repeats_the_first_section_stands_once() -> None:
    headers = [header for header, _ in chunks_of("# Leave\n\nOne.\n\n## Annual\n\nTwo.", "leave")]
    assert headers == ["Leave", "Leave > Annual"]


def test_the_header_is_in_the_indexed_text_only() -> None:
    assert indexed_text("passage", "Doc > Part") == "Doc > Part\npassage"
    assert indexed_text("passage", "") == "passage"


def test_a_word_divided_at_a_lines_end_is_indexed_whole() -> None:
    assert indexed_text("the pay-\nment of 3-\n5 euro", "") == "the payment of 3-\n5 euro"


def test_two_ideographs_count_as_one_word() -> None:
    assert count_words("北京是中国 capital") == 4


PARTS = st.sampled_from(
    [
        *("# Head", "## Sub", SENTENCE, SENTENCE * 12, "- item one. Two.", "| a | b |\n|---|---|\n| 1 | 2 |", ""),
        *(
            "```\nx = 1\n\ny = 2\n```",
            "word " * 200,
            "x" * 5_000,
            "北京是中国的首都。" * 60,
            "> quote",
            "***",
            "<p>x</p>",
        ),
    ]
)


def check(extracted: Extracted, pieces: list[Chunk]) -> None:
    text, covered = extracted.text, 0
    for piece in pieces:
        passage = text[piece.start : piece.end]
        assert text[covered : piece.start].strip() == ""
        assert passage
        assert passage == passage.strip()
        assert piece.words == count_words(passage) <= HARD_CAP
        assert len(passage) <= MAX_CHARS
        covered = piece.end
    assert text[covered:].strip() == ""


@settings(max_examples=100)
@given(st.lists(PARTS, min_size=1, max_size=8), st.sampled_from(["\n\n", "\n", " "]))
def test_chunks_hold_every_character_once_within_the_limits(parts: list[str], glue: str) -> None:
    source = glue.join(parts)
    if source.strip():
        extracted = read(sniff(source.encode()), source.encode())
        check(extracted, chunk(extracted, "Title"))


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1))
def test_any_text_is_chunked_without_loss(text: str) -> None:
    if text.strip():
        extracted = read("txt", text.encode())
        check(extracted, chunk(extracted))
