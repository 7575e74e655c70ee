"""Exports: the wizard, the page of one export, its files, its proofs."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from datasets import actions
from datasets.access import access_export
from datasets.actions.choice import LEFT_OUT
from datasets.core import names
from datasets.core.errors import Malformed
from datasets.core.verify import proof as proofs
from datasets.core.verify.source import Folder, Limits
from datasets.export_forms import ExportForm, SignaturesForm
from datasets.exporting import archive_name
from datasets.models import Dataset, Export, default_dataset
from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.web.errors import Invalid, StudioError
from studio.web.htmx import is_partial, render_partial
from studio.web.ids import as_uuid

PREVIEW = 3


@require_http_methods(["GET", "POST"])
def export_create(request: HttpRequest) -> HttpResponse:
    """What, in which form, signed by whom: one page, with the exact number that will leave."""
    require(request.actor, "export")
    team = request.actor.team
    asked = as_uuid(request.GET.get("dataset", ""))
    dataset = (asked and Dataset.objects.filter(team=team, pk=asked).first()) or default_dataset(team)
    form = ExportForm(request.POST if request.method == "POST" else None, team=team, default=dataset)
    if request.method == "POST" and form.is_valid():
        try:
            export = actions.start_export(request.actor, form.choice())
        except Invalid as error:
            form.add_error(None, error.message)
        else:
            return redirect("datasets:export_detail", export.pk)
    context = {"form": form, "key": actions.signing_key(team), **_preview(form, dataset)}
    return render(request, "datasets/export_create.html", context, status=422 if form.errors else 200)


@require_safe
def export_preview(request: HttpRequest) -> HttpResponse:
    """How many pairs would leave, and the first three, for what is chosen now."""
    require(request.actor, "export")
    team = request.actor.team
    dataset = default_dataset(team)
    form = ExportForm(request.GET, team=team, default=dataset)
    return render(request, "datasets/_export_preview.html", _preview(form, dataset))


def _preview(form: ExportForm, dataset: Dataset) -> dict[str, Any]:
    choice = form.choice() if form.is_bound and form.is_valid() else actions.ExportChoice(dataset=dataset)
    stream = f"review:{dataset.team_id}"
    after = last_seq(stream)
    pairs = choice.pairs()
    selection = choice.selection()
    return {
        "stream": stream,
        "after": after,
        "rows": selection["approved"] - sum(selection[name] for name in LEFT_OUT),
        "selection": selection,
        "samples": pairs.defer("evidence", "claims", "critique", "provenance")[:PREVIEW],
    }


@require_safe
def export_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One export: how far it is, its files and digests, and how a stranger verifies it."""
    export = access_export(request.actor, pk)
    stream = f"export:{export.pk}"
    context = {
        "export": export,
        "may_export": request.actor.may("export"),
        "retry_url": reverse("datasets:export_retry", args=[pk]) if request.actor.may("export") else "",
        "stream": stream,
        "after": last_seq(stream),
        "signatures_form": SignaturesForm(),
        "replaced_by": export.replacement,
        "withdrawn": actions.withdrawn_since(export),
        "proof": None,
        "pair": "",
        **_progress(export),
    }
    if export.is_ready and (pair := request.GET.get("pair", "").strip()):
        context |= _proof(export, pair)
    response = render_partial(request, "datasets/export_detail.html", context, part="datasets/_export_body.html")
    if is_partial(request) and not export.is_building:
        response.headers["HX-Refresh"] = "true"  # buttons and details change with the state
    return response


def _proof(export: Export, pair: str) -> dict[str, Any]:
    try:
        found = proofs.make(Folder(export.folder, Limits()), pair)
    except (Malformed, OSError, KeyError):
        found = None
    if found is None:
        return {"pair": pair, "proof": None, "proof_missing": True}
    holds = proofs.holds(found, bytes.fromhex(export.root))
    return {"pair": pair, "proof": found, "proof_holds": holds, "proof_text": json.dumps(found, indent=1)}


def _progress(export: Export) -> dict[str, Any]:
    """Rate and estimate for the progress line."""
    if not export.is_building or export.started is None or not export.done:
        return {"rate": "", "left": ""}
    seconds = max((timezone.now() - export.started).total_seconds(), 0.1)
    rate = export.done / seconds
    left = (export.rows - export.done) / rate
    return {"rate": f"{rate:,.0f}/s", "left": f"about {left:,.0f} s left" if left >= 1 else ""}


@require_safe
def export_archive(request: HttpRequest, pk: UUID) -> FileResponse:
    """The whole export as a zip file."""
    return archive_response(access_export(request.actor, pk))


def archive_response(export: Export) -> FileResponse:
    """The zip file of a finished export; 404 before it is ready."""
    if not export.is_ready:
        raise Http404("The export is not ready.")
    return FileResponse(export.archive.open("rb"), as_attachment=True, filename=archive_name(export))


@require_safe
def export_file(request: HttpRequest, pk: UUID, name: str) -> FileResponse:
    """One file of an export."""
    export = access_export(request.actor, pk)
    if not export.is_ready or name not in {info["name"] for info in export.files}:
        raise Http404("The export has no such file.")
    file = (export.folder / name).open("rb")
    return FileResponse(file, as_attachment=True, content_type="application/octet-stream")


@require_safe
def export_request(request: HttpRequest, pk: UUID) -> FileResponse:
    """What an outside key has to sign."""
    export = access_export(request.actor, pk, right="export")
    if not export.is_waiting:
        raise Http404("The export does not wait for a signature.")
    return FileResponse((export.unsigned / names.REQUEST).open("rb"), as_attachment=True)


@require_POST
def export_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the signatures file of an outside key."""
    export = access_export(request.actor, pk, right="export")
    form = SignaturesForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid("Choose the signatures file that the outside key made.")
    actions.attach_signatures(request.actor, export, form.cleaned_data["file"].read(65_536))
    messages.success(request, "The signature was taken; the export is being completed.")
    return redirect("datasets:export_detail", pk)


@require_POST
def export_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop an export; nothing of it leaves, and its pairs can be decided about again."""
    export = access_export(request.actor, pk, right="export")
    actions.cancel_export(request.actor, export)
    return redirect("datasets:export_detail", pk)


@require_POST
def export_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a failed export anew."""
    export = access_export(request.actor, pk, right="export")
    return redirect("datasets:export_detail", actions.retry_export(request.actor, export).pk)


@require_POST
def export_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make the export again without the text of one pair."""
    export = access_export(request.actor, pk, right="export")
    try:
        pair = UUID(request.POST.get("pair", "").strip())
    except ValueError:
        raise Invalid("Give the id of the pair to withdraw.") from None
    try:
        again = actions.withdraw_rows(request.actor, export, [pair])
    except StudioError as error:
        messages.error(request, error.message)
        return redirect("datasets:export_detail", pk)
    return redirect("datasets:export_detail", again.pk)
