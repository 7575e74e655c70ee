"""The built-in teacher against more than a thousand false claims and more than a hundred true paraphrases."""

from collections import Counter
from functools import cache

import pytest

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import Judgement, judge
from studio.llm.builtin.write import rewrite
from tests.core.llm.falsehoods import ALL, COLD, RETURNS, RX40, TRAVEL, Falsehood, falsehoods, true_sentences
from tests.core.llm.handmade import HANDMADE
from tests.core.llm.paraphrases import PARAPHRASES

#: Classes in which the evidence states it otherwise, so that silence is not enough.
STATED = ("number", "unit", "bound", "negation", "modality", "date or period", "role or name")
KINDS = (*STATED, "quantifier", "only, unless", "invented detail", "glued")


@cache
def _judged() -> list[tuple[Falsehood, Judgement]]:
    evidence = {id(document): Evidence(document) for document in ALL}
    return [(false, judge(false.claim, evidence[id(false.document)])) for false in falsehoods()]


def _opposed(false: Falsehood, found: Judgement) -> bool:
    """Contradicted, with the sentence it was made from as the quote."""
    if found.verdict != "CONTRADICTED":
        return False
    quote, source = found.proof[0].quotable.rstrip("."), false.source.rstrip(".")
    return quote in source or source in quote


def test_the_corpus_of_false_claims_is_large_and_the_same_every_time():
    counts = Counter(false.kind for false in falsehoods())
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 20
    assert sum(counts.values()) >= 1500
    assert falsehoods() == falsehoods()


@pytest.mark.parametrize("kind", KINDS)
def test_no_false_claim_is_supported(kind):
    supported = [false.claim for false, found in _judged() if false.kind == kind and found.verdict == "SUPPORTED"]
    assert supported == []


def test_no_handmade_falsehood_is_supported():
    verdicts = {claim: judge(claim, Evidence(document)).verdict for document, claim in HANDMADE}
    assert len(verdicts) >= 100
    assert [claim for claim, verdict in verdicts.items() if verdict == "SUPPORTED"] == []


def test_a_claim_the_evidence_states_otherwise_is_contradicted_with_that_sentence():
    outcomes = [_opposed(false, found) for false, found in _judged() if false.kind in STATED]
    assert sum(outcomes) >= 0.9 * len(outcomes)


@pytest.mark.parametrize(
    ("kind", "share"), [("number", 0.95), ("bound", 0.9), ("negation", 0.9), ("role or name", 0.65)]
)
def test_each_class_of_difference_is_seen(kind, share):
    outcomes = [_opposed(false, found) for false, found in _judged() if false.kind == kind]
    assert sum(outcomes) >= share * len(outcomes)


def test_what_the_evidence_only_does_not_say_is_not_contradicted():
    quiet = ("only, unless", "invented detail")
    verdicts = Counter(found.verdict for false, found in _judged() if false.kind in quiet)
    assert verdicts["CONTRADICTED"] <= 0.02 * verdicts.total()


def test_true_paraphrases_are_supported_and_hardly_ever_contradicted():
    verdicts = Counter(judge(claim, Evidence(document)).verdict for document, claim in PARAPHRASES)
    assert len(PARAPHRASES) >= 140
    assert verdicts["SUPPORTED"] >= 0.95 * len(PARAPHRASES)
    assert verdicts["CONTRADICTED"] <= 2


@pytest.mark.parametrize("change", ["{}", "{} [1]", "  {}", "{}\n"])
def test_every_sentence_of_a_document_supports_itself(change):
    unsupported = [
        sentence
        for document in ALL
        for evidence in [Evidence(document)]
        for sentence in true_sentences(document)
        if judge(change.format(sentence), evidence).verdict != "SUPPORTED"
    ]
    assert unsupported == []


OTHERWISE = [
    (TRAVEL, "Travel expenses above 500 euros are approved by the team lead.", "head of department"),
    (TRAVEL, "The daily allowance is 16 euros for a full day.", "32 euros for a full day"),
    (COLD, "Vaccines must be stored at 2 °C.", "between 2 °C and 8 °C"),
    (COLD, "The doors of a reefer may stay open for 12 minutes.", "at most 12 minutes"),
    (COLD, "The doors of a reefer may stay open for at most 12 minutes after loading.", "during loading"),
    (COLD, "Frozen food is stored at −18 °C or warmer.", "or colder"),
    (COLD, "Vaccines need not be stored between 2 °C and 8 °C.", "must be stored"),
    (COLD, "Vaccines must be stored between 8 °C and 2 °C.", "between 2 °C and 8 °C"),
    (COLD, "The last stop is loaded last.", "loaded first"),
    (RX40, "A unit without a valid calibration may carry vaccines.", "may not carry vaccines"),
    (RETURNS, "A complaint about the number of pallets is possible within 24 hours of delivery.", "pallets"),
]


@pytest.mark.parametrize(("document", "claim", "part"), OTHERWISE, ids=lambda v: v if isinstance(v, str) else "")
def test_the_quote_of_a_contradiction_says_how_it_is(document, claim, part):
    found = judge(claim, Evidence(document))
    assert found.verdict in ("CONTRADICTED", "NOT_FOUND")
    assert found.verdict == "NOT_FOUND" or part in found.proof[0].quotable


UNFOUNDED = [
    (COLD, "The dispatcher reads out the logger."),
    (COLD, "Half of the vaccines must be stored between 2 °C and 8 °C."),
    (COLD, "It is false that vaccines must be stored between 2 °C and 8 °C."),
    (COLD, "Old vaccines must be stored between 2 °C and 8 °C."),
    (COLD, "Vaccines were stored between 2 °C and 8 °C."),
    (COLD, "Goods of different temperature classes may share a vehicle."),
    (COLD, "Drivers need two days of training."),
    (TRAVEL, "Travel expenses are approved by the head of department."),
    (TRAVEL, "A rental car is allowed."),
    (RX40, "The air filter is checked every 500 hours and replaced every 3,000 hours."),
    (RETURNS, "A complaint goes to the head of quality."),
]


@pytest.mark.parametrize(("document", "claim"), UNFOUNDED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_claim_that_drops_adds_or_moves_a_condition_is_not_supported(document, claim):
    assert judge(claim, Evidence(document)).verdict != "SUPPORTED"


def test_a_rewrite_puts_the_sentence_of_the_document_in_the_place_of_the_false_one():
    question = "Who approves travel expenses above 500 euros?"
    wrong = "Travel expenses above 500 euros are approved by the team lead. An approval is given in the expense tool."
    revised = rewrite(question, wrong, Evidence(TRAVEL))
    assert "above 500 euros are approved by the head of department" in revised
    assert "team lead" not in revised
    assert "An approval is given in the expense tool" in revised
