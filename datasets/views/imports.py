"""Imports: hand in a file of pairs and see what became of each line."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from datasets import actions
from datasets.access import access_import
from datasets.export_forms import ImportForm
from datasets.models import Import, default_dataset
from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.web.errors import StudioError
from studio.web.htmx import render_partial

RECENT = 20


@require_http_methods(["GET", "POST"])
def import_create(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is read in the background."""
    require(request.actor, "propose")
    team, default = request.actor.team, default_dataset(request.actor.team)
    is_sent = request.method == "POST"
    form = ImportForm(*((request.POST, request.FILES) if is_sent else ()), team=team, default=default)
    if is_sent and form.is_valid():
        data = form.cleaned_data
        try:
            found = actions.start_import(
                request.actor,
                data["dataset"],
                data["file"],
                secret=data["secret"],
                salvage=data["salvage"],
                take_rest=data["take_rest"],
            )
        except StudioError as error:
            form.add_error("file", error.message)
        else:
            return redirect("datasets:import_detail", found.pk)
    recent = Import.objects.filter(team=team).select_related("dataset", "created_by").defer("problems")
    context = {"form": form, "imports": recent.order_by("-pk")[:RECENT]}
    return render(request, "datasets/import_create.html", context, status=422 if form.errors else 200)


@require_safe
def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One import: what was found, what went in, and each problem with its line."""
    found = access_import(request.actor, pk)
    stream = f"import:{found.pk}"
    context = {
        "import": found,
        "done": found.created_pairs + found.known,
        "may_propose": request.actor.may("propose"),
        "more": max(0, found.problem_count - len(found.problems)),
        "stream": stream,
        "after": last_seq(stream),
    }
    return render_partial(request, "datasets/import_detail.html", context, part="datasets/_import_body.html")


@require_POST
def import_take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the good lines in."""
    actions.take_rest(request.actor, access_import(request.actor, pk, right="propose"))
    return redirect("datasets:import_detail", pk)


@require_POST
def import_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Leave the whole file out."""
    actions.drop_import(request.actor, access_import(request.actor, pk, right="propose"))
    messages.success(request, "Nothing of the file was taken.")
    return redirect("datasets:import_create")
