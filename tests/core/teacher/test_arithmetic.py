"""The numbers that decide: grounding counts all that needed support, limits hold at their exact value."""

from decimal import Decimal

import pytest

from studio.llm.schemas import ASPECTS, Aspect, Issue, SaidClaim, SaidQuote, Verdict
from studio.llm.steps import Reply
from teacher.core import rubrics
from teacher.core.rubrics import Bar
from teacher.core.settings import Settings
from teacher.core.verdicts import CheckedClaims, check
from tests.core.teacher.scripts import LONGER, PASSAGES, TRUE, Teacher, critique, rewrite, run

RETURNS = "Goods may be returned within 30 days of delivery."
WRONG = "Goods may be returned within 60 days of delivery."
ABSENT = "The buyer gets a voucher for the next order."
UNSAID = "Opened software is sold at half price."


def _check(candidate: str, *claims: tuple[str, Verdict, str]) -> CheckedClaims:
    said = [
        SaidClaim(
            text=text,
            kind="fact",
            verdict=verdict,
            quotes=(SaidQuote(chunk="1", text=quote),) if quote else (),
            why="",
        )
        for text, verdict, quote in claims
    ]
    return check(tuple(said), candidate, PASSAGES)


def test_grounding_is_the_supported_share_of_all_that_needed_support() -> None:
    checked = _check(
        f"{RETURNS} {WRONG} {ABSENT} {UNSAID}",
        (RETURNS, "SUPPORTED", RETURNS),
        (WRONG, "CONTRADICTED", RETURNS),
        (ABSENT, "NOT_FOUND", ""),
    )
    assert [claim.verdict for claim in checked.claims] == ["SUPPORTED", "CONTRADICTED", "NOT_FOUND"]
    assert len(checked.uncovered) == 1
    assert checked.grounding == 0.25


@pytest.mark.parametrize(("quote", "verdict"), [("of delivery", "NOT_FOUND"), ("Goods may be", "CONTRADICTED")])
def test_a_quote_has_three_words_at_least(quote: str, verdict: str) -> None:
    assert _check(WRONG, (WRONG, "CONTRADICTED", quote)).claims[0].verdict == verdict


def test_a_claim_in_other_words_is_placed_in_the_sentence_that_makes_it() -> None:
    candidate = f"{RETURNS} The buyer pays for the return parcel."
    (claim,) = _check(candidate, ("For the return parcel pays the buyer.", "SUPPORTED", "The buyer pays for")).claims
    assert candidate[slice(*claim.span)] == "The buyer pays for the return parcel."


@pytest.mark.parametrize("text", ["", "It is so.", "The buyer pays for a new garden shed.", "Returned within 45 days."])
def test_a_claim_that_the_candidate_does_not_make_has_no_place(text: str) -> None:
    checked = _check(RETURNS, (text, "SUPPORTED", RETURNS))
    assert (checked.claims, checked.invented) == ((), 1)


@pytest.mark.parametrize(("grounding", "sound"), [(0.9, True), (0.899, False)])
def test_the_least_grounding_is_enough(grounding: float, sound: bool) -> None:
    assert rubrics.is_sound(contradicted=0, grounding=grounding, issues=(), bar=Bar()) is sound


def test_a_blocker_or_a_contradiction_is_never_sound() -> None:
    blocker = Issue(id="i1", aspect="tone", severity="blocker", fix="Be kind.")
    assert not rubrics.is_sound(contradicted=0, grounding=1.0, issues=(blocker,), bar=Bar())
    assert not rubrics.is_sound(contradicted=1, grounding=1.0, issues=(), bar=Bar())


def test_the_weights_of_the_score_make_one_whole() -> None:
    best = [Aspect(name=name, why="", score=5) for name in ASPECTS]
    worst = [Aspect(name=name, why="", score=1) for name in ASPECTS]
    assert rubrics.value(best, 1.0, contradicted=0) == 1.0
    assert rubrics.value(worst, 0.0, contradicted=0) == 0.0
    assert rubrics.value(worst, 1.0, contradicted=0) == 0.35


def test_the_score_keeps_three_decimals() -> None:
    aspects = [Aspect(name=name, why="", score=5) for name in ASPECTS]
    value = rubrics.value(aspects, 1 / 3, contradicted=0)
    assert (value, rubrics.score(value, sound=False, bar=Bar(threshold=0.9))) == (0.767, 0.767)
    assert rubrics.score(1.0, sound=False, bar=Bar(threshold=0.8)) == 0.799
    assert rubrics.score(1.0, sound=False, bar=Bar(threshold=0.0)) == 0.0


def test_of_two_equal_candidates_the_earlier_is_kept() -> None:
    outcome = run(
        Teacher(critique=[critique(3)], revise=[rewrite(LONGER)]), settings=Settings(max_iterations=2)
    ).outcome
    assert outcome.best_text == TRUE


def test_one_small_gain_after_a_large_one_goes_on() -> None:
    texts = [rewrite(f"{LONGER} Opened software cannot be returned [1]."), rewrite(LONGER), rewrite(RETURNS + "  Yes.")]
    outcome = run(
        Teacher(critique=[critique(2), critique(3), critique(3), critique(5)], revise=texts),
        settings=Settings(max_iterations=4),
    ).outcome
    assert outcome.iterations == 4


def test_what_is_spent_to_the_last_cent_stops_the_session() -> None:
    teacher = Teacher(draft=[Reply(text=TRUE, cost_usd=Decimal("0.01"))])
    outcome = run(teacher, settings=Settings(max_cost_usd=Decimal("0.01"))).outcome
    assert (outcome.stop_reason, teacher.keys) == ("budget", ["draft"])
