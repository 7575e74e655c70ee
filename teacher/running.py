"""Walks a session: its evidence, its teachers, and what happens when one of them will not answer."""

import random
from collections.abc import Callable
from typing import NoReturn, Protocol

from studio.endpoints import circuits
from studio.endpoints.account import ask_on_account
from studio.endpoints.choosing import choose, find
from studio.endpoints.models import Endpoint
from studio.events import durable
from studio.jobs.registry import Retry
from studio.llm.steps import Answer, Ask, Refusal, Role
from teacher import actions, endings, evidence
from teacher.models import Session
from teacher.now import Written
from teacher.replay import flow_of, replay

Stopped = Callable[[], bool]


class AskModel(Protocol):
    """Asks one question at an endpoint; `studio.endpoints.actions.ask_on_account`."""

    def __call__(self, endpoint: Endpoint, ask: Ask, *, stopped: Stopped, on_text: Callable[[str], None]) -> Answer: ...


GONE = Refusal(
    kind="auth",
    message="The teacher that this session asked for is not set up any more.",
    cause="endpoint removed or not in use",
)
#: Seconds before the teacher is asked again, for each time it was away; then the session ends as degraded.
PAUSES = (2.0, 8.0, 30.0)
LONGEST_PAUSE = 600.0


class Superseded(Exception):
    """The session was cancelled, or another worker has it."""


class _Refused(Exception):
    """The teacher will not answer; its refusal is not recorded as an answer, so that the session can go on later."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.kind)
        self.refusal = refusal


def run_session(
    session_id: str,
    *,
    stopped: Stopped,
    progressed: Callable[[], None] = lambda: None,
    ask_model: AskModel = ask_on_account,
) -> None:
    """Walk the session to its end, or until it has to wait (Retry) or is not wanted any more (Superseded).

    progressed: told after each answer. ask_model: asks an endpoint. Run again after a crash it takes up where it was:
    answers on record are not asked for again.
    """
    session = Session.objects.select_related("team").filter(pk=session_id).first()
    if stopped():
        raise Superseded
    if session is None or not actions.begin_session(session):
        return
    if not session.evidence:
        actions.keep_evidence(session, evidence.search(session.team, session.question))

    def ask(step: Ask) -> Answer:
        if stopped():
            raise Superseded
        endpoint = _endpoint(session, step.role)
        if endpoint is None:
            raise _Refused(GONE)
        answer = ask_model(endpoint, step, stopped=stopped, on_text=Written(session))
        actions.count_answer(session, answer)
        if isinstance(answer, Refusal):
            _give_way(session, endpoint, answer)
        progressed()
        if stopped() and not Session.objects.filter(pk=session.pk, state=Session.State.PAUSED).exists():
            raise Superseded
        return answer  # of a session that has just been paused too: it has been paid, and will be needed

    try:
        outcome = durable.run(session.stream, flow_of(session), ask=ask)
    except _Refused as refused:
        outcome = replay(session, refused.refusal)
    endings.finish_session(session, outcome)


def _endpoint(session: Session, role: Role) -> Endpoint | None:
    return find(session.team, session.teacher) if session.teacher else choose(session.team, role)


def _give_way(session: Session, endpoint: Endpoint, refusal: Refusal) -> NoReturn:
    """Raise what a refusal leads to: an end, a pause, or the session's own end.

    A session gives up when the teacher has answered nobody for the length of its pauses. While others get their answers
    it waits for its turn.
    """
    if refusal.kind == "cancelled":
        raise Superseded
    if refusal.kind == "budget":
        seconds = refusal.retry_after_s or 0.0
        actions.rest_until(session, refusal.message, seconds)
        raise Retry(seconds, refusal.message)
    session.refresh_from_db(fields=["waits", "waiting_since"])
    since = session.waiting_since
    waits = 0 if since and circuits.has_answered_since(endpoint, since) else session.waits
    most = 1 if refusal.kind == "timeout" else len(PAUSES)  # each time-out has cost a minute of waiting already
    if not refusal.passing or waits >= most or (refusal.retry_after_s or 0) > LONGEST_PAUSE:
        raise _Refused(refusal)
    seconds = max(PAUSES[waits], refusal.retry_after_s or 0) * random.uniform(1, 1.25)  # noqa: S311 - not all at once
    actions.wait_for_teacher(session, refusal, seconds, waits=waits + 1)
    raise Retry(seconds, refusal.message)
