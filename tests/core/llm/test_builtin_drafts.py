"""What the built-in teacher answers: on the question, and nothing beside it."""

import pytest

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import claim_spans, judge
from studio.llm.builtin.review import review
from studio.llm.builtin.write import MOST_SENTENCES, NO_ANSWER, draft, rewrite
from studio.llm.sentences import sentences
from studio.samples import QUESTIONS
from tests.core.llm.documents import API_GUIDE, LEASE, PUMP_MANUAL, RETENTION_POLICY, SERVICE_CONTRACT
from tests.core.llm.falsehoods import AGREEMENT, COLD, RETURNS, RX40, TRAVEL

SAMPLES = [{**passage, "label": str(n)} for n, passage in enumerate((*COLD, *AGREEMENT, *TRAVEL, *RETURNS, *RX40), 1)]
#: Question, documents, what the answer must hold, and what it must not.
ANSWERS = [
    (QUESTIONS[0], SAMPLES, "Vaccines must be stored between 2 °C and 8 °C", ("Frozen", "recordings", "Chocolate")),
    (QUESTIONS[1], SAMPLES, "at most 12 minutes", ("switched off", "self-test")),
    (QUESTIONS[2], SAMPLES, "10 percent of the freight", ("told the reason", "copy")),
    (QUESTIONS[3], SAMPLES, "approved by the head of department", ("team lead", "Europe")),
    (QUESTIONS[4], SAMPLES, "every 12 months by a certified workshop", ("air filter", "recordings")),
    ("At what temperature is frozen food stored?", SAMPLES, "−18 °C or colder", ("Vaccines", "Returned food")),
    ("How much may a hotel room cost in capital cities?", SAMPLES, "up to 190 euros", ("car", "allowance")),
    ("What is the daily allowance?", SAMPLES, "32 euros for a full day", ("hotel", "Trains")),
    ("When must receipts be uploaded?", SAMPLES, "within 14 days of the end", ("Invoices", "recordings")),
    ("How often is the air filter checked?", SAMPLES, "every 500 hours", ("belt", "oil", "airflow")),
    ("What does code 31 mean?", SAMPLES, "engine oil pressure too low", ("Code 11", "Code 24", "Code 45")),
    ("How long are temperature recordings kept?", SAMPLES, "kept for five years", ("Vaccines", "alarm")),
    ("When are invoices payable?", SAMPLES, "within 30 days", ("Receipts", "Claims")),
    ("What happens to returned food?", SAMPLES, "never put back into stock", ("Frozen",)),
    ("Is alcohol paid?", SAMPLES, "Alcohol is not paid", ("car", "Expenses")),
    ("May chlorine be used for cleaning?", SAMPLES, "chlorine is not allowed", ("fish",)),
    ("How much training do new drivers get?", SAMPLES, "two days of training", ("calibration", "alarm")),
    ("How long does a defrost take?", SAMPLES, "between 8 and 15 minutes", ("self-test takes", "doors")),
    ("Who may work on the refrigerant circuit?", SAMPLES, "certified staff", ("Code 11", "belt")),
    ("How long are backups kept?", RETENTION_POLICY, "kept for 35 days", ("officer", "personal data")),
    ("How often must the shaft seal be replaced?", PUMP_MANUAL, "every 8,000 operating hours", ("E04", "fuse")),
    ("How much is the deposit?", LEASE, "£2,175", ("boiler", "Subletting")),
    ("What are the rate limits?", API_GUIDE, "100 requests per minute", ("refund", "DELETE")),
    ("When are invoices payable?", SERVICE_CONTRACT, "within thirty (30) days", ("Hamburg", "profits")),
]


@pytest.mark.parametrize(("question", "documents", "part", "strangers"), ANSWERS)
def test_an_answer_stays_on_its_question(question, documents, part, strangers):
    answer = draft(question, Evidence(documents))
    assert part in answer
    assert [word for word in strangers if word in answer] == []
    assert len(sentences(answer)) <= MOST_SENTENCES


@pytest.mark.parametrize(("question", "documents", "part", "strangers"), ANSWERS)
def test_an_answer_is_wholly_supported_by_its_documents(question, documents, part, strangers):
    evidence = Evidence(documents)
    answer = draft(question, evidence)
    verdicts = [judge(answer[start:end], evidence, question).verdict for start, end in claim_spans(answer)]
    assert set(verdicts) == {"SUPPORTED"}


@pytest.mark.parametrize(
    "question", ["How long may an alarm stay unanswered?", "Who won the cup final?", "Which colour has the RX-50?"]
)
def test_a_question_nobody_answered_gets_no_answer(question):
    assert draft(question, Evidence(SAMPLES)) == NO_ANSWER


@pytest.mark.parametrize(("question", "documents", "part", "strangers"), ANSWERS)
def test_neither_the_critic_nor_the_reviser_adds_what_was_not_asked(question, documents, part, strangers):
    evidence = Evidence(documents)
    answer = draft(question, evidence)
    critique = review(question, answer, [], evidence)
    assert [issue["fix"] for issue in critique["issues"] if issue["aspect"] == "completeness"] == []
    assert rewrite(question, answer, evidence) == answer


def test_the_critic_asks_for_the_answer_when_it_is_missing():
    critique = review(QUESTIONS[3], "An approval is given in the expense tool [1].", [], Evidence(TRAVEL))
    fixes = [issue["fix"] for issue in critique["issues"] if issue["aspect"] == "completeness"]
    assert len(fixes) == 1
    assert "above 500 euros are approved by the head of department" in fixes[0]


CLASSES = """Faults are divided into three classes. Class A (total outage): solution within 4 hours. Class B (severe
restriction): solution within one working day. Class C (minor fault): solution with the next update."""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How fast are class A faults handled?", "Class A (total outage): solution within 4 hours [1]."),
        ("How fast are class B faults handled?", "Class B (severe restriction): solution within one working day [1]."),
    ],
)
def test_a_letter_behind_a_noun_says_which_one_is_asked_about(question, answer):
    assert draft(question, Evidence([{"label": "1", "title": "", "text": CLASSES}])) == answer


def test_what_is_wrong_about_a_matter_does_not_answer_the_question_about_it():
    text = "Each member holds at least one share. Each member has one vote, irrespective of the number of shares."
    evidence = Evidence([{"label": "1", "title": "", "text": text}])
    question, wrong = "How many votes does a member have?", "Each member has one vote for each share."
    verdicts = [{"text": wrong, "verdict": judge(wrong, evidence, question).verdict}]
    assert verdicts[0]["verdict"] in ("NOT_FOUND", "CONTRADICTED")
    critique = review(question, wrong, verdicts, evidence)
    assert next(aspect["score"] for aspect in critique["aspects"] if aspect["name"] == "completeness") == 1
    assert any("irrespective of the number of shares" in issue["fix"] for issue in critique["issues"])
