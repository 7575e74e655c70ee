"""The pages of endpoints, part of the Team page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.endpoints import actions
from studio.endpoints.access import access_endpoint
from studio.endpoints.choosing import built_in, choose, from_environment
from studio.endpoints.circuits import troubled
from studio.endpoints.forms import EndpointForm
from studio.endpoints.models import ROLE_WORDS, Endpoint
from studio.events.queries import last_seq
from studio.web.errors import Conflict
from studio.web.htmx import render_partial


@require_safe
def endpoint_list(request: HttpRequest) -> HttpResponse:
    """Which model serves what, and the endpoints the team has set up."""
    require(request.actor, "read")
    team = request.actor.team
    stream = f"team:{team.pk}"
    endpoints = list(Endpoint.objects.filter(team=team).order_by("-created", "-id"))
    environment = from_environment(team)
    circuits = troubled([each.circuit_key for each in (*endpoints, environment) if each])
    context = {
        "stream": stream,
        "last_seq": last_seq(stream),
        "endpoints": [(endpoint, circuits.get(endpoint.circuit_key)) for endpoint in endpoints],
        "environment_circuit": circuits.get("environment"),
        "serving": [(words, choose(team, role)) for role, words in ROLE_WORDS.items()],
        "environment": environment,
        "built_in": built_in(team),
        "may_change": request.actor.may("administer"),
    }
    return render_partial(request, "endpoints/endpoint_list.html", context, part="endpoints/_endpoints.html")


@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_create(request: HttpRequest) -> HttpResponse:
    require(request.actor, "administer")
    return _edit(request, Endpoint(team=request.actor.team))


@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _edit(request, access_endpoint(request.actor, pk))


@require_POST
def endpoint_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    endpoint = access_endpoint(request.actor, pk)
    actions.test_endpoint(request.actor, endpoint)
    return redirect("endpoints:endpoint_list")


@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks once, then removes the endpoint and its key."""
    endpoint = access_endpoint(request.actor, pk)
    if request.method != "POST":
        return render(request, "endpoints/endpoint_delete.html", {"endpoint": endpoint})
    actions.delete_endpoint(request.actor, endpoint)
    messages.success(request, f"{endpoint.name} and its key are removed.")
    return redirect("endpoints:endpoint_list")


def _edit(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    is_new = endpoint._state.adding
    had_key, name = endpoint.has_key, endpoint.name
    form = EndpointForm(request.POST or None, instance=endpoint)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            row = Endpoint(team=request.actor.team) if is_new else access_endpoint(request.actor, endpoint.pk)
            try:
                saved = actions.save_endpoint(request.actor, row, form.values(), key=form.cleaned_data["key"])
            except Conflict as conflict:
                form.add_error("name", conflict.message)
            else:
                _confirm(request, saved, key_was_voided=had_key and not saved.has_key)
                return redirect("endpoints:endpoint_list")
    context = {"form": form, "is_new": is_new, "name": name, "endpoint": endpoint, "has_key": had_key}
    return render(request, "endpoints/endpoint_form.html", context, status=status)


def _confirm(request: HttpRequest, endpoint: Endpoint, *, key_was_voided: bool) -> None:
    if key_was_voided:
        messages.warning(
            request, f"{endpoint.name} is saved. Its key was for another address and is void; enter it again."
        )
    else:
        messages.success(request, f"{endpoint.name} is saved. Test it before you rely on it.")
