"""Every write of the teacher app that means something."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studio.accounts.access import Actor, require
from studio.accounts.actions import announce
from studio.endpoints.choosing import find
from studio.endpoints.models import Budget
from studio.events.actions import append
from studio.jobs.actions import cancel, enqueue
from studio.llm.steps import Answer, Refusal, Reply
from studio.web.errors import Conflict, Invalid
from studio.web.texts import is_storable
from teacher import evidence as packing
from teacher.core import rubrics
from teacher.core.prompts import version
from teacher.endings import CANCELLED, finish_session, propose
from teacher.models import Session
from teacher.replay import replay

JOB = "teacher.run_session"
LONGEST_QUESTION, LONGEST_DRAFT = 8_000, 40_000


def start_session(
    actor: Actor,
    question: str,
    *,
    draft: str = "",
    texts: Sequence[str] = (),
    chunk_ids: Sequence[int] = (),
    teacher: str = "",
    threshold: Decimal = Decimal("0.8"),
    max_iterations: int = 3,
) -> Session:
    """Start a session in the actor's team; a worker walks it.

    texts: evidence that the person brings. chunk_ids: passages of the vault. With neither the vault is searched.
    teacher: an endpoint's id or name, "environment" or "built-in"; empty chooses by role.
    Raises Invalid for a text that is empty or too long and for a teacher that is not there.
    """
    require(actor, "teach")
    question, draft = _clean(question, LONGEST_QUESTION, "question"), _clean(draft, LONGEST_DRAFT, "draft")
    if not question:
        raise Invalid("A session needs a question.", code="no_question")
    if teacher:
        endpoint = find(actor.team, teacher)
        if endpoint is None:
            raise Invalid("There is no such teacher, or it is not in use.", code="no_teacher")
        teacher = endpoint.ref
    given = packing.given(_clean(text, packing.MOST_CHARACTERS_GIVEN, "evidence") for text in texts)
    entries = given or packing.chosen(actor.team, chunk_ids)
    session = Session(
        team=actor.team,
        created_by=actor.user,
        question=question,
        given_draft=draft,
        teacher=teacher,
        threshold=threshold.quantize(Decimal("0.001")),
        max_iterations=max_iterations,
        evidence=entries,
        versions={"rubric": rubrics.RUBRIC, "prompts": version()},
    )
    with transaction.atomic():
        session.save(force_insert=True)
        started = {
            "question": question,
            "threshold": str(session.threshold),
            "max_iterations": max_iterations,
            "teacher": teacher,
            **session.versions,
        }
        append(session.stream, "session.started", started, key="started", actor=actor.user)
        if entries:
            tell_evidence(session, "given" if given else "vault")
        enqueue(JOB, key=session.job_key, team=actor.team, session_id=str(session.pk))
        announce(actor.team, "sessions")
    return session


def cancel_session(actor: Actor, session: Session) -> None:
    """End the session now; what it has found so far is kept. The worker stops asking within a moment.

    Raises Conflict when it has ended already.
    """
    require(actor, "teach")
    kept = replay(session, CANCELLED)
    with transaction.atomic():
        cancel(JOB, session.job_key)
        if not finish_session(session, kept):
            raise Conflict("This session has ended already.", code="ended")


def pause_session(actor: Actor, session: Session) -> None:
    """Let the session rest until a person has it go on. Raises Conflict when it is not under way."""
    require(actor, "teach")
    with transaction.atomic():
        cancel(JOB, session.job_key)
        if not _rest(session, "Somebody paused the session.", actor=actor):
            raise Conflict("This session is not under way.", code="not_running")


def rest_until(session: Session, message: str, seconds: float) -> None:
    """Let the session rest for a time; it goes on by itself, or when a person says so."""
    with transaction.atomic():
        _rest(session, message, until=timezone.now() + timedelta(seconds=seconds))


def _rest(session: Session, message: str, *, actor: Actor | None = None, until: datetime | None = None) -> bool:
    under_way = Session.objects.filter(pk=session.pk).active().exclude(state=Session.State.PAUSED)
    if not under_way.update(state=Session.State.PAUSED, message=message, next_try=until):
        return False
    told = {"message": message, "until": until.isoformat() if until else ""}
    append(session.stream, "session.paused", told, actor=actor.user if actor else None)
    announce(session.team, "sessions")
    return True


def set_budget(actor: Actor, tokens: int | None, cost_usd: Decimal | None) -> None:
    """Set what the team may use in a day; sessions that rest because of the old budget go on."""
    require(actor, "administer")
    with transaction.atomic():
        Budget.objects.update_or_create(team=actor.team, defaults={"tokens": tokens, "cost_usd": cost_usd})
        resting = Session.objects.of(actor.team).filter(state=Session.State.PAUSED, next_try__isnull=False)
        for session in resting.only("pk", "state", "stop_reason", "team"):
            with suppress(Conflict):  # somebody was quicker
                _resume(session, actor)


def resume_session(actor: Actor, session: Session) -> None:
    """Go on where the session stopped; what was answered is not asked again.

    Raises Conflict for a session that runs, or that came to an end of its own.
    """
    require(actor, "teach")
    _resume(session, actor)


def _resume(session: Session, actor: Actor) -> None:
    with transaction.atomic():
        ended = Session.objects.filter(pk=session.pk, state=session.state, stop_reason=session.stop_reason)
        queued = {"state": Session.State.QUEUED, "stop_reason": "", "message": "", "cause": "", "waits": 0}
        queued["waiting_since"] = None
        if not session.can_resume or not ended.update(**queued, next_try=None, finished=None):
            raise Conflict("This session cannot go on; start a new one.", code="cannot_resume")
        append(session.stream, "session.resumed", actor=actor.user)
        cancel(JOB, session.job_key)  # one that waits for another day
        enqueue(JOB, key=session.job_key, team=session.team, session_id=str(session.pk))
        announce(session.team, "sessions")


def begin_session(session: Session) -> bool:
    """Mark it as running; False when it is not wanted any more."""
    now = timezone.now()
    with transaction.atomic():
        active = Session.objects.filter(pk=session.pk).runnable()
        fields = {"state": Session.State.RUNNING, "next_try": None, "message": "", "started": session.started or now}
        if not active.update(**fields, written=0):
            return False
        announce(session.team, "sessions")
    return True


def keep_evidence(session: Session, entries: list[packing.Entry]) -> None:
    """Store the passages that were found in the vault, once."""
    with transaction.atomic():
        if Session.objects.filter(pk=session.pk, evidence=[]).update(evidence=entries):
            session.evidence = entries
            tell_evidence(session, "vault")
        else:
            session.refresh_from_db(fields=["evidence"])


def tell_evidence(session: Session, source: str) -> None:
    """Put the passages into the log, without their texts."""
    names = ("label", "title", "document_id", "start", "end")
    passages = [{name: entry[name] for name in names} for entry in session.evidence]
    append(session.stream, "evidence.packed", {"passages": passages, "source": source}, key="evidence")


def wait_for_teacher(session: Session, refusal: Refusal, seconds: float, *, waits: int) -> None:
    """Say that the teacher is away and when it is asked again. waits: how often so far, this time included."""
    now = timezone.now()
    next_try = now + timedelta(seconds=seconds)
    waiting = {"state": Session.State.WAITING, "next_try": next_try, "waits": waits, "message": refusal.message}
    if waits == 1:
        waiting["waiting_since"] = now
    with transaction.atomic():
        if Session.objects.filter(pk=session.pk, state=Session.State.RUNNING).update(**waiting):
            told = {"teacher": refusal.teacher, "message": refusal.message, "cause": refusal.cause}
            append(session.stream, "session.waiting", {**told, "next_try": next_try.isoformat()})
            announce(session.team, "sessions")


def count_answer(session: Session, answer: Answer) -> None:
    """Add an answer to the session's bill, whatever becomes of it; a reply says that the teacher is there again."""
    spent = {"tokens": F("tokens") + answer.usage.total, "cost_usd": F("cost_usd") + (answer.cost_usd or Decimal(0))}
    there = {"waits": 0, "waiting_since": None, "written": 0} if isinstance(answer, Reply) else {}
    if answer.usage.total or there:
        Session.objects.filter(pk=session.pk).update(**spent, **there)


def propose_session(actor: Actor, session: Session) -> None:
    """Put the best text into the review queue because a person wants it there."""
    require(actor, "propose")
    with transaction.atomic():
        if not session.can_propose:
            raise Conflict("This session has no answer to propose, or it is in the queue already.", code="nothing")
        propose(session, actor=actor)


def _clean(text: str, longest: int, name: str) -> str:
    text = text.strip()
    if not is_storable(text):
        raise Invalid(f"The {name} holds a character that cannot be stored.")
    if len(text) > longest:
        raise Invalid(f"The {name} is longer than {longest:,} characters.", code="too_long")
    return text
