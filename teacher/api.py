"""API of sessions: start one, follow it, change its course."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Query, Router, Schema, Status

from studio.accounts.access import Actor, require
from studio.accounts.idempotency import IdempotencyKey, once
from studio.accounts.requests import ApiRequest
from studio.events.models import Event
from studio.events.queries import last_seq
from studio.web.http import Problem
from studio.web.paging import keyset_page
from teacher import actions
from teacher.access import access_session
from teacher.evidence import MOST_GIVEN
from teacher.models import MOST_ITERATIONS, Session

router = Router(tags=["Sessions"])
BATCH = 500
"""Events in one answer: more than where each is rendered as well (`studio.events.views`)."""


class SessionIn(Schema):
    """A question for the teachers. Without evidence the team's vault is searched.

    draft: an answer to start from. teacher: an endpoint's id or name, "environment" or "built-in".
    """

    question: str = Field(min_length=1, max_length=actions.LONGEST_QUESTION)
    draft: str = Field(default="", max_length=actions.LONGEST_DRAFT)
    evidence: list[str] = Field(default_factory=list, max_length=MOST_GIVEN)
    teacher: str = Field(default="", max_length=80)
    threshold: Decimal = Field(default=Decimal("0.8"), ge=0, le=1)
    max_iterations: int = Field(default=3, ge=1, le=MOST_ITERATIONS)


class SessionCreated(Schema):
    id: UUID


class QuoteOut(Schema):
    """Words that stand in the evidence; start and end count in the document, where there is one."""

    text: str
    label: str
    title: str
    document_id: str
    start: int
    end: int


class ClaimOut(Schema):
    """A claim of the best text. note: why its verdict was downgraded, if it was."""

    text: str
    verdict: str
    quotes: list[QuoteOut]
    note: str


class SessionOut(Schema):
    """A session; `score` is null as long as nothing has been judged."""

    id: UUID
    state: Session.State
    stop_reason: str
    message: str
    score: float | None
    iterations: int
    question: str
    draft: str
    best_text: str
    claims: list[ClaimOut]
    tokens: int
    cost_usd: float
    pair_id: UUID | None
    created: datetime


class SessionRow(Schema):
    """A session as lists have it."""

    id: UUID
    state: Session.State
    stop_reason: str
    score: float | None
    iterations: int
    question: str
    pair_id: UUID | None
    created: datetime


class SessionPage(Schema):
    """Sessions, newest first. next: the cursor of the following page, null on the last one."""

    results: list[SessionRow]
    next: str | None


class EventOut(Schema):
    seq: int
    kind: str
    data: dict[str, Any]
    created: datetime


class EventsOut(Schema):
    """Events after the one asked for, at most 500, oldest first. last_seq: what to ask after next."""

    events: list[EventOut]
    last_seq: int


@router.post("/sessions", response={201: SessionCreated}, summary="Start a session")
def create_session(request: ApiRequest, data: SessionIn, key: IdempotencyKey = None) -> Status[Session]:
    def start() -> Session:
        return actions.start_session(
            request.auth,
            data.question,
            draft=data.draft,
            texts=data.evidence,
            teacher=data.teacher,
            threshold=data.threshold,
            max_iterations=data.max_iterations,
        )

    return Status(201, once(request, key, data, Session, start))


@router.get("/sessions", response=SessionPage, summary="List sessions")
def list_sessions(
    request: ApiRequest,
    state: Session.State | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Newest first; follow `next` until it is null."""
    require(request.auth, "read")
    sessions = Session.objects.of(request.auth.team).only(*SessionRow.model_fields)
    if state:
        sessions = sessions.filter(state=state)
    page = keyset_page(sessions, sort="-created", after=Session(pk=cursor) if cursor else None, size=limit)
    return {"results": page.rows, "next": page.next}


@router.get("/sessions/{uuid:pk}", response=SessionOut, summary="Read a session")
def get_session(request: ApiRequest, pk: UUID) -> Session:
    return access_session(request.auth, pk)


@router.get("/sessions/{uuid:pk}/events", response=EventsOut, summary="Follow a session")
def get_session_events(
    request: ApiRequest, pk: UUID, after: Annotated[int, Query(ge=0, le=2**62)] = 0
) -> dict[str, Any]:
    session = access_session(request.auth, pk)
    events = list(Event.objects.after(session.stream, after)[:BATCH])
    return {"events": events, "last_seq": events[-1].seq if events else min(after, last_seq(session.stream))}


def _after(action: Callable[[Actor, Session], None], request: ApiRequest, pk: UUID) -> Session:
    """The session as it is after somebody changed its course."""
    session = access_session(request.auth, pk, right="teach")
    action(request.auth, session)
    session.refresh_from_db()
    return session


@router.post("/sessions/{uuid:pk}/cancel", response={200: SessionOut, 409: Problem}, summary="Cancel a session")
def cancel_session(request: ApiRequest, pk: UUID) -> Session:
    return _after(actions.cancel_session, request, pk)


@router.post("/sessions/{uuid:pk}/pause", response={200: SessionOut, 409: Problem}, summary="Pause a session")
def pause_session(request: ApiRequest, pk: UUID) -> Session:
    return _after(actions.pause_session, request, pk)


@router.post("/sessions/{uuid:pk}/resume", response={200: SessionOut, 409: Problem}, summary="Have a session go on")
def resume_session(request: ApiRequest, pk: UUID) -> Session:
    return _after(actions.resume_session, request, pk)
