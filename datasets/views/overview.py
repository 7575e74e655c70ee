"""The data sets page: what is in them, what has left, who signs."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from datasets import actions
from datasets.access import access_dataset
from datasets.export_forms import DatasetForm
from datasets.models import Dataset, Export, default_dataset
from datasets.statistics import POOR, QUALITY, Statistics, statistics_of
from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.web.htmx import render_partial
from studio.web.ids import as_uuid

PAGE_SIZE = 20
"""Fewer than elsewhere: the exports stand below the figures of the data set."""


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """All of the team's: counts, quality, teachers, approvers, the exports and the key that signs them."""
    require(request.actor, "read")
    return _overview(request, None)


@require_safe
def dataset_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same of one data set."""
    return _overview(request, access_dataset(request.actor, pk))


def _overview(request: HttpRequest, chosen: Dataset | None) -> HttpResponse:
    team = request.actor.team
    figures = statistics_of(team, chosen.pk if chosen else None)
    exports = Export.objects.filter(team=team).with_replaced().select_related("dataset", "created_by", "ledger_entry")
    if chosen:
        exports = exports.filter(dataset=chosen)
    before = as_uuid(request.GET.get("before", ""))
    rows = list((exports.filter(pk__lt=before) if before else exports).order_by("-pk")[: PAGE_SIZE + 1])
    context = {
        "datasets": list(Dataset.objects.filter(team=team).order_by("name")),
        "chosen": chosen,
        "figures": figures,
        "stats": _stats(figures),
        "bins": _bins(figures),
        "exports": rows[:PAGE_SIZE],
        "next": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
        "is_later": before is not None,
        "key": actions.signing_key(team),
        "may_export": request.actor.may("export"),
        "stream": f"datasets:{team.pk}",
        "after": last_seq(f"datasets:{team.pk}"),
    }
    return render_partial(request, "datasets/dataset_list.html", context, part="datasets/_dataset_body.html")


@require_http_methods(["GET", "POST"])
def dataset_edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Make a data set, or change its name, description and licence."""
    require(request.actor, "export")
    default_dataset(request.actor.team)  # the first one stays first
    found = access_dataset(request.actor, pk, right="export") if pk else Dataset(team=request.actor.team)
    form = DatasetForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"{found.name} was saved.")
        return redirect("datasets:dataset_detail", found.pk)
    status = 422 if form.is_bound else 200
    return render(
        request, "datasets/dataset_edit.html", {"form": form, "dataset": found, "is_new": not pk}, status=status
    )


def _stats(figures: Statistics) -> list[tuple[object, str]]:
    states = figures.states
    return [
        (states["approved"], "approved"),
        (states["proposed"], "to review"),
        (states["rejected"], "rejected"),
        (states["sent_back"], "sent back"),
        (figures.total, "in all"),
    ]


def _bins(figures: Statistics) -> list[tuple[str, int, str]]:
    tones = {"excellent": "good", "good": "good", "acceptable": "warn", POOR: "bad"}
    bounds = {name: f"≥ {least}" for least, name in QUALITY} | {POOR: f"< {QUALITY[-1][0]}"}
    return [(f"{name} {bounds[name]}", figures.quality[name], tones[name]) for name in reversed(figures.quality)]
