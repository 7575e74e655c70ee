"""The checks on verdicts: quotes stand or fall; figures, names and negation must be in them; nothing is skipped."""

import random

import pytest

from studio.llm.schemas import SaidClaim, SaidQuote
from teacher.core.verdicts import Passage, check

TEXT = (
    "Goods may be returned within 30 days of delivery. Opened software cannot be returned. The buyer pays for the "
    "return parcel. Refunds are paid within 14 days by Harbour Bank to the original means of payment."
)
PASSAGES = (
    Passage(label="1", title="Returns at Northwind", text=TEXT),
    Passage(label="2", title="Opening hours", text="The shop is open from 9:00 to 18:00 from Monday to Friday."),
)


def said(text, verdict="SUPPORTED", *quotes, kind="fact"):
    found = tuple(SaidQuote(chunk=chunk, text=words) for chunk, words in quotes)
    return SaidClaim(text=text, kind=kind, verdict=verdict, quotes=found, why="")


def checked(candidate, *claims, question=""):
    return check(claims, candidate, PASSAGES, question=question)


def only(candidate, claim, **more):
    (found,) = checked(candidate, claim, **more).claims
    return found


RETURNS = "Goods may be returned within 30 days of delivery."


def test_a_standing_quote_is_shown_at_its_exact_place():
    claim = only(
        "Goods may be returned within 30 days.",
        said("Goods may be returned within 30 days", "SUPPORTED", ("1", RETURNS)),
    )
    (quote,) = claim.quotes
    assert claim.verdict == "SUPPORTED"
    assert TEXT[quote.start : quote.end] == quote.text == RETURNS


def test_a_quote_under_the_wrong_label_is_moved_to_its_passage():
    assert only(RETURNS, said(RETURNS, "SUPPORTED", ("2", RETURNS))).quotes[0].passage.label == "1"
    assert only(RETURNS, said(RETURNS, "SUPPORTED", ("77", RETURNS))).quotes[0].passage.label == "1"


@pytest.mark.parametrize("verdict", ["SUPPORTED", "CONTRADICTED"])
@pytest.mark.parametrize(
    "quote",
    [
        "Goods may be returned within 60 days of delivery.",
        "Goods may not be returned within 30 days of delivery.",
        "Opened software can be returned.",
        "30 days",
        "",
        "delivery. The buyer pays for the parcel",
    ],
)
def test_a_verdict_without_a_standing_quote_becomes_not_found(verdict, quote):
    claim = only(RETURNS, said(RETURNS, verdict, ("1", quote)))
    assert (claim.verdict, claim.downgraded, claim.quotes) == ("NOT_FOUND", True, ())


def test_a_contradiction_with_a_standing_quote_stays():
    text = "Goods may be returned within 60 days."
    assert only(text, said(text, "CONTRADICTED", ("1", RETURNS))).verdict == "CONTRADICTED"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Goods may be returned within 60 days.", RETURNS),
        ("Goods may be returned within 30 weeks.", RETURNS),
        ("Goods may be returned until 30 March.", RETURNS),
        ("Refunds are paid by Arctic Bank.", "Refunds are paid within 14 days by Harbour Bank"),
        ("Opened software can be returned.", "Opened software cannot be returned."),
        ("Goods may not be returned within 30 days of delivery.", RETURNS),
        ("The shop is closed from 9:00 to 18:00.", "The shop is open from 9:00 to 18:00"),
    ],
)
def test_a_true_quote_for_another_statement_does_not_support_it(text, quote):
    claim = only(text, said(text, "SUPPORTED", ("1", quote)))
    assert (claim.verdict, claim.downgraded) == ("NOT_FOUND", True)
    assert claim.note


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("You can send goods back for thirty days after delivery.", RETURNS),
        ("Northwind accepts returns within 30 days.", RETURNS),
        ("It is not possible to return opened software.", "Opened software cannot be returned."),
        ("The shop opens at 9 am.", "The shop is open from 9:00 to 18:00"),
        ("Refunds take two weeks at most.", "Refunds are paid within 14 days by Harbour Bank"),
    ],
)
def test_a_fair_paraphrase_stays_supported(text, quote):
    assert only(text, said(text, "SUPPORTED", ("1", quote))).verdict == "SUPPORTED"


def test_a_name_from_the_question_needs_no_quote():
    text = "Under the Baltic scheme goods may be returned within 30 days."
    claim = said(text, "SUPPORTED", ("1", RETURNS))
    assert only(text, claim).verdict == "NOT_FOUND"
    assert only(text, claim, question="What does the Baltic scheme say?").verdict == "SUPPORTED"


def test_a_fact_called_not_checkable_counts_as_not_found():
    assert only(RETURNS, said(RETURNS, "NOT_CHECKABLE")).verdict == "NOT_FOUND"
    assert only(RETURNS, said(RETURNS, "NOT_CHECKABLE", kind="opinion")).verdict == "NOT_FOUND"


def test_an_opinion_may_be_not_checkable():
    text = "That is generous, we find."
    assert only(text, said(text, "NOT_CHECKABLE", kind="opinion")).verdict == "NOT_CHECKABLE"


def test_sentences_without_a_claim_are_uncovered_and_count_against_the_candidate():
    candidate = f"{RETURNS} Shipping to Norway is free for members."
    found = checked(candidate, said(RETURNS, "SUPPORTED", ("1", RETURNS)))
    assert [candidate[start:end] for start, end in found.uncovered] == ["Shipping to Norway is free for members."]
    assert found.grounding == 0.5


def test_questions_lead_ins_and_scraps_need_no_claim():
    candidate = f"In short:\n\n{RETURNS} Good? Thanks."
    assert checked(candidate, said(RETURNS, "SUPPORTED", ("1", RETURNS))).uncovered == ()


def test_a_claim_the_candidate_does_not_make_does_not_count():
    found = checked("Opened software cannot be returned.", said(RETURNS, "SUPPORTED", ("1", RETURNS)))
    assert (found.claims, found.invented, found.grounding) == ((), 1, 0.0)


def test_the_same_claim_many_times_counts_once_with_its_worst_verdict():
    good = said(RETURNS, "SUPPORTED", ("1", RETURNS))
    found = checked(RETURNS, good, good, said(RETURNS, "NOT_FOUND"), good)
    assert [claim.verdict for claim in found.claims] == ["NOT_FOUND"]


def test_one_quote_for_everything_proves_only_what_is_made_of_its_words():
    parts = ["Goods may be returned within 30 days.", "Members get a free gift.", "Delivery is quick and friendly."]
    claims = [said(part, "SUPPORTED", ("1", RETURNS)) for part in parts]
    found = checked(" ".join(parts), *claims)
    assert [claim.verdict for claim in found.claims] == ["SUPPORTED", "NOT_FOUND", "NOT_FOUND"]


def test_citation_marks_do_not_disturb_the_places():
    candidate = "Goods may be returned within 30 days [1] of delivery [2]. Opened software cannot be returned [1]."
    found = checked(candidate, said("Goods may be returned within 30 days of delivery", "SUPPORTED", ("1", RETURNS)))
    (claim,) = found.claims
    assert candidate[slice(*claim.span)].startswith("Goods may be returned")
    assert len(found.uncovered) == 1


def test_nothing_to_check_is_not_grounded():
    assert checked("Thanks.").grounding == 0.0


def test_forged_quotes_are_refused_and_true_ones_stand():
    """400 forgeries (a changed number, an added "not", a swapped word, two glued ends) and 400 true quotes."""
    rng = random.Random(7)
    words = TEXT.split()
    for _ in range(400):
        start = rng.randrange(len(words) - 8)
        true = words[start : start + rng.randrange(5, 9)]
        claim = only(RETURNS, said(RETURNS, "CONTRADICTED", ("1", " ".join(true))))
        assert claim.verdict == "CONTRADICTED"
        forged = list(true)
        at = rng.randrange(1, len(forged) - 1)
        forged[at] = rng.choice(["not", "31", "sometimes", f"{forged[at]} not", f"never {forged[at]}"])
        claim = only(RETURNS, said(RETURNS, "CONTRADICTED", ("1", " ".join(forged))))
        assert claim.verdict == "NOT_FOUND", forged


def test_a_quote_says_where_it_stands_in_the_whole_document():
    passage = Passage(label="1", title="Returns", text=TEXT, document_id="d", offset=1000)
    found = check((said(RETURNS, "SUPPORTED", ("1", RETURNS)),), RETURNS, [passage])
    (quote,) = found.as_data()[0]["quotes"]
    assert (quote["document_id"], quote["start"], quote["end"]) == ("d", 1000, 1000 + len(RETURNS))
