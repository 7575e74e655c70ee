"""How sessions end: the usual courses, and a table of everything a teacher can get wrong."""

import json
from decimal import Decimal

import pytest

from studio.llm.builtin import BuiltIn
from studio.llm.steps import Usage
from teacher.core.outcome import ACCEPTED
from teacher.core.rubrics import Bar
from teacher.core.settings import Settings
from tests.core.teacher.scripts import (
    FALSE,
    LONGER,
    PASSAGES,
    TRUE,
    Teacher,
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


def test_a_good_draft_is_verified_and_accepted_at_once():
    teacher = Teacher()
    run_ = run(teacher)
    assert teacher.keys == ["draft", "verify.1", "critique.1"]
    assert (run_.outcome.state, run_.outcome.stop_reason) == ("done", "accepted_first")
    assert run_.outcome.best_text == run_.outcome.draft == TRUE
    assert run_.outcome.score == 1.0


def test_a_given_draft_is_not_drafted_again():
    teacher = Teacher()
    assert run(teacher, draft=TRUE).outcome.accepted
    assert "draft" not in teacher.keys


def test_a_contradicted_draft_is_revised_and_the_revision_is_judged():
    teacher = Teacher(draft=[FALSE], revise=[rewrite(LONGER)])
    outcome = run(teacher).outcome
    assert teacher.keys == ["draft", "verify.1", "critique.1", "revise.1", "verify.2", "critique.2"]
    assert (outcome.stop_reason, outcome.iterations, outcome.best_text) == ("accepted", 2, LONGER)


def test_the_events_of_a_session_come_in_order():
    kinds = [note.kind for note in run(Teacher(draft=[FALSE])).notes]
    assert kinds == [
        "draft.finished",
        "claims.verified",
        "critique.finished",
        "decision.made",
        "revision.finished",
        "claims.verified",
        "critique.finished",
        "decision.made",
    ]


def test_every_key_of_a_session_is_used_once():
    teacher = Teacher(
        draft=["", TRUE], verify=["no", honest], critique=["{}", critique(3)], revise=["?", rewrite(LONGER)]
    )
    result = run(teacher)
    keys = teacher.keys + [note.key for note in result.notes]
    assert len(keys) == len(set(keys))


def test_a_high_score_does_not_pass_a_contradiction():
    """The judge loves it; the evidence says otherwise."""
    outcome = run(Teacher(draft=[FALSE], revise=[rewrite(FALSE + " It is so.")])).outcome
    assert outcome.stop_reason == "contradiction_unresolved"
    assert outcome.score is not None
    assert outcome.score < 0.3


def test_the_best_candidate_is_kept_when_rewrites_get_worse():
    scores = [critique(4, issues=[issue("blocker")]), critique(2), critique(1)]
    texts = [rewrite(LONGER), rewrite(LONGER + " Opened software cannot be returned [1].")]
    outcome = run(Teacher(critique=scores, revise=texts)).outcome
    assert (outcome.stop_reason, outcome.best_text) == ("regressed_twice", TRUE)


def test_a_rewrite_after_a_failed_one_starts_from_the_best_and_knows_why_it_failed():
    teacher = Teacher(
        critique=[critique(3), critique(1, issues=[issue(fix="Do not ramble.")]), critique(5)],
        revise=[rewrite(LONGER), rewrite(LONGER + " Opened software cannot be returned [1].")],
    )
    outcome = run(teacher).outcome
    second = next(ask for ask in teacher.asked if ask.key == "revise.2")
    assert second.inputs["candidate"] == TRUE
    assert second.inputs["failed"] == ["Do not ramble."]
    assert outcome.accepted


def test_two_gains_too_small_stop_as_no_progress():
    texts = [rewrite(LONGER), rewrite(LONGER + " Opened software cannot be returned [1].")]
    outcome = run(Teacher(critique=[critique(3)], revise=texts)).outcome
    assert outcome.stop_reason == "no_progress"


def test_the_iterations_are_bounded():
    long = [rewrite(f"{TRUE} The buyer pays for the return parcel [1]. {'x' * n}") for n in range(9)]
    grades = [critique(1), critique(2), critique(3)]
    outcome = run(Teacher(critique=grades, revise=long), settings=Settings(max_iterations=2)).outcome
    assert (outcome.stop_reason, outcome.iterations) == ("max_iterations", 2)


def test_a_rewrite_that_comes_back_to_an_earlier_text_stops_the_session():
    outcome = run(
        Teacher(critique=[critique(2), critique(3)], revise=[rewrite(LONGER), rewrite(TRUE)]),
        settings=Settings(max_iterations=9),
    ).outcome
    assert (outcome.stop_reason, outcome.best_text) == ("oscillating", LONGER)


def test_a_rewrite_that_changes_nothing_is_no_progress():
    outcome = run(Teacher(critique=[critique(2)], revise=[rewrite(TRUE)])).outcome
    assert (outcome.stop_reason, outcome.iterations) == ("no_progress", 1)


def test_the_budget_stops_before_the_next_question():
    def priced(ask):
        answer = Teacher()(ask)
        return type(answer)(**{**_fields(answer), "cost_usd": Decimal("0.02")})

    outcome = run(priced, settings=Settings(max_cost_usd=Decimal("0.03"))).outcome
    assert (outcome.state, outcome.stop_reason, outcome.score) == ("degraded", "budget", None)
    assert outcome.cost_usd == Decimal("0.04")


def test_the_time_limit_stops_before_the_next_question():
    def slow(ask):
        answer = Teacher()(ask)
        return type(answer)(**{**_fields(answer), "latency_ms": 40_000})

    outcome = run(slow, settings=Settings(max_model_seconds=60)).outcome
    assert (outcome.state, outcome.stop_reason) == ("degraded", "deadline")


def _fields(answer):
    return {name: getattr(answer, name) for name in answer.__slots__}


def test_without_evidence_nothing_is_asked_and_nothing_accepted():
    teacher = Teacher()
    outcome = run(teacher, draft=TRUE, evidence=()).outcome
    assert (outcome.state, outcome.stop_reason, outcome.score) == ("degraded", "no_evidence", None)
    assert run(teacher, evidence=()).outcome.state == "failed"
    assert teacher.asked == []


def test_tokens_are_added_up():
    outcome = run(Teacher()).outcome
    assert outcome.usage == Usage(prompt=30, completion=30)


def test_the_threshold_is_met_exactly_at_its_value():
    grades = {"relevance": 5, "completeness": 1, "clarity": 5, "instruction": 5, "tone": 5}
    aspects = [{"name": name, "why": "", "score": score} for name, score in grades.items()]
    text = json.dumps({"aspects": aspects, "issues": []})
    at = run(Teacher(critique=[text]), settings=Settings(bar=Bar(threshold=0.8))).outcome
    above = run(Teacher(critique=[text]), settings=Settings(bar=Bar(threshold=0.801))).outcome
    assert (at.score, at.accepted) == (0.8, True)
    assert not above.accepted


def test_the_built_in_teacher_walks_the_same_loop():
    with BuiltIn() as built_in:
        outcome = run(built_in.ask, draft=FALSE).outcome
    assert outcome.accepted
    assert "30 days" in outcome.best_text
    assert outcome.answered_by == (("built-in (extractive, no language model)", "Built-in teacher"),)


# --- the table of faults: name, teacher, given draft, expected state, expected stop reason ---

_CUT = reply('{"claims": [', finish_reason="length")
_FENCED = "```json\n" + verdicts(claim(TRUE)) + "\n```"
_OUTAGE = '{"verified": true, "score": 0.8}'
ISSUE_BLOCKER = [issue("blocker")]


def saying(*claims):
    return Teacher(verify=[verdicts(*claims)])


def quoting(text, quote):
    return saying(claim(text, quote=("1", quote)))


def _unchanged(ask):
    return rewrite(ask.inputs["candidate"])


FAULTS = [
    # what the first design of this loop got wrong
    ("every call is answered 503", Teacher(verify=[refusal("unavailable")]), TRUE, "degraded", "teacher_unavailable"),
    ("a canned outage answer", Teacher(verify=[_OUTAGE]), TRUE, "degraded", "unparsable"),
    ("a canned outage answer as critique", Teacher(critique=[_OUTAGE]), TRUE, "degraded", "unparsable"),
    ("JSON in a fence costs nothing extra", Teacher(verify=[_FENCED]), TRUE, "done", "accepted_first"),
    ("a truncated rewrite", Teacher(revise=[reply("<<<ANSWER\nGoo", "length")]), FALSE, "degraded", "unparsable"),
    ("a score as a string is read", Teacher(critique=[critique("5")]), TRUE, "done", "accepted_first"),
    ("a score as a fraction is malformed", Teacher(critique=[critique("0.5")]), TRUE, "degraded", "unparsable"),
    ("a score in percent is malformed", Teacher(critique=[critique(62)]), TRUE, "degraded", "unparsable"),
    ("the judge is happy, evidence contradicts", Teacher(), FALSE, "done", "accepted"),
    # the providers
    ("drafter down", Teacher(draft=[refusal("unavailable")]), None, "failed", "teacher_unavailable"),
    ("drafter rate limited", Teacher(draft=[refusal("rate_limited")]), None, "failed", "teacher_unavailable"),
    ("drafter slow", Teacher(draft=[refusal("timeout")]), None, "failed", "teacher_unavailable"),
    ("drafter without credit", Teacher(draft=[refusal("balance")]), None, "failed", "teacher_unavailable"),
    ("drafter with a bad key", Teacher(draft=[refusal("auth")]), None, "failed", "teacher_unavailable"),
    ("drafter request refused", Teacher(draft=[refusal("bad_request")]), None, "failed", "request_rejected"),
    ("drafter context too long", Teacher(draft=[refusal("context_length")]), None, "failed", "request_rejected"),
    ("drafter content filter", Teacher(draft=[refusal("content")]), None, "failed", "refused"),
    ("drafter cancelled", Teacher(draft=[refusal("cancelled")]), None, "cancelled", "cancelled"),
    ("verifier rate limited", Teacher(verify=[refusal("rate_limited")]), None, "degraded", "teacher_unavailable"),
    ("verifier slow", Teacher(verify=[refusal("timeout")]), None, "degraded", "teacher_unavailable"),
    ("verifier without credit", Teacher(verify=[refusal("balance")]), None, "degraded", "teacher_unavailable"),
    ("verifier key revoked", Teacher(verify=[refusal("auth")]), None, "degraded", "teacher_unavailable"),
    ("verifier context too long", Teacher(verify=[refusal("context_length")]), None, "degraded", "request_rejected"),
    ("verifier request refused", Teacher(verify=[refusal("bad_request")]), None, "degraded", "request_rejected"),
    ("verifier content filter", Teacher(verify=[refusal("content")]), None, "degraded", "refused"),
    ("verifier cancelled", Teacher(verify=[refusal("cancelled")]), None, "cancelled", "cancelled"),
    ("critic down", Teacher(critique=[refusal("unavailable")]), None, "degraded", "teacher_unavailable"),
    ("critic content filter", Teacher(critique=[refusal("content")]), None, "degraded", "refused"),
    ("critic cancelled", Teacher(critique=[refusal("cancelled")]), None, "cancelled", "cancelled"),
    ("reviser down", Teacher(revise=[refusal("unavailable")]), FALSE, "degraded", "teacher_unavailable"),
    ("reviser content filter", Teacher(revise=[refusal("content")]), FALSE, "degraded", "refused"),
    ("reviser cancelled", Teacher(revise=[refusal("cancelled")]), FALSE, "cancelled", "cancelled"),
    ("second verifier slow", Teacher(verify=[honest, refusal("timeout")]), FALSE, "degraded", "teacher_unavailable"),
    ("second critic cancelled", Teacher(critique=[critique(), refusal("cancelled")]), FALSE, "cancelled", "cancelled"),
    ("the finish reason is a filter", Teacher(draft=[reply("No.", "content_filter")]), None, "failed", "refused"),
    # unreadable answers
    ("empty draft once", Teacher(draft=["", TRUE]), None, "done", "accepted_first"),
    ("empty draft twice", Teacher(draft=["", "  "]), None, "failed", "unparsable"),
    ("draft cut once", Teacher(draft=[reply("Goods may", "length"), TRUE]), None, "done", "accepted_first"),
    ("draft cut twice", Teacher(draft=[reply("Goods may", "length")]), None, "failed", "unparsable"),
    ("verdicts malformed once", Teacher(verify=["sorry", honest]), None, "done", "accepted_first"),
    ("verdicts malformed twice", Teacher(verify=["sorry"]), None, "degraded", "unparsable"),
    ("verdicts empty twice", Teacher(verify=[""]), None, "degraded", "unparsable"),
    ("verdicts cut once", Teacher(verify=[_CUT, honest]), None, "done", "accepted_first"),
    ("verdicts cut twice", Teacher(verify=[_CUT]), None, "degraded", "unparsable"),
    ("cut yet whole", Teacher(verify=[reply(verdicts(claim(TRUE)), "length")]), TRUE, "degraded", "unparsable"),
    ("verdicts malformed then cut", Teacher(verify=["no", _CUT]), None, "degraded", "unparsable"),
    ("verdicts with an open bracket", Teacher(verify=['{"claims": [{"text": "x"']), None, "degraded", "unparsable"),
    ("verdicts a list", Teacher(verify=["[]"]), None, "degraded", "unparsable"),
    ("an unknown verdict word", saying(claim(TRUE, "MAYBE")), None, "degraded", "unparsable"),
    ("claims is not a list", Teacher(verify=['{"claims": "none"}']), None, "degraded", "unparsable"),
    ("single quotes and commas", Teacher(verify=[str({"claims": [claim(TRUE)]})]), TRUE, "done", "accepted_first"),
    ("critique malformed once", Teacher(critique=["no", critique(5)]), None, "done", "accepted_first"),
    ("critique malformed twice", Teacher(critique=["no"]), None, "degraded", "unparsable"),
    ("score 0", Teacher(critique=[critique(0)]), None, "degraded", "unparsable"),
    ("score 6", Teacher(critique=[critique(6)]), None, "degraded", "unparsable"),
    ("score -1", Teacher(critique=[critique(-1)]), None, "degraded", "unparsable"),
    ("score true", Teacher(critique=[critique(True)]), None, "degraded", "unparsable"),
    ("score null", Teacher(critique=[critique(None)]), None, "degraded", "unparsable"),
    ("score 4.5", Teacher(critique=[critique(4.5)]), None, "degraded", "unparsable"),
    ("score 4.0 is read", Teacher(critique=[critique(5.0)]), None, "done", "accepted_first"),
    ("score NaN", Teacher(critique=[critique(float("nan"))]), None, "degraded", "unparsable"),
    ("score infinite", Teacher(critique=[critique(5).replace("5", "1e999")]), None, "degraded", "unparsable"),
    ("an aspect missing", Teacher(critique=['{"aspects": [], "issues": []}']), TRUE, "degraded", "unparsable"),
    ("an aspect twice", Teacher(critique=[critique(5).replace("clarity", "tone")]), None, "degraded", "unparsable"),
    ("an unknown severity", Teacher(critique=[critique(5, issues=[issue("huge")])]), None, "degraded", "unparsable"),
    ("the candidate is a refusal", Teacher(critique=[critique(5, refusal=True)]), None, "degraded", "refused"),
    ("rewrite without marks twice", Teacher(revise=["Goods."]), FALSE, "degraded", "unparsable"),
    ("rewrite without marks once", Teacher(revise=["Goods.", rewrite(LONGER)]), FALSE, "done", "accepted"),
    ("rewrite without an end mark", Teacher(revise=[f"<<<ANSWER\n{LONGER}"]), FALSE, "degraded", "unparsable"),
    ("rewrite empty", Teacher(revise=[rewrite("")]), FALSE, "degraded", "unparsable"),
    ("rewrite without its trailer", Teacher(revise=[f"<<<ANSWER\n{LONGER}\nANSWER>>>"]), FALSE, "done", "accepted"),
    ("rewrite a stump", Teacher(critique=[critique(3)], revise=[rewrite("30 days.")]), TRUE, "degraded", "unparsable"),
    ("an essay", Teacher(critique=[critique(3)], revise=[rewrite(LONGER * 20)]), TRUE, "degraded", "unparsable"),
    # verdicts that do not stand
    ("no claims at all", Teacher(verify=[verdicts()]), TRUE, "done", "no_progress"),
    ("an invented quote", quoting(TRUE, "Goods may be kept for ever and ever."), TRUE, "done", "no_progress"),
    ("a quote with another number", quoting(FALSE, FALSE.replace(" [1]", "")), FALSE, "done", "no_progress"),
    ("a true quote for a false number", saying(claim(FALSE)), FALSE, "done", "no_progress"),
    ("a quote too short to prove anything", quoting(TRUE, "30 days"), TRUE, "done", "no_progress"),
    ("a fact called not checkable", saying(claim(TRUE, "NOT_CHECKABLE")), TRUE, "done", "no_progress"),
    ("only the true half is listed", saying(claim(TRUE)), f"{TRUE} Shipping is always free.", "done", "no_progress"),
    ("claims the candidate does not make", saying(claim("Refunds are paid.")), TRUE, "done", "no_progress"),
    ("a blocker", Teacher(critique=[critique(5, issues=ISSUE_BLOCKER)]), TRUE, "done", "no_progress"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "teacher", "draft", "state", "reason"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_ends_in_a_named_state(name, teacher, draft, state, reason):
    script = Teacher(
        **{name: getattr(teacher, name) for name in ("draft", "verify", "critique")}, revise=teacher.revise
    )
    if reason == "no_progress":
        script.revise = [lambda ask: rewrite(ask.inputs["candidate"])]
    outcome = run(script, draft=draft).outcome
    assert (outcome.state, outcome.stop_reason) == (state, reason)
    if state in ("degraded", "failed", "cancelled"):
        assert not outcome.accepted
        assert outcome.message
    if state == "failed":
        assert (outcome.best_text, outcome.score) == ("", None)
    if reason not in ACCEPTED and outcome.score is not None:
        assert outcome.score < 0.8


def test_the_table_of_faults_is_long_enough():
    assert len(FAULTS) >= 60


@pytest.mark.parametrize("role", ["verify", "critique"])
def test_a_failure_after_a_judged_candidate_keeps_it_with_its_score(role):
    usual = {"verify": honest, "critique": critique(3)}[role]
    teacher = Teacher(**{"critique": [critique(3)], role: [usual, refusal("unavailable")]})
    outcome = run(teacher, draft=TRUE).outcome
    assert (outcome.state, outcome.best_text, outcome.score) == ("degraded", TRUE, 0.675)


def test_a_cut_answer_is_asked_again_with_twice_the_room():
    teacher = Teacher(verify=[_CUT, honest])
    run(teacher)
    assert [ask.max_tokens for ask in teacher.asked if ask.role == "verifier"] == [4096, 8192]


def test_a_malformed_answer_is_sent_back_with_what_was_wrong():
    teacher = Teacher(critique=[critique(62), critique(5)])
    run(teacher)
    again = next(ask for ask in teacher.asked if ask.key == "critique.1.again")
    assert again.messages[-2]["content"] == critique(62)
    assert "must be a whole number from 1 to 5" in again.messages[-1]["content"]


def test_each_fault_costs_at_most_two_calls_more():
    teacher = Teacher(verify=[_CUT, "no", honest])
    assert run(teacher).outcome.accepted
    assert teacher.keys == ["draft", "verify.1", "verify.1.longer", "verify.1.longer.again", "critique.1"]


def test_the_evidence_stands_before_everything_that_changes():
    teacher = Teacher(draft=[FALSE])
    run(teacher)
    contents = [ask.messages[1]["content"] for ask in teacher.asked]
    shared = contents[0].index("TASK:")
    assert all(content.startswith(contents[0][:shared]) for content in contents)
    assert all(passage.text in contents[0][:shared] for passage in PASSAGES)
