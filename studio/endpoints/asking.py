"""Asking an endpoint: opens its key, guards the way out, returns a Reply or a Refusal."""

import logging
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from django.conf import settings

from studio.accounts.secrets import sealer
from studio.endpoints.gates import gate
from studio.endpoints.models import Endpoint
from studio.llm import endpoint as llm
from studio.llm.builtin import BuiltIn
from studio.llm.client import Client, Limits
from studio.llm.guard import Allowed, GuardedBackend
from studio.llm.steps import Answer, Ask, Refusal
from studio.sealing import SealError

PATIENCE_S = 10.0  # how long a question waits for a place at its endpoint
log = logging.getLogger("studio.endpoints")


def ask_endpoint(
    endpoint: Endpoint,
    ask: Ask,
    *,
    stopped: Callable[[], bool] = lambda: False,
    on_text: Callable[[str], None] | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Ask one question and wait for the answer; only workers can, because only they open keys.

    stopped: polled; on_text: called with the text so far. Both run in this thread. Never call this in a transaction.
    """
    if endpoint.is_builtin:
        return BuiltIn(endpoint.name).ask(ask, stopped=stopped, on_text=on_text)
    if endpoint.max_tokens:
        ask = replace(ask, max_tokens=min(ask.max_tokens, endpoint.max_tokens))
    try:
        target = _target(endpoint)
    except SealError as error:
        log.error("endpoint key not opened", extra={"endpoint": str(endpoint.pk), "cause": type(error).__name__})
        message = "The key of this endpoint cannot be opened; enter it again on the Team page."
        return Refusal(
            kind="auth", message=message, cause=type(error).__name__, teacher=endpoint.name, model=endpoint.model
        )
    place, answer = gate(endpoint.circuit_key), None
    if not place.enter(patience_s=PATIENCE_S, stopped=stopped):
        return _busy(endpoint, is_stopped=stopped())
    try:
        with Client(target, guard=GuardedBackend(_allowed(endpoint)), limits=limits) as client:
            answer = client.ask(ask, stopped=stopped, on_text=on_text)
    finally:
        place.leave(answer)
    return answer


def _busy(endpoint: Endpoint, *, is_stopped: bool) -> Refusal:
    """No place was free in time; nothing has been asked."""
    return Refusal(
        kind="cancelled" if is_stopped else "rate_limited",
        message="Many questions are waiting for this teacher already.",
        cause="no place was free",
        teacher=endpoint.name,
        model=endpoint.model,
    )


def key_context(endpoint: Endpoint, base_url: str) -> str:
    """What a sealed key is bound to: the team, the row and the address's origin."""
    return f"endpoint|{endpoint.team_id}|{endpoint.pk}|{llm.origin(base_url)}"


def _target(endpoint: Endpoint) -> llm.Endpoint:
    return llm.Endpoint(
        name=endpoint.name,
        base_url=endpoint.base_url,
        model=endpoint.model,
        key=_key(endpoint),
        family=endpoint.family,
        json_mode="off" if endpoint.json_mode == Endpoint.JsonMode.OFF else "auto",
        price=endpoint.price,
    )


def _key(endpoint: Endpoint) -> llm.Secret:
    if endpoint.source == "environment":
        return llm.Secret(settings.STUDIO_TEACHER_KEY if settings.STUDIO_TEACHER_URL else settings.DEEPSEEK_API_KEY)
    if not endpoint.sealed_key:
        return llm.Secret("")
    return llm.Secret(sealer().open(endpoint.sealed_key, key_context(endpoint, endpoint.base_url)))


def _allowed(endpoint: Endpoint) -> list[Allowed]:
    """The operator's list; an address that the operator's own environment names is as good as on it."""
    rules = [Allowed.parse(rule) for rule in settings.STUDIO_OUTBOUND_ALLOW]
    if endpoint.source == "environment":
        parts = urlsplit(endpoint.base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        rules += [Allowed.parse(f"0.0.0.0/0:{port}"), Allowed.parse(f"[::]/0:{port}")]
    return rules
