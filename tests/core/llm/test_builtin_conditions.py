"""Where, when, for whom and for what: of a rule it is a condition, of an event it only tells more."""

import pytest

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import judge

RULES = [
    ("The museum closes at six in winter.", "The museum closes at six."),
    ("The pool is open to guests on weekdays.", "The pool is open to guests."),
    ("Employees may work from home on Fridays.", "Employees may work from home."),
    ("Dogs are allowed in the garden.", "Dogs are allowed."),
    ("The deposit is refunded after the inspection.", "The deposit is refunded."),
    ("Visitors must wear a helmet in the workshop.", "Visitors must wear a helmet."),
    ("The discount applies to orders above 500 euros.", "The discount applies to orders."),
    ("Parking is free for members.", "Parking is free."),
    ("The valve must be closed before maintenance.", "The valve must be closed."),
    ("Returns are accepted with the original receipt.", "Returns are accepted."),
    ("The ferry runs every hour in summer.", "The ferry runs every hour."),
    ("Children pay half price until their twelfth birthday.", "Children pay half price."),
    ("The software may be copied for backup purposes.", "The software may be copied."),
    ("Smoking is permitted outside the building.", "Smoking is permitted."),
    ("The contract can be cancelled with three months' notice.", "The contract can be cancelled."),
    ("Alcohol is served after 18:00.", "Alcohol is served."),
    ("Visitors must have a ticket for the tower.", "Visitors must have a ticket."),
    ("Members have access to the pool on weekdays.", "Members have access to the pool."),
    ("Goods damaged in transit are replaced for members.", "Goods damaged in transit are replaced."),
]
EVENTS = [
    ("The heating was repaired by Nordvarme in March.", "The heating was repaired by Nordvarme."),
    ("The meeting took place in Oslo on 4 May.", "The meeting took place in Oslo."),
    ("The bridge was opened in 1998 by the king.", "The bridge was opened in 1998."),
    ("Ines painted the hall for the school in June.", "Ines painted the hall for the school."),
]
HARMLESS = [
    ("The sensor must be calibrated every 12 months by a workshop.", "The sensor must be calibrated every 12 months."),
    ("Trips are approved by the head before they are booked.", "Trips are approved by the head."),
    ("Orders are refunded to the buyer within 5 days.", "Orders are refunded within 5 days."),
]


def verdict(sentence: str, claim: str) -> str:
    return judge(claim, Evidence([{"label": "1", "title": "Sheet", "text": sentence}])).verdict


@pytest.mark.parametrize(("sentence", "claim"), RULES)
def test_a_rule_without_its_condition_is_another_rule(sentence: str, claim: str) -> None:
    assert verdict(sentence, claim) != "SUPPORTED"
    assert verdict(sentence, sentence) == "SUPPORTED"


@pytest.mark.parametrize(("sentence", "claim"), [*EVENTS, *HARMLESS])
def test_an_event_may_be_told_with_less(sentence: str, claim: str) -> None:
    assert verdict(sentence, claim) == "SUPPORTED"
