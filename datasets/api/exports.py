"""Exports and statistics in API v1."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import FileResponse
from ninja import Field, Query, Router, Schema, Status

from datasets import actions
from datasets.access import access_dataset, access_export
from datasets.actions.keys import current_list
from datasets.core import canonical
from datasets.core.keys import write_list
from datasets.core.settings import DEFAULT_LAYOUTS
from datasets.models import Dataset, Export, default_dataset
from datasets.statistics import statistics_of
from datasets.views.exports import archive_response
from studio.accounts.access import require
from studio.accounts.idempotency import IdempotencyKey, once
from studio.accounts.requests import ApiRequest
from studio.web.errors import Conflict
from studio.web.http import Problem

router = Router(tags=["Exports"])


class DatasetOut(Schema):
    """A data set. licence: an SPDX expression."""

    id: UUID
    name: str
    description: str
    licence: str
    created: datetime


class ExportIn(Schema):
    """dataset: the team's first one when left out. layouts: files for trainers."""

    dataset: UUID | None = None
    min_quality: Decimal | None = Field(default=None, ge=0, le=1, max_digits=4, decimal_places=3)
    frames: bool = False
    parquet: bool = True
    layouts: list[str] = list(DEFAULT_LAYOUTS)
    version: str = Field(default="", max_length=40)
    description: str = Field(default="", max_length=2_000)


class FileOut(Schema):
    """One file of an export."""

    name: str
    sha256: str
    size: int


class ExportOut(Schema):
    """state: building, waiting (for an outside key), ready, failed; done: rows written so far.

    supersedes: the export from which this one withdraws rows; superseded_by: the finished one to pass on instead;
    withdrawn_since: how many of its pairs were withdrawn from other exports and still stand in this one.
    """

    id: UUID
    state: str
    version: str
    rows: int
    done: int
    withheld: int
    root: str
    files: list[FileOut]
    key_fingerprint: str
    ledger_seq: int | None
    supersedes: UUID | None
    superseded_by: UUID | None
    withdrawn_since: int
    error: str


class StatisticsOut(Schema):
    """total, states: of all pairs. The rest is of approved ones: how many have a score, and average, minimum, maximum
    (null without any), how many are in each class of quality; teachers, approvers and signers as [name, number].
    """

    total: int
    states: dict[str, int]
    scored: int
    average: float | None
    minimum: float | None
    maximum: float | None
    quality: dict[str, int]
    teachers: list[tuple[str, int]]
    approvers: list[tuple[str, int]]
    signers: list[tuple[str, int]]


class ExportCreated(Schema):
    """Where to ask for it."""

    id: UUID
    state: str
    rows: int


def _out(export: Export) -> dict[str, Any]:
    entry = getattr(export, "ledger_entry", None)
    names = ("id", "state", "version", "rows", "done", "withheld", "root", "files", "error")
    fields = {name: getattr(export, name) for name in names}
    replacement = export.replacement
    return {
        **fields,
        "key_fingerprint": export.key_id,
        "ledger_seq": entry.seq if entry else None,
        "supersedes": export.supersedes_id,
        "superseded_by": replacement.pk if replacement else None,
        "withdrawn_since": len(actions.withdrawn_since(export)),
    }


@router.get("/datasets", response=list[DatasetOut], summary="List data sets")
def dataset_list(request: ApiRequest) -> list[Dataset]:
    """Oldest first; the first one is meant where none is named."""
    require(request.auth, "read")
    return list(Dataset.objects.filter(team=request.auth.team).order_by("created", "id"))


@router.post("/exports", response={201: ExportCreated, 404: Problem}, summary="Start an export")
def export_create(request: ApiRequest, data: ExportIn, key: IdempotencyKey = None) -> Status[Export]:
    """Take the approved pairs as they are now; the export is built and signed in the background."""
    require(request.auth, "export")
    dataset = access_dataset(request.auth, data.dataset) if data.dataset else default_dataset(request.auth.team)
    choice = actions.ExportChoice(
        dataset=dataset,
        min_quality=data.min_quality,
        version=data.version,
        description=data.description,
        layouts=data.layouts,
        parquet=data.parquet,
        frames=data.frames,
    )
    return Status(201, once(request, key, data, Export, lambda: actions.start_export(request.auth, choice)))


@router.get("/exports", response=list[ExportCreated], summary="List exports")
def export_list(request: ApiRequest, limit: int = Query(50, ge=1, le=200)) -> list[Export]:
    """Newest first."""
    require(request.auth, "read")
    return list(Export.objects.filter(team=request.auth.team).order_by("-pk")[:limit])


@router.get("/exports/{uuid:pk}", response=ExportOut, summary="Read an export")
def export_detail(request: ApiRequest, pk: UUID) -> dict[str, Any]:
    """Its state, and once it is ready its files with digests and the fingerprint of the key that signed."""
    return _out(access_export(request.auth, pk))


@router.get(
    "/exports/{uuid:pk}/archive",
    response={200: None, 409: Problem},
    summary="Download an export",
    openapi_extra={"responses": {200: {"content": {"application/zip": {}}}}},
)
def export_archive(request: ApiRequest, pk: UUID) -> FileResponse:
    """The whole export as a zip file; 409 until it is ready."""
    export = access_export(request.auth, pk)
    if not export.is_ready:
        raise Conflict("There is no archive of this export yet: its state is not ready.", code="not_ready")
    return archive_response(export)


@router.get("/keys", response=dict[str, Any], summary="Read the key list")
def key_list(request: ApiRequest) -> Any:
    """The key list in force, as `keys.json` holds it."""
    require(request.auth, "read")
    return canonical.load(write_list(current_list(request.auth.team)))


@router.get("/statistics", response={200: StatisticsOut, 404: Problem}, summary="Read statistics")
def statistics(request: ApiRequest, dataset: UUID | None = None) -> dict[str, Any]:
    """Totals by state, quality of approved pairs, teachers, approvers and signers; of one data set or of the team."""
    require(request.auth, "read")
    found = access_dataset(request.auth, dataset) if dataset else None
    return statistics_of(request.auth.team, found.pk if found else None).to_json()
