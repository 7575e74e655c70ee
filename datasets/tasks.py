"""Jobs of the datasets app."""

import shutil
import time
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone

from datasets import exporting, importing
from datasets.actions import exports, keys
from datasets.actions.imports import IMPORT_JOB, fail_import
from datasets.models import Export, Import, LedgerEntry
from studio.accounts.models import Team
from studio.events.actions import append
from studio.jobs.registry import job
from studio.jobs.runner import JobContext


def _export_failed(kwargs: dict[str, Any], sentence: str) -> None:
    exports.fail_export(kwargs["export_id"], sentence)
    if not LedgerEntry.objects.filter(export=kwargs["export_id"]).exists():  # what is signed stays as evidence
        shutil.rmtree(Export(pk=kwargs["export_id"]).home, ignore_errors=True)


@job(exports.BUILD_JOB, queue="cpu", max_attempts=5, on_failure=_export_failed)
def build_export(ctx: JobContext, export_id: str) -> None:
    """Write, sign and pack one export, saying about once a second how far it is."""
    export = Export.objects.select_related("team", "dataset", "frame_secret", "supersedes", "created_by").get(
        pk=export_id
    )
    if not export.is_building:
        return
    Export.objects.filter(pk=export.pk, started=None).update(started=timezone.now())
    told = time.monotonic()

    def progress(done: int) -> None:
        nonlocal told
        ctx.progress(done, export.rows)
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            with transaction.atomic():
                Export.objects.filter(pk=export.pk).update(done=done)
                append(f"export:{export.pk}", "export.progressed", {"done": done, "rows": export.rows})

    try:
        exporting.build(export, stopped=ctx.stopped, progress=progress)
    except exporting.Stopped:
        _export_failed({"export_id": export_id}, "It was called off.")


@job(exports.SIGN_JOB, queue="cpu", max_attempts=5, on_failure=_export_failed)
def sign_export(ctx: JobContext, export_id: str) -> None:
    """Complete an export with the signature of an outside key."""
    export = Export.objects.select_related("team", "dataset", "supersedes", "created_by").get(pk=export_id)
    if export.is_waiting and export.signatures:
        with suppress(exporting.Stopped):
            exporting.sign_outside(export)


@job(keys.RECORD_JOB, queue="cpu", max_attempts=5)
def record_keys(ctx: JobContext, team_id: str) -> None:
    """Write a changed key list into the ledger."""
    keys.record_keys(Team.objects.get(pk=team_id))


def _import_failed(kwargs: dict[str, Any], sentence: str) -> None:
    fail_import(kwargs["import_id"], sentence)


@job(IMPORT_JOB, queue="cpu", max_attempts=3, on_failure=_import_failed)
def import_pairs(ctx: JobContext, import_id: str) -> None:
    """Read a file of pairs and propose what it holds."""
    found = Import.objects.select_related("team", "dataset", "created_by").get(pk=import_id)
    if found.state == Import.State.READING:
        importing.run(found, stopped=ctx.stopped, progress=ctx.progress)
