"""A model's SUPPORTED does not stand when its quote bounds the same figure the other way."""

import pytest

from studio.llm.schemas import SaidClaim, SaidQuote
from teacher.core.verdicts import Passage, check

QUOTE = "Travel expenses above 500 euros are approved by the head of department."
PASSAGES = (Passage(label="1", title="Travel", text=QUOTE),)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Travel expenses above 500 euros are approved by the head of department.", "SUPPORTED"),
        ("Travel expenses of more than 500 euros are approved by the head of department.", "SUPPORTED"),
        ("Travel expenses up to 500 euros are approved by the head of department.", "NOT_FOUND"),
        ("Travel expenses below 500 euros are approved by the head of department.", "NOT_FOUND"),
        ("Travel expenses of at least 500 euros are approved by the head of department.", "NOT_FOUND"),
    ],
)
def test_a_supported_claim_keeps_the_bound_of_its_quote(claim, verdict):
    quotes = (SaidQuote(chunk="1", text=QUOTE),)
    said = SaidClaim(text=claim, kind="number", verdict="SUPPORTED", quotes=quotes, why="")
    (found,) = check((said,), claim, PASSAGES).claims
    assert found.verdict == verdict
    assert found.downgraded == (verdict == "NOT_FOUND")
