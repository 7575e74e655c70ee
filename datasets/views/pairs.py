"""All pairs: the list, one pair with its history, decisions about many."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from datasets import actions
from datasets.access import access_pair
from datasets.cards import Card
from datasets.exported import is_exported
from datasets.forms import BulkForm, PairFilterForm
from datasets.models import Decision, Pair
from datasets.queries import HEAVY, status_counts
from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.web.errors import Invalid
from studio.web.htmx import render_partial
from studio.web.ids import as_uuid
from studio.web.paging import keyset_page, row_at

PREVIEW = 20


@require_safe
def pair_list(request: HttpRequest) -> HttpResponse:
    """The team's pairs: filter, sort, search, page by key, select many."""
    require(request.actor, "read")
    team = request.actor.team
    form = PairFilterForm(request.GET, team=team, user=request.actor.user, sort="-created")
    wanted = form.wanted()
    pairs = Pair.objects.filter(team=team).defer(*HEAVY)
    counts = status_counts(team)
    context = {
        "may_review": request.actor.may("review"),
        "page": keyset_page(
            wanted.matching(pairs).select_related("leased_by", "dataset"),
            sort=wanted.sort,
            before=row_at(pairs, as_uuid(request.GET.get("before", ""))),
            after=row_at(pairs, as_uuid(request.GET.get("after", ""))),
        ),
        "form": form,
        "counts": counts,
        "total": sum(counts.values()),
        "statuses": [(value, label, counts[value]) for value, label in Pair.Status.choices],
        "chosen": wanted.status,
        "is_filtered": not replace(wanted, status="").is_everything,
    }
    return render_partial(request, "datasets/pair_list.html", context, part="datasets/_pair_rows.html")


@require_safe
def pair_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One pair: its text, evidence, where it comes from, and every decision about it."""
    pair = access_pair(request.actor, pk)
    decisions = list(pair.decisions.select_related("reviewer").order_by("-position"))
    last = decisions[0] if decisions else None
    is_mine = last is not None and last.reviewer_id == request.actor.user.pk
    may_undo = not pair.is_proposed and request.actor.may("review") and (is_mine or request.actor.may("administer"))
    stream = f"review:{request.actor.team.pk}"
    context = {
        "pair": pair,
        "card": Card(pair),
        "decisions": decisions,
        "may_review": request.actor.may("review"),
        "may_administer": request.actor.may("administer"),
        "may_undo": may_undo and not is_exported(pair),
        "is_exported": is_exported(pair),
        "stream": stream,
        "after": last_seq(stream),
    }
    return render_partial(request, "datasets/pair_detail.html", context, part="datasets/_pair_history.html")


@require_POST
def pair_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the decision about a pair back."""
    pair = access_pair(request.actor, pk, right="review")
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise Invalid("Say which version is meant.")
    actions.undo_decision(request.actor, pair, version=int(version))
    messages.success(request, "The decision was taken back; the pair waits for review again.")
    return redirect("datasets:pair_detail", pk)


@require_POST
def pair_take_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a pair from whoever holds it and review it now."""
    pair = access_pair(request.actor, pk, right="administer")
    actions.take_over(request.actor, pair)
    return redirect(reverse("datasets:review_queue") + f"?pair={pk}")


@require_POST
def pair_bulk(request: HttpRequest) -> HttpResponse:
    """Decide about many pairs: first a page that says exactly what will happen, then the deed."""
    require(request.actor, "review")
    form = BulkForm(request.POST)
    is_confirmed = "confirm" in request.POST
    is_valid = form.is_valid()
    if is_valid and is_confirmed:
        data = form.cleaned_data
        result = actions.decide_many(
            request.actor,
            form.versions,
            verdict=data["verdict"],
            reason=data["reason"],
            reason_code=data["reason_code"],
        )
        word = "approved" if data["verdict"] == "approve" else "rejected"
        messages.success(request, f"{len(result.decided)} pairs {word}.")
        if result.stale:
            messages.warning(request, f"{len(result.stale)} were decided or changed by somebody else and left alone.")
        return redirect("datasets:pair_list")
    if not form.versions:
        messages.warning(request, "Select at least one pair.")
        return redirect("datasets:pair_list")
    chosen = Pair.objects.filter(team=request.actor.team, pk__in=form.versions).defer(*HEAVY).order_by("id")
    waiting = [pair for pair in chosen if pair.is_proposed and pair.version == form.versions[pair.pk]]
    context = {
        "form": form,
        "verdict": form.data.get("verdict"),
        "is_confirmed": is_confirmed,
        "waiting": waiting,
        "preview": waiting[:PREVIEW],
        "more": max(0, len(waiting) - PREVIEW),
        "left_out": len(form.versions) - len(waiting),
        "reasons": Decision.Reason.choices,
    }
    status = 422 if is_confirmed else 200
    return render(request, "datasets/pair_bulk.html", context, status=status)
