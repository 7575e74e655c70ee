"""The team's budget of a day: reserved before a question, settled after it, so that it is never overspent.

A question that a crash cut off stays reserved to its upper bound: nobody can know what it cost.
"""

import string
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from studio.accounts.models import Team
from studio.endpoints.models import Budget, Endpoint, Spending
from studio.llm.prices import cost_usd, price_for
from studio.llm.steps import Answer, Ask, Usage

_LETTERS = (string.ascii_letters + string.whitespace).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The upper bound of what one question may use, on the day it was asked."""

    team: Team
    day: date
    tokens: int
    cost_usd: Decimal


class OverBudget(Exception):
    """The team's budget for today is used up."""


def reserve(endpoint: Endpoint, ask: Ask) -> Reserved:
    """Set aside the most that a question may use. Raises OverBudget when that is not left."""
    team, day = endpoint.team, today()
    most = _most(endpoint, ask)
    price = endpoint.price or price_for(endpoint.model, day)
    cost = cost_usd(most, price) if price else Decimal(0)
    row = Spending.objects.filter(team=team, day=day)
    budget = Budget.objects.filter(team=team).first()
    if budget is not None and budget.tokens is not None:
        row = row.filter(tokens__lte=budget.tokens - most.total)
    if budget is not None and budget.cost_usd is not None:
        row = row.filter(cost_usd__lte=budget.cost_usd - cost)
    Spending.objects.get_or_create(team=team, day=day)
    if not row.update(tokens=F("tokens") + most.total, cost_usd=F("cost_usd") + cost):
        raise OverBudget
    return Reserved(team=team, day=day, tokens=most.total, cost_usd=cost)


def settle(reserved: Reserved, answer: Answer) -> None:
    """Put what was used in the place of what was reserved."""
    change = answer.usage.total - reserved.tokens, (answer.cost_usd or Decimal(0)) - reserved.cost_usd
    rows = Spending.objects.filter(team=reserved.team, day=reserved.day)
    rows.update(tokens=F("tokens") + change[0], cost_usd=F("cost_usd") + change[1])


def spent_today(team: Team) -> Spending:
    """What the team has used so far today."""
    day = today()
    return Spending.objects.filter(team=team, day=day).first() or Spending(team=team, day=day)


def today() -> date:
    """The day on the bill."""
    return timezone.now().astimezone(UTC).date()


def seconds_left() -> float:
    """Until the next day begins."""
    midnight = datetime.combine(today() + timedelta(days=1), time.min, UTC)
    return (midnight - timezone.now()).total_seconds()


def _most(endpoint: Endpoint, ask: Ask) -> Usage:
    """The most tokens a question may use.

    A token of letters is hardly ever shorter than two; figures, marks and other scripts may take one for each byte.
    """
    sent = b"".join(message["content"].encode() for message in ask.messages)
    dense = len(sent.translate(None, _LETTERS))
    room = min(ask.max_tokens, endpoint.max_tokens or ask.max_tokens)
    return Usage(prompt=dense + (len(sent) - dense + 1) // 2, completion=room)
