"""Tabs of a list by state, with how many rows are in each."""

from django.db.models import Count, Model, QuerySet, TextChoices
from django.http import HttpRequest

Tab = tuple[str, str, bool, int]
"""Label, address, whether it is the current one, count: as `ui/_tabs.html` shows it."""


def state_counts(rows: QuerySet[Model], states: type[TextChoices]) -> dict[str, int]:
    """How many rows are in each state; every state is named."""
    found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in states.values}


def state_tabs(
    request: HttpRequest, states: type[TextChoices], counts: dict[str, int], current: str | None
) -> list[Tab]:
    """All, then each state that has rows; the other filters of the address stay, and paging starts anew."""

    def address(state: str) -> str:
        parameters = request.GET.copy()
        for name in ("state", "after", "before"):
            parameters.pop(name, None)
        if state:
            parameters["state"] = state
        return f"?{parameters.urlencode()}"

    all_of_them = ("All", address(""), not current, sum(counts.values()))
    each = [(str(state.label), address(state), current == state, counts[state]) for state in states if counts[state]]
    return [all_of_them, *each]
