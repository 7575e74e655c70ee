"""Event kinds and the watch rule of sessions."""

from typing import Literal

from django.core.exceptions import ValidationError

from studio.accounts.access import is_member
from studio.accounts.models import User
from studio.events.kinds import Payload, kind
from studio.events.watch import watch
from teacher.models import Session


@watch("session")
def may_watch_session(user: User, object_id: str) -> bool:
    """Members of its team."""
    try:
        team_id = Session.objects.filter(pk=object_id).values_list("team_id", flat=True).first()
    except (ValueError, ValidationError):
        return False
    return team_id is not None and is_member(user, team_id)


class Spent(Payload):
    """What the session had used by then. model_ms: time models took to answer."""

    tokens: int
    cost_usd: str
    model_ms: int


class _Finding(Payload):
    """A finding of the flow. model: who answered last."""

    spent: Spent
    model: str


class PassageRef(Payload):
    """A passage of the evidence without its text."""

    label: str
    title: str
    document_id: str
    start: int
    end: int


class QuoteShown(Payload):
    """A quote that stands; start and end count in the document, where there is one."""

    label: str
    title: str
    document_id: str
    start: int
    end: int
    text: str


class ClaimShown(Payload):
    """A claim with the verdict that stands. note: why it was downgraded."""

    id: str
    text: str
    kind: str
    span: list[int]
    verdict: Literal["SUPPORTED", "CONTRADICTED", "NOT_FOUND", "NOT_CHECKABLE"]
    quotes: list[QuoteShown]
    why: str
    downgraded: bool
    note: str


class AspectShown(Payload):
    name: str
    score: int
    why: str


class IssueShown(Payload):
    id: str
    aspect: str
    severity: str
    fix: str


@kind("session.started", template="teacher/events/session_started.html")
class SessionStarted(Payload):
    """rubric, prompts: versions. teacher: the endpoint asked for, empty when chosen by role."""

    question: str
    threshold: str
    max_iterations: int
    teacher: str
    rubric: str
    prompts: str


@kind("evidence.packed", template="teacher/events/evidence_packed.html")
class EvidencePacked(Payload):
    passages: list[PassageRef]
    source: Literal["vault", "given"]


@kind("draft.finished", template="teacher/events/draft_finished.html")
class DraftFinished(_Finding):
    text: str
    sha256: str
    author: str


@kind("claims.verified", template="teacher/events/claims_verified.html")
class ClaimsVerified(_Finding):
    """uncovered: sentences that no claim speaks of. invented: claims listed that the candidate does not make."""

    iteration: int
    candidate: int
    claims: list[ClaimShown]
    uncovered: list[str]
    invented: int
    grounding: float


@kind("critique.finished", template="teacher/events/critique_finished.html")
class CritiqueFinished(_Finding):
    iteration: int
    candidate: int
    score: float
    grounding: float
    contradicted: int
    aspects: list[AspectShown]
    issues: list[IssueShown]


@kind("decision.made", template="teacher/events/decision_made.html")
class DecisionMade(_Finding):
    """grounding, contradicted, blockers: of the candidate; any of them may keep it from passing whatever its score."""

    iteration: int
    candidate: int
    action: Literal["accept", "revise", "stop"]
    reason: str
    score: float
    best: int
    best_score: float
    threshold: float
    least_grounding: float
    rubric: str
    grounding: float = 1.0
    contradicted: int = 0
    blockers: int = 0


@kind("revision.finished", template="teacher/events/revision_finished.html")
class RevisionFinished(_Finding):
    iteration: int
    candidate: int
    parent: int
    before: str
    text: str
    sha256: str
    author: str
    applied: list[str]
    not_applied: list[str]


@kind("answer.malformed", template="teacher/events/answer_malformed.html")
class AnswerMalformed(_Finding):
    step: str
    role: str
    error: str


@kind("answer.cut", template="teacher/events/answer_cut.html")
class AnswerCut(_Finding):
    step: str
    role: str
    max_tokens: int


@kind("session.waiting", template="teacher/events/session_waiting.html")
class SessionWaiting(Payload):
    """The teacher is away for the moment; the session asks again by itself at `next_try` (ISO 8601)."""

    message: str
    cause: str
    next_try: str
    teacher: str = ""


@kind("session.paused", template="teacher/events/session_paused.html")
class SessionPaused(Payload):
    """The session rests: until a person has it go on, or until `until` (ISO 8601, empty for never by itself)."""

    message: str
    until: str = ""


@kind("session.resumed", template="teacher/events/session_resumed.html")
class SessionResumed(Payload):
    pass


@kind("session.finished", template="teacher/events/session_finished.html")
class SessionFinished(Payload):
    state: Literal["done", "degraded", "cancelled", "failed"]
    stop_reason: str
    message: str
    score: float | None
    iterations: int
    tokens: int
    cost_usd: str


@kind("session.proposed", template="teacher/events/session_proposed.html")
class SessionProposed(Payload):
    pair_id: str
