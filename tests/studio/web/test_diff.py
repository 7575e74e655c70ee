"""The word diff: what was read can be put back, hunk by hunk, byte for byte."""

import random
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.web import diff

PIECES = ["notice", "thirty", "sixty", "the", "of", "a", ",", ".", "don't", "1,000.5", "日本", "é", "\n", " ", "\t"]
WORDS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
TEXTS = st.one_of(WORDS, st.text(max_size=60))


def longest_common(old: list[str], new: list[str]) -> int:
    @cache
    def best(i: int, j: int) -> int:
        if i == len(old) or j == len(new):
            return 0
        if old[i] == new[j]:
            return 1 + best(i + 1, j + 1)
        return max(best(i + 1, j), best(i, j + 1))

    return best(0, 0)


@settings(max_examples=400)
@given(TEXTS, TEXTS)
def test_keeping_all_gives_the_revised_text_and_reverting_all_the_draft(draft: str, revised: str) -> None:
    runs = diff.word_diff(draft, revised)
    assert diff.keep(runs) == revised
    assert diff.revert(runs) == draft


def test_a_thousand_random_edits_come_back_byte_for_byte() -> None:
    rng = random.Random(7)
    vocabulary = [
        "time",
        "policy",
        " ",
        "  ",
        "\n\n",
        "party",
        "days,",
        "the",
        "of",
        "a",
        "–",
        "supplier’s",
        "日",
        "\u0301",
    ]
    for _ in range(1000):
        draft = [rng.choice(vocabulary) for _ in range(rng.randrange(80))]
        revised = [rng.choice(vocabulary) if rng.random() < 0.2 else word for word in draft if rng.random() < 0.9]
        runs = diff.word_diff(" ".join(draft), " ".join(revised))
        assert diff.keep(runs) == " ".join(revised)
        assert diff.revert(runs) == " ".join(draft)


@settings(max_examples=150)
@given(TEXTS, TEXTS, st.sets(st.integers(min_value=1, max_value=9)))
def test_reverting_some_hunks_leaves_the_others_revised(draft: str, revised: str, reverted: set[int]) -> None:
    runs = diff.word_diff(draft, revised)
    expected = "".join(
        part.equal if part.hunk is None else part.deleted if part.hunk in reverted else part.inserted
        for part in diff.parts(runs)
    )
    assert diff.apply(runs, reverted) == expected


@settings(max_examples=200)
@given(TEXTS, TEXTS)
def test_hunks_are_numbered_from_one_without_gaps_and_stand_apart(draft: str, revised: str) -> None:
    found = diff.parts(diff.word_diff(draft, revised))
    numbers = [part.hunk for part in found if part.hunk is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(a.hunk is None or b.hunk is None for a, b in pairwise(found))


@settings(max_examples=200)
@given(st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcde"), max_size=12))
def test_the_words_that_stay_are_as_many_as_can_stay(old: list[str], new: list[str]) -> None:
    pairs = diff._match(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    assert len(pairs) == longest_common(old, new)


@settings(max_examples=200)
@given(st.lists(st.sampled_from("abcdefghijk"), max_size=20), st.lists(st.sampled_from("abcdefghijk"), max_size=20))
def test_the_way_for_very_long_texts_matches_in_order_too(old: list[str], new: list[str]) -> None:
    pairs = diff._by_rare_words(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))


def test_equal_texts_have_no_hunk() -> None:
    assert [run.op for run in diff.word_diff("The same text.", "The same text.")] == ["equal"]


def test_two_empty_texts_have_no_run() -> None:
    assert diff.word_diff("", "") == []


def test_a_changed_word_is_one_hunk_without_its_space() -> None:
    runs = diff.word_diff("with thirty days", "with sixty days")
    assert [(run.op, run.text, run.hunk) for run in runs] == [
        ("equal", "with ", None),
        ("delete", "thirty", 1),
        ("insert", "sixty", 1),
        ("equal", " days", None),
    ]


def test_a_moved_line_break_leaves_the_words_alone() -> None:
    runs = diff.word_diff("one two three four", "one two\nthree four")
    assert [run.text for run in runs if run.op != "equal"] == [" ", "\n"]


def test_numbers_with_separators_are_one_word() -> None:
    runs = diff.word_diff("a sum of 1,000.50 dollars", "a sum of 1,000.75 dollars")
    assert [run.text for run in runs if run.op != "equal"] == ["1,000.50", "1,000.75"]


def test_very_long_texts_are_still_exact() -> None:
    rng = random.Random(5)
    words = [f"w{n}" for n in range(4000)] + ["the", "of", "a"] * 400
    draft = " ".join(rng.choice(words) for _ in range(12_000))
    revised = " ".join(rng.choice(words) for _ in range(12_000))
    runs = diff.word_diff(draft, revised)
    assert diff.keep(runs) == revised
    assert diff.revert(runs) == draft
