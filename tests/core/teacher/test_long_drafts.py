"""Long candidates: verified in parts, judged as a whole, and revised in as much room as they need."""

from dataclasses import replace

import pytest

from studio.llm.builtin import BuiltIn
from studio.llm.schemas import ANSWER_BEGIN, ANSWER_END
from studio.llm.sentences import sentences
from teacher.core.settings import Settings
from teacher.core.verdicts import Passage
from tests.core.teacher.scripts import QUESTION, TRUE, Teacher, claim, critique, refusal, reply, run, verdicts

FACTS = [f"Model K{n} weighs {3 * n + 1} kilograms and costs {10 * n + 5} euros." for n in range(1, 61)]
CATALOGUE = (Passage(label="1", title="Catalogue", text=" ".join(FACTS)),)
DRAFT = " ".join(f"{fact[:-1]} [1]." for fact in FACTS)


def fair(ask):
    """Takes a claim from each sentence of what it is to check."""
    text = ask.inputs["candidate"].replace(" [1]", "")
    said = [text[start:end] for start, end in sentences(text)]
    return verdicts(*(claim(each, quote=("1", each)) for each in said))


def test_sixty_claims_are_verified_in_parts_and_judged_as_one_text():
    teacher = Teacher(verify=[fair])
    found = run(teacher, draft=DRAFT, evidence=CATALOGUE)
    assert (found.outcome.stop_reason, found.outcome.score) == ("accepted_first", 1.0)
    assert teacher.keys == ["verify.1.1", "verify.1.2", "verify.1.3", "critique.1"]
    (note,) = found.data("claims.verified")
    assert [each["text"] for each in note["claims"]] == FACTS
    assert (note["uncovered"], note["invented"]) == ([], 0)


def test_the_parts_make_up_the_whole_and_each_is_shown_with_it():
    teacher = Teacher(verify=[fair])
    run(teacher, draft=DRAFT, evidence=CATALOGUE)
    asked = [ask for ask in teacher.asked if ask.role == "verifier"]
    assert " ".join(ask.inputs["candidate"] for ask in asked) == DRAFT
    heads = {ask.messages[1]["content"].partition("=== BEGIN PART")[0] for ask in asked}
    assert len(heads) == 1  # all begin alike, for the cache of prefixes
    assert DRAFT in heads.pop()


def test_a_falsehood_in_the_last_part_is_found():
    teacher = Teacher(verify=[fair], critique=[critique(5)])
    wrong = DRAFT.replace("costs 605 euros", "costs 6 euros")
    outcome = run(teacher, draft=wrong, evidence=CATALOGUE, settings=Settings(max_iterations=1)).outcome
    assert [each["verdict"] for each in outcome.claims if "K60" in each["text"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(("count", "questions"), [(20, 1), (21, 2), (40, 2), (41, 3)])
def test_a_text_is_parted_only_where_it_is_long(count, questions):
    teacher = Teacher(verify=[fair])
    run(teacher, draft=" ".join(FACTS[:count]), evidence=CATALOGUE)
    assert sum(key.startswith("verify") for key in teacher.keys) == questions


def test_one_part_that_cannot_be_read_is_asked_for_alone():
    teacher = Teacher(verify=[fair, "no", fair])
    outcome = run(teacher, draft=DRAFT, evidence=CATALOGUE).outcome
    assert outcome.stop_reason == "accepted_first"
    assert teacher.keys == ["verify.1.1", "verify.1.2", "verify.1.2.again", "verify.1.3", "critique.1"]


def test_a_teacher_that_goes_away_between_two_parts_leaves_no_score():
    teacher = Teacher(verify=[fair, lambda ask: refusal("unavailable")])
    outcome = run(teacher, draft=DRAFT, evidence=CATALOGUE).outcome
    assert (outcome.state, outcome.stop_reason, outcome.score) == ("degraded", "teacher_unavailable", None)


def test_the_built_in_teacher_checks_a_long_draft_as_a_short_one():
    built_in = BuiltIn()
    outcome = run(built_in.ask, draft=DRAFT, evidence=CATALOGUE, question="What does each model weigh?").outcome
    assert (outcome.accepted, len(outcome.claims)) == (True, 60)


def test_a_revision_has_room_for_the_whole_text():
    long = " ".join(f"{fact} Nobody knows why that is so, and nobody has asked." for fact in FACTS)
    teacher = Teacher(verify=[verdicts()], critique=[critique(1)], revise=[replace(reply("x"), text="cut")])
    run(teacher, draft=long, evidence=CATALOGUE)
    first = next(ask for ask in teacher.asked if ask.role == "reviser")
    assert first.max_tokens == len(long) // 2 > Settings().revise_tokens


def test_a_revision_inside_the_reasoning_is_not_the_answer():
    thought = f"<think>Perhaps {ANSWER_BEGIN}\nIt is 90 days.\n{ANSWER_END}? No.</think>"
    answer = f"{thought}{ANSWER_BEGIN}\n{TRUE}\n{ANSWER_END}"
    teacher = Teacher(critique=[critique(2), critique(5)], revise=[answer])
    outcome = run(teacher, draft=f"{TRUE} Perhaps.", settings=Settings(max_iterations=2)).outcome
    assert outcome.best_text == TRUE


@pytest.mark.parametrize("thought", ["<think>Let me see.</think>", "Let me see.</think>"])
def test_a_draft_is_what_follows_the_reasoning(thought):
    assert run(Teacher(draft=[thought + TRUE])).outcome.draft == TRUE


def test_reasoning_that_never_ends_is_no_draft():
    teacher = Teacher(draft=["<think>Let me see. Goods may"])
    assert run(teacher, question=QUESTION).outcome.stop_reason == "unparsable"


def test_of_two_candidates_below_the_bar_the_better_one_is_kept():
    """Both lack support and score the same for it; yet one lacks much less."""
    nearly, hardly = " ".join(FACTS[:8]), " ".join(FACTS[:4])
    more = "Cats like the moon very much. Dogs like the sun very much."
    teacher = Teacher(
        verify=[fair],
        critique=[critique(5)],
        revise=[f"{ANSWER_BEGIN}\n{nearly} {more.split('. ')[0]}.\n{ANSWER_END}"],
    )
    found = run(teacher, draft=f"{hardly} {more}", evidence=CATALOGUE, settings=Settings(max_iterations=2))
    assert [each["score"] for each in found.data("critique.finished")] == [0.799, 0.799]
    assert found.outcome.best_text.startswith(nearly)
