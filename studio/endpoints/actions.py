"""Every write of the endpoints app that means something."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from studio.accounts.access import Actor, require
from studio.accounts.actions import announce, record
from studio.accounts.secrets import sealer
from studio.endpoints import circuits
from studio.endpoints.asking import ask_endpoint, key_context
from studio.endpoints.models import Endpoint
from studio.jobs.actions import enqueue
from studio.llm.endpoint import origin
from studio.llm.steps import Ask, Refusal
from studio.web.errors import Conflict

PROBE = Ask(
    key="probe",
    role="answerer",
    inputs={"question": "", "evidence": []},
    messages=({"role": "user", "content": "Answer with the single word: ready"},),
    max_tokens=16,
)


def save_endpoint(actor: Actor, endpoint: Endpoint, fields: Mapping[str, Any], *, key: str = "") -> Endpoint:
    """Create or change an endpoint of the actor's team.

    key: a new key; empty keeps the stored one. A stored key is void as soon as the address's origin changes, so that
    nobody can have it sent somewhere else. Raises Conflict when the name is taken.
    """
    require(actor, "administer")
    is_new = endpoint._state.adding
    before = "" if is_new else endpoint.base_url
    for name, value in fields.items():
        setattr(endpoint, name, value)
    endpoint.team, endpoint.updated = actor.team, timezone.now()
    if endpoint.is_builtin:
        endpoint.base_url, endpoint.sealed_key = "", ""
    elif key:
        endpoint.sealed_key = sealer().seal(key, key_context(endpoint, endpoint.base_url))
    elif before and origin(before) != origin(endpoint.base_url):
        endpoint.sealed_key = ""
    endpoint.test_state, endpoint.test_message, endpoint.tested = Endpoint.TestState.UNTESTED, "", None
    try:
        with transaction.atomic():
            endpoint.save()
            circuits.forget(endpoint)
            _tell(actor, endpoint, "endpoint.added" if is_new else "endpoint.changed")
    except IntegrityError as error:
        raise Conflict("Another endpoint of the team has this name.", code="name_taken") from error
    return endpoint


def delete_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """Remove an endpoint and its key."""
    require(actor, "administer")
    with transaction.atomic():
        _tell(actor, endpoint, "endpoint.removed")
        circuits.forget(endpoint)
        endpoint.delete()


def test_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """Have a worker ask the endpoint one word; the page shows how that went."""
    require(actor, "administer")
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(test_state=Endpoint.TestState.TESTING, test_message="")
        enqueue("endpoints.test_endpoint", key=f"endpoint:{endpoint.pk}", team=actor.team, endpoint_id=str(endpoint.pk))
        announce(actor.team, "endpoints")


def run_test(endpoint: Endpoint) -> None:
    """Ask the probe question and store what came of it; called by the job."""
    answer = ask_endpoint(endpoint, PROBE)
    circuits.record(endpoint, answer)
    if isinstance(answer, Refusal):
        record_test(
            endpoint,
            Endpoint.TestState.FAILED,
            f"{answer.message} ({answer.cause})" if answer.cause else answer.message,
        )
    else:
        record_test(endpoint, Endpoint.TestState.READY, f"{answer.model} answered in {answer.latency_ms / 1000:.1f} s.")


def record_test(endpoint: Endpoint, state: str, message: str) -> None:
    """Store the outcome of a test, unless the endpoint was changed while it ran."""
    with transaction.atomic():
        same = Endpoint.objects.filter(pk=endpoint.pk, updated=endpoint.updated)
        if same.update(test_state=state, test_message=message[:300], tested=timezone.now()):
            announce(endpoint.team, "endpoints")


def _tell(actor: Actor, endpoint: Endpoint, kind: str) -> None:
    where = origin(endpoint.base_url) if endpoint.base_url else "the built-in teacher"
    data = {"endpoint_id": str(endpoint.pk), "name": endpoint.name, "leads_to": where}
    record(actor.team, kind, data, by=actor.user, what="endpoints")
