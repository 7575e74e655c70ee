"""Pairs in API v1: list, propose, read, decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import Field

from datasets import actions
from datasets.access import access_dataset, access_pair
from datasets.models import Decision, Pair
from datasets.shapes import Claim, Critique, Passage, ProvenanceRecord, Teacher
from studio.accounts.access import Actor, require
from studio.accounts.idempotency import IdempotencyKey, once
from studio.accounts.requests import ApiRequest
from studio.web.http import Problem
from studio.web.paging import keyset_page

router = Router(tags=["Pairs"])

PairStatus = Literal["proposed", "approved", "rejected", "sent_back"]
MAX_LIMIT = 200


class PairOut(Schema):
    """A pair. completion: after an approval exactly the approved text. version: name it when you decide."""

    id: UUID
    version: int
    status: PairStatus
    instruction: str
    system: str
    draft: str
    completion: str
    score: float | None
    stop_reason: str
    flags: list[str]
    dataset_id: UUID
    session_id: UUID | None
    created: datetime
    decided: datetime | None


class DecisionOut(Schema):
    """A decision of the log. position, digest: its place in the team's hash chain."""

    version: int
    verdict: str
    reviewer: str
    reason_code: str
    reason: str
    edited: bool = Field(validation_alias="was_edited")
    position: int
    digest: str
    created: datetime

    @staticmethod
    def resolve_reviewer(decision: Decision) -> str:
        return str(decision.reviewer)


class PairDetail(PairOut):
    """A pair with all that is known about it."""

    evidence: list[Passage]
    claims: list[Claim]
    critique: Critique
    provenance: dict[str, object]
    decisions: list[DecisionOut]


class PairPage(Schema):
    """Pairs, newest first. next: the cursor of the following page, null on the last one."""

    results: list[PairOut]
    next: str | None


class PairIn(Schema):
    """A pair to propose. evidence: passages, or just their texts. teachers: the models that took part."""

    instruction: str
    completion: str
    draft: str = ""
    system: str = ""
    score: float | None = None
    evidence: list[str | Passage] = []
    claims: list[Claim] = []
    critique: Critique = Critique()
    teachers: list[Teacher] = []
    flags: list[str] = []
    dataset: UUID | None = None


class DecideIn(Schema):
    """text: the completion that is approved, where it was edited. reason: needed to reject, unless a code names one."""

    verdict: Literal["approve", "reject", "send_back"]
    version: int
    text: str | None = None
    reason: str = ""
    reason_code: str = ""


@router.get("/pairs", response=PairPage, summary="List pairs")
def pair_list(
    request: ApiRequest,
    status: PairStatus | None = None,
    cursor: UUID | None = None,
    session_id: UUID | None = None,
    limit: int = Query(50, ge=1, le=MAX_LIMIT),
) -> dict[str, object]:
    """Newest first; follow `next` until it is null."""
    require(request.auth, "read")
    pairs = Pair.objects.filter(team=request.auth.team)
    if status:
        pairs = pairs.filter(status=status)
    if session_id:
        pairs = pairs.filter(session_id=session_id)
    pairs = pairs.defer("evidence", "claims", "critique", "provenance")
    page = keyset_page(pairs, sort="-created", after=Pair(pk=cursor) if cursor else None, size=limit)
    return {"results": page.rows, "next": page.next}


@router.post("/pairs", response={201: PairOut, 404: Problem}, summary="Propose a pair")
def pair_create(request: ApiRequest, data: PairIn, key: IdempotencyKey = None) -> Status[Pair]:
    """Put a pair into the review queue."""
    require(request.auth, "propose")
    return Status(201, once(request, key, data, Pair, lambda: _propose(request.auth, data)))


def _propose(actor: Actor, data: PairIn) -> Pair:
    provenance: ProvenanceRecord = {"origin": "api", "teachers": [teacher.model_dump() for teacher in data.teachers]}
    return actions.propose_pair(
        team=actor.team,
        instruction=data.instruction,
        system=data.system,
        draft=data.draft,
        completion=data.completion,
        score=data.score,
        evidence=_passages(data.evidence),
        claims=[claim.model_dump() for claim in data.claims],
        critique=data.critique.model_dump(),
        provenance=provenance,
        flags=data.flags,
        dataset=access_dataset(actor, data.dataset) if data.dataset else None,
        actor=actor,
    )


@router.get("/pairs/{uuid:pk}", response=PairDetail, summary="Read a pair")
def pair_detail(request: ApiRequest, pk: UUID) -> dict[str, object]:
    """A pair with its evidence, claims, critique, provenance and decisions, oldest first."""
    pair = access_pair(request.auth, pk)
    fields = {name: getattr(pair, name) for name in PairDetail.model_fields if name != "decisions"}
    return {**fields, "decisions": list(pair.decisions.select_related("reviewer").order_by("position"))}


@router.post("/pairs/{uuid:pk}/decide", response={200: PairOut, 409: Problem}, summary="Decide about a pair")
def pair_decide(request: ApiRequest, pk: UUID, data: DecideIn, key: IdempotencyKey = None) -> Pair:
    """Approve, reject or send back a version; 409 when it is no longer the one that waits."""
    pair = access_pair(request.auth, pk, right="review")

    def decide() -> Pair:
        actions.decide_pair(
            request.auth,
            pair,
            verdict=data.verdict,
            version=data.version,
            text=data.text,
            reason=data.reason,
            reason_code=data.reason_code,
        )
        return pair

    return once(request, key, data, Pair, decide)


def _passages(given: Sequence[str | Passage]) -> list[dict[str, object]]:
    """Numbered from 1 where only the text was given."""
    return [
        {"n": number, "text": passage} if isinstance(passage, str) else passage.model_dump()
        for number, passage in enumerate(given, 1)
    ]
