"""What holds for every session whatever the teachers say: nothing fails open, the best stays, replays are alike."""

import json

from hypothesis import given
from hypothesis import strategies as st

from studio.llm.steps import Refusal, answer_from_data
from teacher.core.settings import Settings
from tests.core.teacher.scripts import (
    FALSE,
    LONGER,
    PASSAGES,
    TRUE,
    claim,
    critique,
    honest,
    issue,
    refusal,
    reply,
    rewrite,
    run,
    verdicts,
)

KINDS = [
    "unavailable",
    "rate_limited",
    "auth",
    "balance",
    "bad_request",
    "context_length",
    "content",
    "timeout",
    "cancelled",
]
PIECES = [
    "Goods may be returned within 30 days of delivery [1].",
    "Goods may be returned within 60 days of delivery [1].",
    "Opened software cannot be returned [1].",
    "Opened software can be returned [1].",
    "The buyer pays for the return parcel [1].",
    "Refunds are paid within 14 days to the original means of payment [2].",
    "Shipping to the moon takes a week.",
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4, unique=True).map(" ".join)
broken = st.sampled_from(["", "no", "{", "[]", '{"claims": 3}', '{"verified": true, "score": 0.8}', "null"]) | st.text(
    max_size=20
)
faults = st.sampled_from(KINDS).map(refusal) | broken | broken.map(lambda text: reply(text, "length"))
liar = st.lists(
    st.builds(
        claim, st.sampled_from(PIECES), st.sampled_from(["SUPPORTED", "CONTRADICTED", "NOT_FOUND", "NOT_CHECKABLE"])
    ),
    max_size=5,
).map(lambda claims: verdicts(*claims))
grades = st.builds(
    critique,
    st.integers(1, 5),
    issues=st.lists(st.builds(issue, st.sampled_from(["blocker", "major", "minor"])), max_size=3),
)
answers = {
    "drafter": texts | faults,
    "verifier": st.one_of(st.just(honest), st.just(honest), liar, liar, faults),
    "critic": st.one_of(grades, grades, grades, faults),
    "reviser": st.one_of(texts.map(rewrite), texts.map(rewrite), texts.map(rewrite), faults),
}
sessions = st.fixed_dictionaries({role: st.lists(given_, min_size=8, max_size=8) for role, given_ in answers.items()})
settings_ = st.builds(Settings, max_iterations=st.integers(1, 6))


class Scripted:
    def __init__(self, lists):
        self.lists = {role: list(answers) for role, answers in lists.items()}

    def __call__(self, ask):
        waiting = self.lists[ask.role]
        answer = waiting.pop(0) if waiting else "no"
        if callable(answer):
            answer = answer(ask)
        return reply(answer) if isinstance(answer, str) else answer


@given(sessions, st.none() | texts, settings_)
def test_no_session_fails_open(lists, draft, settings):
    result = run(Scripted(lists), draft=draft, settings=settings)
    outcome = result.outcome
    refused = any(isinstance(answer, Refusal) for answer in result.answers)
    scores = [note["score"] for note in result.data("critique.finished")]
    assert outcome.accepted <= (outcome.state == "done")
    assert not (outcome.accepted and refused)
    assert (outcome.state == "done") <= (not refused)
    if outcome.accepted:
        assert outcome.best.checked.contradicted == 0
        assert outcome.best.checked.grounding >= settings.bar.grounding
        assert outcome.score >= settings.bar.threshold
        assert all(issue_.severity != "blocker" for issue_ in outcome.best.issues)
    else:
        assert all(score < settings.bar.threshold for score in scores)
    assert (outcome.score is None) == (not scores)
    if scores:
        assert outcome.score == max(scores) >= scores[0]
    assert outcome.iterations == len(scores) <= settings.max_iterations
    assert bool(outcome.best_text) == bool(outcome.draft)


@given(sessions, st.none() | texts, settings_)
def test_a_replay_of_the_recorded_answers_gives_the_same_bytes(lists, draft, settings):
    first = run(Scripted(lists), draft=draft, settings=settings)
    recorded = [json.loads(json.dumps(answer.as_data())) for answer in first.answers]
    again = run(lambda ask: answer_from_data(recorded.pop(0)), draft=draft, settings=settings)
    assert _bytes(first) == _bytes(again)
    assert recorded == []


@given(sessions, texts)
def test_only_standing_quotes_are_shown(lists, draft):
    passages = {passage.label: passage.text for passage in PASSAGES}
    for found in run(Scripted(lists), draft=draft).data("claims.verified"):
        for shown in found["claims"]:
            assert all(passages[q["label"]][q["start"] : q["end"]] == q["text"] for q in shown["quotes"])
            assert shown["quotes"] or shown["verdict"] in ("NOT_FOUND", "NOT_CHECKABLE")


def _bytes(result):
    notes = [[note.kind, note.key, note.data] for note in result.notes]
    outcome = result.outcome
    end = [outcome.state, outcome.stop_reason, outcome.score, outcome.best_text, outcome.claims, outcome.iterations]
    return json.dumps([notes, end], sort_keys=True).encode()


def test_the_examples_cover_accepted_and_not():
    assert run(
        Scripted({"drafter": [TRUE], "verifier": [honest], "critic": [critique(5)], "reviser": []})
    ).outcome.accepted
    lists = {"drafter": [FALSE], "verifier": [honest], "critic": [critique(5)], "reviser": [rewrite(LONGER)]}
    assert not run(Scripted(lists)).outcome.accepted
