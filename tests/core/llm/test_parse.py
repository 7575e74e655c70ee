"""Reading JSON that a model wrote, and the closed shapes on top of it."""

import json
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.llm.parse import Malformed, Parsed, read_object
from studio.llm.schemas import ASPECTS, label, read_critique, read_rewrite, read_verdicts, write_rewrite

texts = st.text(string.printable + "äß—日", max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
objects = st.dictionaries(texts, values, max_size=4)


@given(objects)
def test_strict_json_is_read_at_level_0(value):
    assert read_object(json.dumps(value)) == Parsed(value=value, level=0)


@given(
    objects,
    st.sampled_from(
        [
            "```json\n{}\n```",
            "Sure! Here it is:\n{}\nHope it helps.",
            "\ufeff{}",
            "<think>a {{ b</think>{}",
            "a {{ b</think>\n{}",
        ]
    ),
)
def test_wrapping_is_taken_off_at_level_1(value, wrapping):
    text = wrapping.replace("{{", "{").replace("{}", json.dumps(value))
    found = read_object(text)
    assert isinstance(found, Parsed)
    assert found.value == value
    assert found.level <= 1


@given(
    st.dictionaries(
        st.text(string.ascii_letters + "'\" ", max_size=8),
        st.lists(st.booleans() | st.none() | st.integers()),
        max_size=3,
    )
)
def test_a_python_literal_is_read_at_level_2(value):
    found = read_object(repr(value))
    assert isinstance(found, Parsed)
    assert found.value == value


def test_trailing_commas_are_dropped():
    assert read_object('{"a": [1, 2,], "b": {"c": 1,},}') == Parsed(value={"a": [1, 2], "b": {"c": 1}}, level=2)


@given(objects, st.data())
def test_a_cut_answer_is_never_completed(value, data):
    assume(value)
    text = json.dumps(value)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    assert isinstance(read_object(cut), Malformed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "null",
        "[]",
        '"x"',
        "no",
        "{",
        "}",
        "{}}{",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1, "a": 2}',
        "{'a': 1, 'a': 2}",
        '{"a": 1} {"b": 2}',
        '{"a": undefined}',
        '{"a": "x}',
        '{"a": [1, 2}',
        "{a: 1}",
        '{"a": ' * 20_000,
        '{"a": ' + "9" * 5_000 + "}",
        "{'a': __import__('os')}",
        "x" * 3_000_000,
    ],
)
def test_what_is_no_single_whole_object_is_malformed(text):
    found = read_object(text)
    assert isinstance(found, Malformed)
    assert 0 < len(found.error) < 300


@given(st.text(max_size=200) | st.text("{}[]\"':,\\ aTrue1e", max_size=60))
def test_no_text_breaks_the_reader(text):
    assert isinstance(read_object(text), Parsed | Malformed)
    assert read_verdicts(text) is not None
    assert read_critique(text) is not None
    assert read_rewrite(text) is not None


@pytest.mark.parametrize(
    ("written", "meant"),
    [(3, "3"), ("3", "3"), ("c3", "3"), ("[3]", "3"), ("[[c03]]", "3"), ("x", "x"), (None, "None")],
)
def test_a_passage_label_is_read_in_the_ways_models_write_it(written, meant):
    assert label(written) == meant


def test_verdicts_are_read():
    quotes = [{"chunk": "[[2]]", "text": "b"}]
    text = json.dumps({"claims": [{"text": " a ", "kind": "Fact", "verdict": "not found", "quotes": quotes}]})
    (claim,) = read_verdicts(text).claims
    assert (claim.text, claim.kind, claim.verdict, claim.quotes[0].chunk) == ("a", "fact", "NOT_FOUND", "2")


@pytest.mark.parametrize(
    "claim",
    [
        "x",
        {"text": "a"},
        {"text": "", "verdict": "SUPPORTED"},
        {"text": 5, "verdict": "SUPPORTED"},
        {"text": "a", "verdict": "YES"},
        {"text": "a", "verdict": None},
        {"text": "a", "verdict": "SUPPORTED", "kind": "rumour"},
        {"text": "a", "verdict": "SUPPORTED", "quotes": "b"},
        {"text": "a", "verdict": "SUPPORTED", "quotes": [{"chunk": 1}]},
        {"text": "a", "verdict": "SUPPORTED", "quotes": [{"chunk": 1, "text": "b"}] * 9},
        {"text": "a" * 2001, "verdict": "SUPPORTED"},
    ],
)
def test_a_claim_of_another_shape_makes_the_answer_malformed(claim):
    assert isinstance(read_verdicts(json.dumps({"claims": [claim]})), Malformed)


def test_too_many_claims_are_malformed():
    claim = {"text": "a", "verdict": "SUPPORTED"}
    assert isinstance(read_verdicts(json.dumps({"claims": [claim] * 121})), Malformed)


def test_a_critique_is_read_in_the_order_of_the_aspects():
    aspects = [{"name": name, "why": "", "score": "4"} for name in reversed(ASPECTS)]
    found = read_critique(
        json.dumps({"aspects": aspects, "issues": [{"aspect": "tone", "severity": "minor", "fix": "x"}]})
    )
    assert [aspect.name for aspect in found.aspects] == list(ASPECTS)
    assert {aspect.score for aspect in found.aspects} == {4}
    assert [issue.id for issue in found.issues] == ["i1"]


@given(st.text(min_size=1).filter(lambda t: t.strip() and "ANSWER>>>" not in t), objects)
def test_a_rewrite_is_read_back(text, trailer):
    assert read_rewrite(write_rewrite(text, json.dumps(trailer))).text == text.strip()


def test_a_cut_trailer_costs_the_trailer_not_the_text():
    found = read_rewrite('<<<ANSWER\nText.\nANSWER>>>\n{"applied": ["i1"')
    assert (found.text, found.applied) == ("Text.", ())


def test_what_was_applied_is_read_as_ids():
    found = read_rewrite(write_rewrite("T", '{"applied": ["i1", 5], "not_applied": [{"id": "i2", "why": "x"}]}'))
    assert (found.applied, found.not_applied) == (("i1",), ("i2",))
