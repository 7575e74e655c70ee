"""Circuit breakers: an endpoint that does not answer is left alone for a while, by all workers and sessions alike.

After a failure the circuit opens for a time that doubles with each one. Then one question may try; the others wait for
what becomes of it. The state is a row, so that it holds for every process and can be shown.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from studio.accounts.actions import announce
from studio.endpoints.models import Circuit, Endpoint
from studio.llm.steps import Answer, Refusal, Reply

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 120.0
TRIAL_S = 30.0  # how long one try may keep the others waiting
FRESH_S = 2.0  # a success is not written down again this soon
OWN_FAULT = ("bad_request", "context_length", "content")  # the question's fault, not the endpoint's


def admit(endpoint: Endpoint) -> Refusal | None:
    """None when the endpoint may be asked now; else the trouble it is in, with the time to stay away."""
    now = timezone.now()
    circuit = Circuit.objects.filter(pk=endpoint.circuit_key, open_until__isnull=False).first()
    if circuit is None or circuit.open_until is None:
        return None
    trial = now + timedelta(seconds=TRIAL_S)
    mine = Circuit.objects.filter(pk=circuit.pk, open_until=circuit.open_until)
    if circuit.open_until <= now and mine.update(open_until=trial, on_trial=True):
        return None
    # Others wait for the try, which takes a moment, or for the time it was sent away.
    left = 1.0 if circuit.on_trial else (circuit.open_until - now).total_seconds()
    return Refusal(
        kind="rate_limited" if circuit.kind == "rate_limited" else "unavailable",
        message=circuit.message,
        cause=circuit.cause,
        retry_after_s=max(left, 1.0),
        teacher=endpoint.name,
        model=endpoint.model,
    )


def record(endpoint: Endpoint, answer: Answer) -> None:
    """Learn from an answer. What is the question's own fault says that the endpoint works; "too many at once" without
    a time to stay away is a matter of the gate."""
    if endpoint.is_builtin:
        return
    if isinstance(answer, Refusal) and (
        answer.kind == "cancelled" or (answer.kind == "rate_limited" and not answer.retry_after_s)
    ):
        return
    if isinstance(answer, Reply) or answer.kind in OWN_FAULT:
        _answered(endpoint)
    else:
        _failed(endpoint, answer)


def has_answered_since(endpoint: Endpoint, moment: datetime) -> bool:
    """Whether anybody got an answer from it after a moment: then it is slow or busy, and not away."""
    return Circuit.objects.filter(pk=endpoint.circuit_key, answered__gt=moment).exists()


def forget(endpoint: Endpoint) -> None:
    """Start afresh, because the endpoint was changed or removed."""
    Circuit.objects.filter(pk=endpoint.circuit_key).delete()


def _answered(endpoint: Endpoint) -> None:
    now = timezone.now()
    row = Circuit.objects.filter(pk=endpoint.circuit_key)
    if row.filter(failures=0, answered__gt=now - timedelta(seconds=FRESH_S)).exists():
        return
    with transaction.atomic():
        was_broken = row.exclude(failures=0).exists()
        fine = {"failures": 0, "open_until": None, "on_trial": False, "kind": "", "message": "", "cause": ""}
        Circuit.objects.update_or_create(pk=endpoint.circuit_key, defaults={**fine, "answered": now})
        if was_broken:
            announce(endpoint.team, "endpoints")


def _failed(endpoint: Endpoint, refusal: Refusal) -> None:
    """Open the circuit, or hold it open longer; failures of one crowd count once.

    A key or an account is a person's business: that is shown, and asking again is left to persons.
    """
    now = timezone.now()
    with transaction.atomic():
        Circuit.objects.get_or_create(pk=endpoint.circuit_key)
        row = Circuit.objects.select_for_update().get(pk=endpoint.circuit_key)
        is_first = row.open_until is None or row.open_until <= now or row.on_trial
        row.failures += is_first
        row.kind, row.message, row.cause, row.on_trial = refusal.kind, refusal.message, refusal.cause, False
        row.failed = now
        if refusal.passing:
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(row.failures - 1, 10))
            until = now + timedelta(seconds=max(refusal.retry_after_s or 0.0, pause if is_first else 0.0))
            row.open_until = until if is_first or row.open_until is None else max(until, row.open_until)
        else:
            row.open_until = None
        row.save()
        announce(endpoint.team, "endpoints")


def troubled(keys: list[str]) -> dict[str, Circuit]:
    """The circuits of these endpoints that are not as they should be."""
    return Circuit.objects.filter(~Q(failures=0), pk__in=keys).in_bulk()
