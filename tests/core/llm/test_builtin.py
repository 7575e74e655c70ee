"""The built-in teacher on real kinds of documents: its verdicts, drafts, judgements and rewrites."""

import json

import pytest

from studio.llm.builtin import MODEL, BuiltIn
from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import claim_spans, judge
from studio.llm.builtin.write import NO_ANSWER, draft, rewrite
from studio.llm.quotes import align, fold
from studio.llm.schemas import read_critique, read_rewrite, read_verdicts
from studio.llm.steps import Ask, Refusal, Reply
from tests.core.llm.documents import (
    API_GUIDE,
    LEASE,
    LEAVE_POLICY,
    PUMP_MANUAL,
    RELEASE_NOTES,
    RETENTION_POLICY,
    SERVICE_CONTRACT,
)

SUPPORTED = [
    (LEAVE_POLICY, "Full-time employees accrue 25 days of paid annual leave per calendar year."),
    (LEAVE_POLICY, "Full-time staff get 25 days of paid annual leave every year."),
    (LEAVE_POLICY, "Up to five unused days can be carried over to the next year."),
    (LEAVE_POLICY, "At most 5 unused days may be carried over into the next year [1]."),
    (LEAVE_POLICY, "Expired days are not paid out."),
    (LEAVE_POLICY, "Requests must be submitted in Personio at least two weeks before the first day of leave."),
    (LEAVE_POLICY, "Leave requests must be submitted in Personio at least 14 days before the first day of leave."),
    (LEAVE_POLICY, "A medical certificate is required from the fourth day of illness."),
    (LEAVE_POLICY, "Managers may refuse a request only for urgent operational reasons."),
    (LEAVE_POLICY, "Ill employees must inform their line manager before 9:30 am on the first day of absence."),
    (PUMP_MANUAL, "The HP-200 must be installed with its motor shaft horizontal."),
    (PUMP_MANUAL, "The maximum system pressure is 10 bar."),
    (PUMP_MANUAL, "The shaft seal must be replaced every 8000 operating hours or every two years."),
    (PUMP_MANUAL, "Clean the strainer every three months."),
    (PUMP_MANUAL, "E04 means the rotor is blocked."),
    (SERVICE_CONTRACT, "Invoices are payable within 30 days of receipt."),
    (SERVICE_CONTRACT, "The Client pays a monthly fee of €12,500."),
    (SERVICE_CONTRACT, "The initial term is 24 months."),
    (SERVICE_CONTRACT, "The initial term is two years."),
    (
        SERVICE_CONTRACT,
        "Either party may terminate for convenience with 90 days' written notice after the initial term.",
    ),
    (SERVICE_CONTRACT, "The courts of Hamburg have exclusive jurisdiction."),
    (RELEASE_NOTES, "The maximum upload size is 200 MB."),
    (RELEASE_NOTES, "Atlas 4.2 was released on 14 October 2026."),
    (RELEASE_NOTES, "API v1 will be removed on 30 June 2027."),
    (RETENTION_POLICY, "Backups are kept for 35 days."),
    (RETENTION_POLICY, "The data protection officer is Maria Lindqvist."),
    (RETENTION_POLICY, "Access logs are retained for one year."),
    (RETENTION_POLICY, "Restores are tested every quarter by the platform team."),
    (LEASE, "The monthly rent is £1,450."),
    (LEASE, "Rent is due in advance on the first day of each month."),
    (LEASE, "The landlord may charge a late fee of £35 if rent is more than seven days late."),
    (LEASE, "The deposit is £2,175."),
    (LEASE, "Subletting is prohibited."),
    (LEASE, "The tenant must report defects within 48 hours."),
    (LEASE, "The tenant must report defects within two days."),
    (LEASE, "The fixed term ends on 31 August 2027."),
    (LEASE, "The landlord must give two months' notice."),
    (API_GUIDE, "Keys expire after 90 days."),
    (API_GUIDE, "The premium plan allows 1000 requests per minute."),
    (API_GUIDE, "Cancelled orders are refunded within five business days."),
    (API_GUIDE, "GET /orders returns up to 50 orders per page."),
    (API_GUIDE, "Partial refunds are available through support."),
]
CONTRADICTED = [
    (LEAVE_POLICY, "Full-time employees accrue 30 days of paid annual leave per year."),
    (LEAVE_POLICY, "Up to ten unused days may be carried over into the next year."),
    (LEAVE_POLICY, "Carried-over days expire on 30 June."),
    (LEAVE_POLICY, "Expired days are paid out."),
    (LEAVE_POLICY, "Requests must be submitted in Workday at least two weeks before the first day of leave."),
    (LEAVE_POLICY, "Leave requests must be submitted at least four weeks before the first day of leave."),
    (LEAVE_POLICY, "A medical certificate is not required from the fourth day of illness."),
    (LEAVE_POLICY, "Sick pay equals 80 % of salary for the first six weeks."),
    (PUMP_MANUAL, "The HP-200 must be installed with the motor shaft vertical."),
    (PUMP_MANUAL, "The maximum system pressure is 16 bar."),
    (PUMP_MANUAL, "The pump may be run dry for a short time."),
    (PUMP_MANUAL, "The shaft seal must be replaced every 5,000 operating hours."),
    (PUMP_MANUAL, "The strainer should be cleaned every month."),
    (SERVICE_CONTRACT, "Invoices are payable within 14 days of receipt."),
    (SERVICE_CONTRACT, "The Client may terminate for convenience during the initial term."),
    (SERVICE_CONTRACT, "The initial term is three years."),
    (SERVICE_CONTRACT, "The courts of Munich have exclusive jurisdiction."),
    (SERVICE_CONTRACT, "The Client pays EUR 15,000 per month."),
    (SERVICE_CONTRACT, "Both parties are liable for lost profits."),
    (SERVICE_CONTRACT, "Late amounts bear interest at 5 % per year."),
    (SERVICE_CONTRACT, "Confidential information includes publicly known information."),
    (RELEASE_NOTES, "The desktop app supports offline sync."),
    (RELEASE_NOTES, "The maximum upload size is 500 MB."),
    (RELEASE_NOTES, "Atlas 4.2 was released on 14 September 2026."),
    (RELEASE_NOTES, "PostgreSQL 12 is still supported."),
    (RELEASE_NOTES, "The migration can be undone."),
    (RELEASE_NOTES, "Single sign-on is included in all plans."),
    (RETENTION_POLICY, "Backups are kept for 90 days."),
    (RETENTION_POLICY, "Backups are made weekly at 02:00 UTC."),
    (RETENTION_POLICY, "Backups are not encrypted."),
    (RETENTION_POLICY, "The data protection officer is Peter Novak."),
    (RETENTION_POLICY, "Customer data is deleted immediately after the contract ends."),
    (RETENTION_POLICY, "Application logs may contain personal data."),
    (LEASE, "The rent is £1,550 per month."),
    (LEASE, "Rent is due on the 15th day of each month."),
    (LEASE, "The late fee is £50."),
    (LEASE, "The deposit must be returned within 30 days after the end of the tenancy."),
    (LEASE, "Pets may be kept without the Landlord's consent."),
    (LEASE, "Subletting is permitted."),
    (LEASE, "The tenant is responsible for the boiler."),
    (LEASE, "The fixed term ends on 31 August 2026."),
    (API_GUIDE, "API keys never expire."),
    (API_GUIDE, "Requests without a valid key get status 403."),
    (API_GUIDE, "The standard plan allows 500 requests per minute."),
    (API_GUIDE, "Webhook deliveries count towards the limit."),
    (API_GUIDE, "Orders can be cancelled after they have been shipped."),
    (API_GUIDE, "Cancelled orders are refunded within 10 business days."),
    (API_GUIDE, "DELETE /orders is supported."),
    (API_GUIDE, "POST /orders returns status 200."),
]
NOT_FOUND = [
    (PUMP_MANUAL, "After E07 the pump restarts by itself after 15 minutes."),
    (RELEASE_NOTES, "Offline sync is available in the iOS and Android apps."),
    (LEAVE_POLICY, "Employees may work from abroad for up to 20 days a year."),
    (LEAVE_POLICY, "Parental leave lasts 14 weeks."),
    (PUMP_MANUAL, "The pump is available in red."),
    (PUMP_MANUAL, "The HP-200 has a Bluetooth interface."),
    (SERVICE_CONTRACT, "The Provider must keep insurance of EUR 5 million."),
    (SERVICE_CONTRACT, "Disputes are settled by arbitration in Geneva."),
    (RELEASE_NOTES, "Atlas 4.2 adds a dark theme."),
    (RETENTION_POLICY, "Employees get a free laptop."),
    (LEASE, "Parking is included."),
    (API_GUIDE, "The API supports GraphQL."),
]
NOT_CHECKABLE = [
    (LEAVE_POLICY, "I hope this helps!"),
]


@pytest.mark.parametrize(("document", "claim"), SUPPORTED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_claim_the_document_makes_is_supported_with_a_verbatim_quote(document, claim):
    found = judge(claim, Evidence(document))
    assert (found.verdict, found.why) == ("SUPPORTED", found.why)
    texts = {p["label"]: p["text"] for p in document}
    assert all(sentence.text in texts[sentence.label] for sentence in found.proof)
    assert found.proof


@pytest.mark.parametrize(("document", "claim"), CONTRADICTED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_claim_the_document_denies_is_contradicted_with_the_sentence_that_denies_it(document, claim):
    found = judge(claim, Evidence(document))
    assert found.verdict == "CONTRADICTED"
    assert len(found.proof) == 1


@pytest.mark.parametrize(("document", "claim"), NOT_FOUND, ids=lambda v: v if isinstance(v, str) else "")
def test_a_claim_the_document_does_not_speak_of_is_not_found(document, claim):
    found = judge(claim, Evidence(document))
    assert found.verdict == "NOT_FOUND"
    assert not found.proof


@pytest.mark.parametrize(
    "text", ["I hope this helps!", "Yes.", "Is that so?", "The documents do not answer this question."]
)
def test_what_states_no_fact_is_not_checkable(text):
    assert judge(text, Evidence(LEAVE_POLICY)).verdict == "NOT_CHECKABLE"


ANSWERS = [
    (LEAVE_POLICY, "How many days of annual leave do full-time employees get?", "25 days", "1"),
    (LEAVE_POLICY, "When do carried-over days expire?", "31 March", "1"),
    (LEAVE_POLICY, "When do I need a medical certificate?", "fourth day of illness", "3"),
    (PUMP_MANUAL, "What does fault code E07 mean and what should I do?", "exceeded 110 °C", "2"),
    (PUMP_MANUAL, "How often must the shaft seal be replaced?", "8,000 operating hours", "2"),
    (PUMP_MANUAL, "Can the pump run dry?", "Do not run the pump dry", "1"),
    (SERVICE_CONTRACT, "How can the agreement be terminated?", "90 days' written notice", "1"),
    (RELEASE_NOTES, "What is the maximum upload size?", "200 MB", "1"),
    (RETENTION_POLICY, "How long are backups kept?", "kept for 35 days", "1"),
    (RETENTION_POLICY, "Who is the data protection officer?", "Maria Lindqvist", "2"),
    (LEASE, "May I keep a dog as a pet?", "No pets may be kept", "1"),
    (API_GUIDE, "How do I authenticate?", "`X-Api-Key` header", "1"),
    (API_GUIDE, "What are the rate limits?", "100 requests per minute", "1"),
]


@pytest.mark.parametrize(
    ("document", "question", "part", "label"), ANSWERS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_draft_holds_the_answer_and_cites_its_passage(document, question, part, label):
    answer = draft(question, Evidence(document))
    assert part in answer
    assert f"[{label}]" in answer


@pytest.mark.parametrize(
    ("document", "question", "part", "label"), ANSWERS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_claim_of_its_own_draft_is_supported(document, question, part, label):
    evidence = Evidence(document)
    answer = draft(question, evidence)
    verdicts = [judge(answer[start:end], evidence, question).verdict for start, end in claim_spans(answer)]
    assert set(verdicts) == {"SUPPORTED"}


@pytest.mark.parametrize(
    "question", ["What is the policy on company cars?", "hello", "", "Who won the cup final in 1998?"]
)
def test_a_question_the_documents_do_not_answer_is_not_answered(question):
    assert draft(question, Evidence(LEAVE_POLICY)) == NO_ANSWER


def test_a_fault_code_is_not_answered_with_another_ones_text():
    assert "rotor" not in draft("What does fault code E07 mean?", Evidence(PUMP_MANUAL))


def test_a_word_of_every_title_draws_in_nothing():
    answer = draft("How can the agreement be terminated?", Evidence(SERVICE_CONTRACT))
    assert "The Client may not terminate for convenience during the initial term [1]." in answer
    assert "confidential" not in answer
    assert "negligence" not in answer


def test_a_draft_is_split_at_joints_where_both_sides_stand_alone():
    text = "Backups are made daily at 02:00 UTC, and restores are tested once per quarter. Red, and blue."
    parts = [text[start:end] for start, end in claim_spans(text)]
    assert parts == ["Backups are made daily at 02:00 UTC", "restores are tested once per quarter.", "Red, and blue."]


def test_a_rewrite_corrects_removes_and_keeps():
    wrong = (
        "Full-time employees get 30 days of paid annual leave per year. Up to five unused days may be carried over "
        "into the next year. They can also work from Spain in winter."
    )
    revised = rewrite(
        "How much leave do full-time employees get, and can they carry it over?", wrong, Evidence(LEAVE_POLICY)
    )
    assert "25 days" in revised
    assert "30 days" not in revised
    assert "Spain" not in revised
    assert "Up to five unused days may be carried over into the next year [1]." in revised


def test_a_rewrite_adds_what_is_missing():
    revised = rewrite(
        "How long are backups kept and are they encrypted?", "Backups are kept for 35 days.", Evidence(RETENTION_POLICY)
    )
    assert "Backups are encrypted with AES-256 [1]." in revised


def test_rewriting_its_own_rewrite_changes_nothing():
    question = "How can the agreement be terminated?"
    evidence = Evidence(SERVICE_CONTRACT)
    once = rewrite(question, "Either party may terminate at any time with 30 days' notice.", evidence)
    assert rewrite(question, once, evidence) == once


def _ask(role, response="json", **inputs):
    schema = {"verifier": "verdicts", "critic": "critique"}.get(role, "")
    given = {"question": "How long are backups kept?", "evidence": RETENTION_POLICY, **inputs}
    return Ask(key=role, role=role, inputs=given, messages=(), response=response, schema_name=schema)


def _text(ask):
    with BuiltIn() as teacher:
        reply = teacher.ask(ask)
    assert isinstance(reply, Reply)
    return reply.text


def test_its_answers_have_the_form_a_model_must_keep():
    candidate = "Backups are kept for 35 days. Backups are made weekly at 02:00 UTC."
    said = read_verdicts(_text(_ask("verifier", candidate=candidate)))
    assert [claim.verdict for claim in said.claims] == ["SUPPORTED", "CONTRADICTED"]
    verdicts = [{"id": f"k{n}", "text": c.text, "verdict": c.verdict, "quotes": []} for n, c in enumerate(said.claims)]
    critique = read_critique(_text(_ask("critic", candidate=candidate, verdicts=verdicts)))
    assert [issue.severity for issue in critique.issues].count("blocker") == 1
    issues = [{"id": "i1", "aspect": "instruction", "severity": "blocker", "fix": "x"}]
    revised = read_rewrite(_text(_ask("reviser", "text", candidate=candidate, verdicts=verdicts, issues=issues)))
    assert "weekly" not in revised.text
    assert revised.applied == ("i1",)


def test_its_quotes_stand_verbatim_in_the_evidence():
    candidate = draft("How long are backups kept?", Evidence(RETENTION_POLICY))
    sources = {p["label"]: fold(p["text"]) for p in RETENTION_POLICY}
    claims = json.loads(_text(_ask("verifier", candidate=candidate)))["claims"]
    quotes = [quote for claim in claims for quote in claim["quotes"]]
    assert quotes
    assert all(align(quote["text"], sources[quote["chunk"]]) for quote in quotes)


def test_it_says_that_it_is_no_language_model_and_costs_nothing():
    reply = BuiltIn().ask(_ask("answerer", "text"))
    assert isinstance(reply, Reply)
    assert reply.model == MODEL == "built-in (extractive, no language model)"
    assert (reply.cost_usd, reply.usage.total) == (0, 0)


def test_the_same_ask_gives_the_same_answer():
    assert _text(_ask("answerer", "text")) == _text(_ask("answerer", "text"))


def test_a_stopped_ask_is_refused_as_cancelled():
    refusal = BuiltIn().ask(_ask("answerer", "text"), stopped=lambda: True)
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "cancelled"


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "|", "[1]", "....", "1", "a" * 5000, "\u0000\ufeff", "Ärger. Über 5 €!", "日本語の文。数字は5。"],
)
def test_strange_texts_do_not_break_it(text):
    strange = [{"label": "1", "title": text, "text": text}]
    for role in ("answerer", "verifier", "critic", "reviser"):
        inputs = {"question": text, "evidence": strange, "candidate": text, "verdicts": [], "issues": []}
        assert isinstance(BuiltIn().ask(Ask(key="k", role=role, inputs=inputs, messages=())), Reply)
