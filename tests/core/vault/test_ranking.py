"""Ranking: exact search under a mask, stable fusion, and the measured traps, each of which fails here if it returns."""

import sqlite3
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.vault.core.ranking import (
    DEPTH,
    MAX_TERMS,
    STOP_WORDS,
    fuse,
    highlights,
    keyword_text,
    knows_language,
    match_any,
    nearest,
    snippet,
    terms,
)

Search = Callable[[str], list[tuple[int, float]]]

DOCUMENTS = {
    1: "The reactor pump must be inspected every month by a certified engineer.",
    2: "Employees are entitled to paid leave; leave that is not taken lapses in March.",
    3: "The pump of the fountain in the garden was painted green.",
    4: "北京市是中华人民共和国的首都,上海是最大的城市。",
    5: "An engineer may take leave. Pumps are not inspected then.",
}


@pytest.fixture
def index() -> Iterator[Search]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE chunks USING fts5(words, tokenize='porter unicode61')")
    rows = [(id_, keyword_text(text)) for id_, text in DOCUMENTS.items()]
    connection.executemany("INSERT INTO chunks(rowid, words) VALUES (?, ?)", rows)

    def search(query: str) -> list[tuple[int, float]]:
        sql = "SELECT rowid, -bm25(chunks) AS score FROM chunks WHERE chunks MATCH ? ORDER BY score DESC, rowid"
        return connection.execute(sql, [match_any(terms(query))]).fetchall()

    yield search
    connection.close()


def test_a_question_matches_by_any_word_not_by_all(index: Search) -> None:
    found = [id_ for id_, _ in index("How often does the reactor pump have to be inspected, and who decides?")]
    assert found[0] == 1
    assert set(found) == {1, 3, 5}


def test_a_repeated_term_counts_twice(index: Search) -> None:
    assert terms("leave leave pump") == ["leave", "leave", "pump"]
    once = dict(index("leave pump"))
    twice = dict(index("leave leave pump"))
    assert twice[2] == pytest.approx(2 * once[2])
    assert twice[3] == pytest.approx(once[3])


def test_frequent_terms_are_kept_and_only_words_of_grammar_removed() -> None:
    assert len(STOP_WORDS) == 33
    assert terms("What is the pump and the leave") == ["pump", "leave"]
    assert terms("all new time people") == ["all", "new", "time", "people"]


def test_a_query_of_stop_words_alone_keeps_them() -> None:
    assert terms("to be or not to be") == ["to", "be", "or", "not", "to", "be"]


def test_scripts_without_spaces_are_found_inside_a_sentence(index: Search) -> None:
    assert [id_ for id_, _ in index("首都")] == [4]
    assert [id_ for id_, _ in index("中国的首都是哪里")] == [4]


def test_the_vector_leg_is_left_out_for_languages_it_does_not_know() -> None:
    assert knows_language("How many days of leave do I get?")
    assert knows_language("pump inspection interval")
    assert knows_language("café résumé policy")
    assert not knows_language("Сколько дней отпуска?")
    assert not knows_language("年假有多少天")
    assert not knows_language("كم عدد أيام الإجازة")
    assert not knows_language("Wie lange ist die Kündigungsfrist?")
    assert not knows_language("¿Cuál es la duración del contrato?")


@pytest.mark.parametrize(
    "query", ['"', "' OR 1", "a NEAR(b)", "words:x", "-x", "a*", "(((", "^a", "AND", "\x00", "a\x00b", "😀"]
)
def test_no_query_is_read_as_syntax(index: Search, query: str) -> None:
    words = terms(query)
    if words:
        index(query)
    assert all(word not in {"(", '"', "*"} for word in words)


def test_very_long_queries_are_cut() -> None:
    assert len(terms("pump " * 1_000)) == MAX_TERMS


def test_nearest_ranks_by_cosine_with_ties_by_row() -> None:
    matrix = np.array([[0, 1], [1, 0], [1, 0], [0.6, 0.8]], np.float32)
    query = np.array([1, 0], np.float32)
    assert nearest(matrix, query, limit=3) == [(1, 1.0), (2, 1.0), (3, pytest.approx(0.6))]
    assert nearest(matrix[:0], query, limit=3) == []
    assert nearest(matrix, query, limit=0) == []


@settings(max_examples=200)
@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_a_mask_is_applied_before_ranking(rows: int, limit: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.integers(-2, 3, (rows, 4)).astype(np.float32)  # many ties
    query = random.integers(-2, 3, 4).astype(np.float32)
    mask = random.random(rows) < random.random()
    found = nearest(matrix, query, limit=limit, mask=mask)
    scores = matrix @ query
    expected = sorted((row for row in range(rows) if mask[row]), key=lambda row: (-scores[row], row))[:limit]
    assert [row for row, _ in found] == expected


HALF = {"keyword": 0.5, "meaning": 0.5}


def test_fusion_weighs_both_legs_by_min_max() -> None:
    fused = fuse({"keyword": [(1, 9.0), (2, 5.0), (3, 1.0)], "meaning": [(3, 0.8), (2, 0.7), (4, 0.6)]}, HALF)
    assert [(item.id, item.score) for item in fused] == [(1, 0.5), (2, 0.5), (3, 0.5), (4, 0.0)]
    assert fused[1].legs == {"keyword": (2, 5.0, 0.25), "meaning": (2, 0.7, pytest.approx(0.25))}


def test_fusion_looks_at_a_hundred_of_each_leg() -> None:
    fused = fuse({"keyword": [(number, 1000.0 - number) for number in range(150)]}, HALF)
    assert len(fused) == DEPTH


def test_equal_scores_give_full_marks() -> None:
    assert [item.score for item in fuse({"keyword": [(7, 3.0)]}, HALF)] == [0.5]


def test_a_leg_without_weight_does_not_rank() -> None:
    assert fuse({"meaning": [(1, 0.9)], "keyword": []}, {"keyword": 1.0}) == []


ranking = st.lists(st.tuples(st.integers(0, 30), st.floats(-10, 10)), max_size=30, unique_by=lambda pair: pair[0])


@given(ranking, ranking)
def test_fusion_is_stable_and_bounded(first: list[tuple[int, float]], second: list[tuple[int, float]]) -> None:
    legs = {
        name: sorted(leg, key=lambda pair: (-pair[1], pair[0]))
        for name, leg in (("keyword", first), ("meaning", second))
    }
    fused = fuse(legs, HALF)
    assert fused == fuse(dict(reversed(legs.items())), HALF)
    assert all(0 <= item.score <= 1 for item in fused)
    assert {item.id for item in fused} == {id_ for id_, _ in first + second}
    assert [(-item.score, item.id) for item in fused] == sorted((-item.score, item.id) for item in fused)


def test_highlights_mark_words_of_the_same_stem() -> None:
    text = "Pumps are inspected; the pump's inspection."
    assert [text[a:b] for a, b in highlights(text, terms("inspect pump"))] == ["Pumps", "inspected", "pump"]
    assert [DOCUMENTS[4][a:b] for a, b in highlights(DOCUMENTS[4], terms("首都"))] == ["首都"]


def test_a_snippet_is_the_window_with_most_query_words() -> None:
    text = "Filler words here. " * 40 + "The pump needs an inspection now. " + "More filler text. " * 40
    start, end = snippet(text, terms("pump inspection"), width=120)
    assert "pump needs an inspection" in text[start:end]
    assert end - start <= 120
    assert snippet("short", ["x"]) == (0, 5)


@given(st.text(), st.text())
def test_any_query_and_text_give_spans_inside(query: str, text: str) -> None:
    words = terms(query)
    assert all(0 <= a < b <= len(text) for a, b in highlights(text, words))
    start, end = snippet(text, words, width=20)
    assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The ﬁnancial ofﬁce", "financial office"),
        ("Donau\u00addampf\u00adschiff", "Donaudampfschiff"),
        ("zero\u200bwidth", "zerowidth"),
        ("cafe\u0301 menu", "CAFÉ"),
        ("Die Straße", "strasse"),
        ("see studio/settings.py", "settings.py"),
        ("snake_case_name", "case"),
        ("part XK-7731", "7731"),
        ("ＡＢＣ１２３", "abc123"),
        ("연차휴가는 이십팔일입니다", "휴가"),
        ("所得税法", "税"),
        ("𠀋𠀌", "𠀋"),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, query: str) -> None:
    assert set(terms(query)) <= set(keyword_text(text).split())


@pytest.mark.parametrize(
    "query",
    ["price per seat", "OS requirements", "comment policy", "Los Angeles office", "von Neumann machine", "die casting"],
)
def test_one_doubtful_word_does_not_make_a_query_foreign(query: str) -> None:
    assert knows_language(query)


@pytest.mark.parametrize("query", ["Wie viel Urlaub", "politique de la société", "política de los empleados"])
def test_small_words_of_other_languages_are_known(query: str) -> None:
    assert not knows_language(query)


def test_the_words_of_the_question_do_not_rank() -> None:
    assert terms("How can I find out when the seal was replaced?") == ["find", "out", "seal", "replaced"]
    assert terms("who am I") == ["who", "am", "i"]
