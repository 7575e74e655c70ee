"""What headings, sections and tables of office documents are to the built-in teacher."""

import pytest

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import judge
from studio.llm.builtin.write import draft

HANDBOOK = """# Brightwater Instruments: Employee Handbook 2026

## 2.3 Working from home

You may work from home up to three days per week.

5.4 Mileage

Private car use is reimbursed at 45 pence per mile.

Contacts

Owner of this text: People Operations, Ext. 4410.
"""
CONTRACT = """§ 2 Reaktionszeiten
(1) Bei Ausfall eines Gateways beginnt der Auftragnehmer innerhalb von vier Stunden mit der Behebung.
(2) Bei Ausfall eines Zählers beträgt die Frist zwei Arbeitstage.
"""
TEST_POINTS = """Test points

Nominal diameter | Minimum flow | Permissible error
DN 15 | 16 L/h | 5 %
DN 25 | 63 L/h | 4 %
DN 80 | 400 L/h | 3 %
"""


def evidence(text: str) -> Evidence:
    return Evidence([{"label": "1", "title": "Document", "text": text}])


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("How many days may I work from home?", HANDBOOK, "You may work from home up to three days per week [1]."),
        ("mileage?", HANDBOOK, "Private car use is reimbursed at 45 pence per mile [1]."),
        ("Who is the owner of the text?", HANDBOOK, "Owner of this text: People Operations, Ext. 4410 [1]."),
        (
            "Wie schnell beginnt der Auftragnehmer bei Ausfall eines Gateways?",
            CONTRACT,
            "Bei Ausfall eines Gateways beginnt der Auftragnehmer innerhalb von vier Stunden mit der Behebung [1].",
        ),
        ("What is the permissible error for DN 25?", TEST_POINTS, "DN 25 | 63 L/h | 4 % [1]."),
    ],
)
def test_an_answer_is_a_sentence_or_a_row_and_no_heading(question: str, text: str, answer: str) -> None:
    assert draft(question, evidence(text)) == answer


@pytest.mark.parametrize("line", ["2.5 litres", "3 working days", "12.5 kg"])
def test_a_figure_in_a_line_of_its_own_is_no_heading(line: str) -> None:
    assert [s.is_heading for s in evidence(f"Packed weight\n\n{line}\n").sentences] == [True, False]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The permissible error of DN 25 is 4 %.", "SUPPORTED"),
        ("The permissible error of DN 25 is 3 %.", "CONTRADICTED"),
    ],
)
def test_a_claim_is_laid_on_one_row_of_a_word_table(claim: str, verdict: str) -> None:
    assert judge(claim, evidence(TEST_POINTS)).verdict == verdict
