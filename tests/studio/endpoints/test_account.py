"""Asking on a team's account: what is set aside before a question, what is counted after it, and what is not asked."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from studio.chat.answering import host_of
from studio.endpoints import budgets
from studio.endpoints.account import OVER_BUDGET, ask_on_account
from studio.endpoints.models import Budget, Circuit, Endpoint, Spending
from studio.llm.steps import Ask, Refusal, Reply, Usage
from tests.core.llm.server import answering, serving

pytestmark = pytest.mark.django_db
ASK = Ask(
    key="verify.1", role="verifier", inputs={}, messages=({"role": "user", "content": "x" * 2_000},), max_tokens=4_000
)


@pytest.fixture
def priced(team):
    fields = {"input_usd": Decimal(1), "output_usd": Decimal(2)}
    return Endpoint.objects.create(team=team, name="Priced", base_url="http://127.0.0.1:9", model="m", **fields)


def test_the_upper_bound_is_set_aside_and_what_was_used_is_kept(team, priced):
    Budget.objects.create(team=team, tokens=100_000, cost_usd=Decimal("0.02"))
    reserved = budgets.reserve(priced, ASK)
    assert (reserved.tokens, reserved.cost_usd) == (5_000, Decimal("0.009"))
    assert budgets.spent_today(team).tokens == 5_000
    budgets.reserve(priced, ASK)
    with pytest.raises(budgets.OverBudget):
        budgets.reserve(priced, ASK)
    used = Reply(text="x", usage=Usage(prompt=500, completion=100), cost_usd=Decimal("0.0007"))
    budgets.settle(reserved, used)
    spent = budgets.spent_today(team)
    assert (spent.tokens, spent.cost_usd) == (5_600, Decimal("0.0097"))


def test_a_refused_question_costs_only_what_broke_off(team, priced):
    reserved = budgets.reserve(priced, ASK)
    budgets.settle(reserved, Refusal(kind="timeout", message="Nothing came.", usage=Usage(prompt=7, completion=3)))
    assert budgets.spent_today(team).tokens == 10


def test_what_was_asked_before_midnight_is_settled_on_its_own_day(team, priced):
    reserved = budgets.reserve(priced, ASK)
    yesterday = budgets.today() - timedelta(days=1)
    Spending.objects.update(day=yesterday)
    budgets.settle(replace(reserved, day=yesterday), Reply(text="x", usage=Usage(prompt=1, completion=1)))
    assert (Spending.objects.get().tokens, budgets.spent_today(team).tokens) == (2, 0)


@pytest.mark.parametrize(
    ("text", "most"),
    [("word " * 100, 250), ("7" * 500, 500), ("日本語" * 100, 900), ("", 0), ("{}[]" * 10, 40)],
    ids=["words", "figures", "another script", "nothing", "marks"],
)
def test_what_may_be_a_token_for_each_byte_is_counted_so(priced, text, most):
    ask = replace(ASK, messages=({"role": "user", "content": text},), max_tokens=0)
    assert budgets.reserve(priced, ask).tokens == most


def test_an_answer_bounded_by_its_endpoint_is_set_aside_as_such(priced):
    priced.max_tokens = 100
    assert budgets.reserve(priced, ASK).tokens == 1_100


def test_an_answer_is_counted_and_what_was_set_aside_is_free_again(team, priced):
    with serving(answering("Yes.")) as server:
        priced.base_url = server.url
        reply = ask_on_account(priced, ASK)
    assert isinstance(reply, Reply)
    assert reply.usage.total > 0
    spent = Spending.objects.get(team=team)
    assert (spent.tokens, spent.cost_usd) == (reply.usage.total, reply.cost_usd)
    assert Circuit.objects.get().answered is not None


def test_over_budget_nothing_is_asked_and_it_says_until_when(team, priced):
    Budget.objects.create(team=team, tokens=4_999)
    with serving(answering("Yes.")) as server:
        priced.base_url = server.url
        refusal = ask_on_account(priced, ASK)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.message, len(server.requests)) == ("budget", OVER_BUDGET, 0)
    assert 0 < refusal.retry_after_s <= timedelta(days=1).total_seconds()
    assert budgets.spent_today(team).tokens == 0


def test_an_endpoint_that_is_left_alone_is_not_asked_and_costs_nothing(team, priced):
    ahead = timezone.now() + timedelta(hours=1)
    Circuit.objects.create(pk=priced.circuit_key, failures=1, open_until=ahead, kind="unavailable", message="Away.")
    refusal = ask_on_account(priced, ASK)
    assert (refusal.kind, refusal.message, budgets.spent_today(team).tokens) == ("unavailable", "Away.", 0)


def test_many_questions_at_once_stay_within_the_budget(team, priced):
    Budget.objects.create(team=team, tokens=12_000)
    asked: list[bool] = []
    for _ in range(5):
        try:
            budgets.reserve(priced, ASK)
            asked.append(True)
        except budgets.OverBudget:
            asked.append(False)
    assert asked == [True, True, False, False, False]


def test_an_answer_in_ask_is_on_the_same_account(team, priced):
    host = host_of(team)
    with serving(answering("Yes.")) as server:
        Endpoint.objects.update(base_url=server.url)
        assert isinstance(host_of(team).ask(ASK, lambda: False, lambda text: None), Reply)
        used = budgets.spent_today(team).tokens
        Budget.objects.create(team=team, tokens=used)
        refusal = host.ask(ASK, lambda: False, lambda text: None)
    assert used > 0
    assert (refusal.kind, len(server.requests)) == ("budget", 1)
