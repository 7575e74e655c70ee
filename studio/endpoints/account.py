"""Asking on a team's account: within its budget, and only where somebody answers."""

from collections.abc import Callable

from studio.endpoints import budgets, circuits
from studio.endpoints.asking import ask_endpoint
from studio.endpoints.models import Endpoint
from studio.llm.steps import Answer, Ask, Refusal

OVER_BUDGET = "The team's budget for today does not allow the next question."


def ask_on_account(
    endpoint: Endpoint,
    ask: Ask,
    *,
    stopped: Callable[[], bool] = lambda: False,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """Ask as `ask_endpoint` does, and have the budget and the circuit breaker learn from the answer.

    Nothing is asked, and a Refusal says so, when the day's budget does not allow it ("budget", until tomorrow) or when
    the endpoint is left alone for a while.
    """
    if endpoint.is_builtin:
        return ask_endpoint(endpoint, ask, stopped=stopped, on_text=on_text)
    try:
        reserved = budgets.reserve(endpoint, ask)
    except budgets.OverBudget:
        seconds = budgets.seconds_left()
        return Refusal(
            kind="budget",
            message=OVER_BUDGET,
            cause="daily budget",
            retry_after_s=seconds,
            teacher=endpoint.name,
            model=endpoint.model,
        )
    if away := circuits.admit(endpoint):
        budgets.settle(reserved, away)
        return away
    answer = ask_endpoint(endpoint, ask, stopped=stopped, on_text=on_text)
    circuits.record(endpoint, answer)
    budgets.settle(reserved, answer)
    return answer
