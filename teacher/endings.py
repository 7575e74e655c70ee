"""How a session ends: what it came to is stored once, said in the log, and proposed as a pair where it was judged."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from datasets.actions import propose_pair
from studio.accounts.access import Actor
from studio.accounts.actions import announce
from studio.events.actions import append
from studio.llm.steps import Refusal, canonical
from teacher.core.outcome import Outcome, digest
from teacher.models import Session
from teacher.replay import replay

CANCELLED = Refusal(kind="cancelled", message="Somebody cancelled the session.")


def finish_session(session: Session, outcome: Outcome) -> bool:
    """Store how it ended and propose the pair; False when it had ended before.

    A judged answer goes into the review queue, flagged unless it was accepted; one that was never judged does not.
    """
    with transaction.atomic():
        if not _end(session, _fields(outcome)):
            return False
        if outcome.best is not None and outcome.state in ("done", "degraded"):
            propose(session, actor=None)
    return True


def end_as_cancelled(session_id: str) -> None:
    """End a session whose job was called off."""
    session = Session.objects.select_related("team").filter(pk=session_id).first()
    if session is not None:
        finish_session(session, replay(session, CANCELLED))


def fail_session(session_id: str, message: str) -> None:
    """End a session whose job failed for good; what it had found is kept. May be called twice."""
    session = Session.objects.select_related("team").filter(pk=session_id).first()
    if session is None or not session.is_active:
        return
    kept = replay(session, Refusal(kind="unavailable", message=message))
    with transaction.atomic():
        state = Session.State.DEGRADED if kept.draft else Session.State.FAILED
        _end(session, _fields(kept) | {"state": state, "stop_reason": "interrupted", "message": message})


def _end(session: Session, fields: Mapping[str, Any]) -> bool:
    if not Session.objects.filter(pk=session.pk).active().update(**fields, finished=timezone.now(), next_try=None):
        return False
    session.refresh_from_db()
    told = {
        "state": session.state,
        "stop_reason": session.stop_reason,
        "message": session.message,
        "score": None if session.score is None else float(session.score),
        "iterations": session.iterations,
        "tokens": session.tokens,
        "cost_usd": str(session.cost_usd),
    }
    append(session.stream, "session.finished", told)
    announce(session.team, "sessions")
    return True


def _fields(outcome: Outcome) -> dict[str, Any]:
    best = outcome.best
    critique = {
        "aspects": [{"name": a.name, "score": a.score, "why": a.why} for a in best.aspects] if best else [],
        "issues": [{"aspect": i.aspect, "severity": i.severity, "fix": i.fix} for i in best.issues] if best else [],
        "summary": outcome.message,
    }
    return {
        "state": outcome.state,
        "stop_reason": outcome.stop_reason,
        "message": outcome.message,
        "cause": outcome.cause,
        "score": None if outcome.score is None else Decimal(str(outcome.score)),
        "iterations": outcome.iterations,
        "draft": outcome.draft,
        "best_text": outcome.best_text,
        "claims": outcome.claims,
        "critique": critique,
        "models_used": [{"model": model, "provider": teacher} for model, teacher in outcome.answered_by],
    }


def propose(session: Session, *, actor: Actor | None) -> None:
    """Propose the pair and remember it on the session; within the caller's transaction. actor: whose wish it is."""
    settings = {"threshold": str(session.threshold), "max_iterations": session.max_iterations, **session.versions}
    quotes = [{**claim, "quotes": [{**q, "n": int(q["label"])} for q in claim["quotes"]]} for claim in session.claims]
    pair = propose_pair(
        team=session.team,
        instruction=session.question,
        draft=session.draft,
        completion=session.best_text,
        score=session.score,
        evidence=[{**entry, "n": int(entry["label"])} for entry in session.evidence],
        claims=quotes,
        critique=session.critique,
        provenance={
            "origin": "session",
            "session_id": str(session.pk),
            "teachers": session.models_used,
            "prompts_sha256": str(session.versions.get("prompts", "")),
            "settings_sha256": digest(canonical(settings).decode()),
        },
        session_id=session.pk,
        stop_reason=session.stop_reason,
        flags=[] if session.is_accepted else [session.stop_reason],
        actor=actor,
    )
    Session.objects.filter(pk=session.pk).update(pair_id=pair.pk)
    session.pair_id = pair.pk
    append(session.stream, "session.proposed", {"pair_id": str(pair.pk)}, actor=actor.user if actor else None)
