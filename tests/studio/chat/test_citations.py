"""Citations: shown only when their words stand in a passage."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.chat.core.citations import Composed, Composer, Passage, compose, renumbered
from studio.chat.queries import CONTEXT, around
from studio.web.markdown import to_html as markdown
from tests.studio.chat.passages import PASSAGES, REFUNDS, SHIPPING, passage

SENTENCE = REFUNDS[:43]
DAYS = "paid within fourteen (14) days"
CHIP = re.compile(r'<a class="cite" href="[^"]*"[^>]*>(\d+)</a>')


def assert_sound(composed: Composed, passages: tuple[Passage, ...]) -> None:
    """Each citation is the document's own words at its place, and each number shown is one of them."""
    by_chunk = {p.chunk_id: p for p in passages}
    for citation in composed.citations:
        source = by_chunk[citation.chunk_id]
        assert citation.document_id == source.document_id
        assert source.text[citation.start - source.start : citation.end - source.start] == citation.quote
    addresses = {citation.n: f"/d/{citation.n}" for citation in composed.citations}
    html = markdown(composed.text, addresses)
    assert {int(n) for n in CHIP.findall(html)} <= set(addresses)
    assert "is-bad" not in html


@pytest.mark.parametrize(
    ("raw", "text", "quotes"),
    [
        ('Paid in 14 days [1: "within fourteen (14) days"].', "Paid in 14 days [1].", ["within fourteen (14) days"]),
        ("Paid in 14 days [1: “WITHIN FOURTEEN (14)  days”].", "Paid in 14 days [1].", ["within fourteen (14) days"]),
        (
            "Refunds are paid within fourteen (14) days [1].",
            "Refunds are paid within fourteen (14) days [1].",
            [SENTENCE],
        ),
        (
            "Refunds are paid within fourteen (14) days. [1]",
            "Refunds are paid within fourteen (14) days. [1]",
            [SENTENCE],
        ),
        ('Two weeks [1].\n\n```quotes\n[1] "paid within fourteen (14) days"\n```', "Two weeks [1].", [DAYS]),
        ('Two weeks [1].\n\nQuotes:\n- [1]: "paid within fourteen (14) days"', "Two weeks [1].", [DAYS]),
        ('30 euro [1].\n```quotes\n[{"passage": 1, "quote": "The fee is 30"}]\n```', "30 euro [1].", ["The fee is 30"]),
        ("It ships on Monday [2: Orders ship on Monday].", "It ships on Monday [1].", ["Orders ship on Monday"]),
        ('No cover [Passage 2: "Insurance is not included"]', "No cover [1]", ["Insurance is not included"]),
        ('Free for members [2: "unless the customer is"].', "Free for members [1].", ["unless the customer is"]),
    ],
)
def test_a_quote_that_stands_is_cited_at_its_place(raw: str, text: str, quotes: list[str]) -> None:
    composed = compose(raw, PASSAGES)
    assert composed.text == text
    assert [citation.quote for citation in composed.citations] == quotes
    assert composed.removed == ()
    assert_sound(composed, PASSAGES)


@pytest.mark.parametrize(
    "raw",
    [
        'The price covers insurance [2: "Insurance is included in the price"].',
        'The price covers insurance [2: "Insurance is never included in the price"].',
        'The fee is low [1: "The fee is 31 euro"].',
        "The fee is rather low for everybody [1].",
        "The fee [9] is low.",
        'Low fee [1].\n\n```quotes\n[1] "The fee is 3 euro"\n```',
        "Yes [1].",
    ],
)
def test_a_quote_that_does_not_stand_is_removed_and_counted(raw: str) -> None:
    composed = compose(raw, PASSAGES)
    assert composed.citations == ()
    assert len(composed.removed) == 1
    assert "[" not in composed.text
    assert " ." not in composed.text


def test_the_same_words_cited_twice_have_one_number() -> None:
    composed = compose('A [1: "The fee is 30 euro"]. B [2: "Orders ship"]. C [1: "the fee is 30 euro"].', PASSAGES)
    assert composed.text == "A [1]. B [2]. C [1]."
    assert len(composed.citations) == 2


def test_a_repeated_text_is_cited_in_the_passage_that_was_named() -> None:
    twins = (passage(1, "The fee is 30 euro."), passage(2, "The fee is 30 euro.", start=700))
    composed = compose('It costs 30 [2: "The fee is 30 euro"].', twins)
    assert composed.citations[0].start == 700


def test_each_statement_gets_the_quote_of_the_block_that_is_most_like_it() -> None:
    block = '```quotes\n[2] "ship from Tromsø"\n[2] "ship on Monday"\n```'
    composed = compose(f"It leaves on Monday [2]. It leaves from Tromsø [2].\n\n{block}", PASSAGES)
    assert [citation.quote for citation in composed.citations] == ["ship on Monday", "ship from Tromsø"]


def test_brackets_in_code_are_no_citations() -> None:
    raw = 'Use `a[1]`:\n\n```py\nx = a[2]\n```\nThe fee is 30 [1: "fee is 30 euro"].'
    composed = compose(raw, PASSAGES)
    assert "`a[1]`" in composed.text
    assert "x = a[2]" in composed.text
    assert len(composed.citations) == 1
    assert composed.removed == ()


def test_a_number_never_becomes_the_text_of_a_link() -> None:
    raw = 'A [1: "The fee is 30 euro"](https://evil.example) B [1: "The fee is 30 euro"][[9]8](https://evil.example)'
    composed = compose(raw, PASSAGES)
    assert "evil.example</a>" not in markdown(composed.text, {1: "/d/1"})
    assert 'href="https://evil.example' not in markdown(composed.text, {1: "/d/1"})


def test_an_answer_cut_inside_a_mark_ends_before_it() -> None:
    assert compose('The fee is 30 euro [1: "The fee is', PASSAGES).text == "The fee is 30 euro"


def test_nothing_of_a_mark_or_of_the_block_shows_while_an_answer_streams_in() -> None:
    raw = 'The fee is 30 [1: "The fee is 30 euro"]. It ships [2].\n\n```quotes\n[2] "Orders ship on Monday"\n```\n'
    composer = Composer(PASSAGES)
    for end in range(len(raw) + 1):
        shown = composer.compose(raw[:end], done=False)
        assert "quotes" not in shown.text
        assert '"' not in shown.text
        assert not re.search(r"\[(?!\d\])", shown.text)
        assert_sound(shown, PASSAGES)
    assert composer.compose(raw, done=True).text == "The fee is 30 [1]. It ships [2]."


def test_a_bare_mark_waits_for_its_quote_and_is_not_counted_before_the_end() -> None:
    shown = compose("It leaves on Monday [2]. Then", PASSAGES, done=False)
    assert shown.text == "It leaves on Monday. Then"
    assert shown.removed == ()


WORDS = st.sampled_from(re.findall(r"\w+", REFUNDS + SHIPPING))
LABELS = st.integers(0, 12).map(str)


@st.composite
def stretches(draw: st.DrawFn) -> str:
    """Words copied from a passage, whole."""
    text = draw(st.sampled_from([REFUNDS, SHIPPING]))
    places = [found.span() for found in re.finditer(r"\w+", text)]
    first = draw(st.integers(0, len(places) - 1))
    last = draw(st.integers(first, len(places) - 1))
    return text[places[first][0] : places[last][1]]


QUOTES = st.one_of(
    stretches(), stretches().map(lambda words: f"{words} not"), st.lists(WORDS, max_size=5).map(" ".join)
)
FRAGMENTS = st.one_of(
    WORDS,
    QUOTES,
    st.builds('[{}: "{}"]'.format, LABELS, QUOTES),
    st.builds("[{}]".format, LABELS),
    st.builds("[{}, {}]".format, LABELS, LABELS),
    st.builds("[{}](https://evil.example/{})".format, LABELS, LABELS),
    st.builds('\n```quotes\n[{}] "{}"\n```\n'.format, LABELS, QUOTES),
    st.sampled_from([*"[]()\"'`*_!#|\\<>", "\n", "\n\n", ". ", "```", "[[", "]]"]),
    st.sampled_from(["Quotes:\n", "[1", "1]", ': "', '"]', "😀"]),
)
ANSWERS = st.lists(FRAGMENTS, max_size=25).map(" ".join) | st.lists(FRAGMENTS, max_size=25).map("".join)


@given(ANSWERS)
def test_no_citation_is_shown_whose_words_are_not_in_the_text(raw: str) -> None:
    assert_sound(compose(raw, PASSAGES), PASSAGES)


@given(ANSWERS, st.integers(0, 400))
def test_no_unproved_citation_is_shown_at_any_moment_of_the_stream(raw: str, end: int) -> None:
    assert_sound(compose(raw[:end], PASSAGES, done=False), PASSAGES)


@given(stretches(), st.data())
def test_a_quote_with_one_word_changed_is_always_removed(words: str, data: st.DataObject) -> None:
    places = [found.span() for found in re.finditer(r"\w+", words)]
    start, end = data.draw(st.sampled_from(places))
    changed = words[:start] + data.draw(st.sampled_from(["maybe", "99", "never", "Oslo"])) + words[end:]
    composed = compose(f'It is so [1: "{changed}"].', PASSAGES)
    assert composed.citations == ()
    assert composed.removed[0].quote == changed.strip()


@given(stretches().filter(lambda words: len(re.sub(r"\W", "", words)) >= 3))
def test_a_quote_copied_whole_always_stands(words: str) -> None:
    composed = compose(f'It is so [1: "{words}"].', PASSAGES)
    assert len(composed.citations) == 1
    assert composed.removed == ()


def test_the_words_around_a_quote_are_of_its_paragraph_and_whole() -> None:
    text = f"Another.\n\n{'long ago ' * 40}the quote{' and so on' * 40}\n\nYet another."
    start = text.index("the quote")
    before, after = around(text, start, start + len("the quote"))
    assert before.startswith("… ")
    assert after.endswith(" …")
    assert set(before.split()) == {"…", "long", "ago"}
    assert set(after.split()) == {"…", "and", "so", "on"}
    assert around("One.\n\nIt is so, says he.\n\nTwo.", 12, 14) == ("It is ", ", says he.")
    unbroken = "東" * 400
    assert around(unbroken, 200, 202) == ("… " + "東" * CONTEXT, "東" * CONTEXT + " …")


def test_other_numbers_leave_code_alone_and_drop_what_has_none() -> None:
    assert renumbered("Paid [1][3] in `a[1]` days [2].", {1: 4, 3: 1}) == "Paid [4][1] in `a[1]` days."
