"""The review queue: one pair at a time, the next ones already at hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from datasets import actions
from datasets.access import access_pair
from datasets.actions import Decided
from datasets.actions.proposals import checked_text
from datasets.cards import Card
from datasets.forms import DecideForm, PairFilterForm, pair_ids
from datasets.models import Decision, Pair
from datasets.queries import review_pace
from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.events.models import Event
from studio.web.htmx import is_partial, render_partial
from studio.web.ids import as_uuid

HAND = 4  # pairs that a browser holds: the one on the screen and three more
LONGEST_HAND = 12  # what a person may hold by leafing on without deciding
SKIPPED = "review_skipped"
FEED = 12


@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """The next pair for this person, with three more behind it; `?pair=` puts one in front."""
    require(request.actor, "read")
    form = _filter(request)
    first = as_uuid(request.GET.get("pair", ""))
    may_review = request.actor.may("review")
    pairs: list[Pair] = []
    if may_review:
        skipped = _skipped(request)
        pairs = actions.claim_pairs(request.actor, limit=HAND, wanted=form.wanted(), without=skipped, first=first)
        if not pairs and skipped:  # everything else is done, so what was put aside comes again
            request.session.pop(SKIPPED, None)
            pairs = actions.claim_pairs(request.actor, limit=HAND, wanted=form.wanted())
    stream = f"review:{request.actor.team.pk}"
    feed = list(Event.objects.filter(stream=stream, kind="pair.decided").order_by("-seq")[:FEED])[::-1]
    newest = Event.objects.filter(stream=stream).order_by("-seq").values_list("seq", flat=True).first()
    context = {
        "cards": [Card(pair, text=actions.undone_text(pair) if pair.pk == first else None) for pair in pairs],
        "missed": first is not None and not any(pair.pk == first for pair in pairs),
        "form": form,
        "pace": review_pace(request.actor, form.wanted()),
        "is_filtered": not form.wanted().is_everything,
        "may_review": may_review,
        "may_undo": may_review and actions.last_decision(request.actor) is not None,
        "reasons": Decision.Reason.choices,
        "stream": stream,
        "feed": feed,
        "after": newest or 0,
        "state": _state(request),
    }
    return render(request, "datasets/review_queue.html", context)


@require_safe
def review_counts(request: HttpRequest) -> HttpResponse:
    """What stands above the queue, fetched again when something was decided."""
    require(request.actor, "read")
    return render(
        request,
        "datasets/review_counts.html",
        {"pace": review_pace(request.actor, _filter(request).wanted()), "state": _state(request)},
    )


@require_POST
def pair_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide about a pair; the answer brings the next cards, or leads back to the queue without a script."""
    pair = access_pair(request.actor, pk, right="review")
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _again(request, pair, form=form, text=request.POST.get("text"), status=422)
    data = form.cleaned_data
    text = form.approved_text(pair)
    try:
        actions.decide_pair(
            request.actor,
            pair,
            verdict=data["verdict"],
            version=data["version"],
            text=text,
            reason=data["reason"],
            reason_code=data["reason_code"],
            seconds=data["seconds"],
        )
    except Decided as error:
        current = access_pair(request.actor, pk)
        return _again(request, current, form=form, text=request.POST.get("text"), status=409, error=error)
    if is_partial(request):
        return _hand(request)
    messages.success(request, f"{pair.get_status_display()}: {pair.title}")
    return redirect(_queue_address(request))


@require_POST
def pair_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the text in the editor changes, as a word diff against the draft, or without one against the completion."""
    pair = access_pair(request.actor, pk, right="review")
    text = checked_text(request.POST.get("text", ""), "text").replace("\r\n", "\n")
    return render(request, "datasets/_pair_preview.html", {"before": pair.draft or pair.completion, "text": text})


@require_POST
def pair_skip(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a pair aside: somebody else may have it, and this person sees it again when nothing else is left."""
    pair = access_pair(request.actor, pk, right="review")
    actions.release_lease(request.actor, pair)
    request.session[SKIPPED] = [*request.session.get(SKIPPED, []), str(pk)][-200:]
    return _hand(request) if is_partial(request) else redirect(_queue_address(request))


@require_POST
def review_undo(request: HttpRequest) -> HttpResponse:
    """Take this person's latest decision back and show the pair again."""
    pair = actions.undo_last(request.actor)
    if is_partial(request):
        return _cards(request, [Card(pair, text=actions.undone_text(pair))] if pair else [])
    if pair is None:
        messages.info(request, "There is no decision of yours to take back.")
        return redirect(_queue_address(request))
    messages.success(request, f"Taken back: {pair.title}")
    return redirect(reverse("datasets:review_queue") + f"?pair={pair.pk}")


@require_POST
def review_more(request: HttpRequest) -> HttpResponse:
    """More cards for somebody who leafs on without deciding."""
    require(request.actor, "review")
    return _hand(request, limit=LONGEST_HAND)


@require_POST
def review_heartbeat(request: HttpRequest) -> JsonResponse:
    """Prolong the leases of the cards that a browser holds; answers with those that are still this person's."""
    held = actions.renew_leases(request.actor, pair_ids(request.POST.getlist("have")))
    return JsonResponse({"held": [str(pk) for pk in held]})


def _hand(request: HttpRequest, *, limit: int = HAND) -> HttpResponse:
    """Cards that fill the person's hand up again: one at least, unless they hold too many or the queue is empty."""
    have = pair_ids(request.POST.getlist("have"))
    number = min(max(1, HAND - len(have)), limit - len(have))
    leaving = pair_ids(request.POST.getlist("without"))  # decisions that the browser has made and not yet sent
    without = {*have, *leaving, *_skipped(request)}
    pairs = actions.claim_pairs(request.actor, limit=number, wanted=_filter(request).wanted(), without=without)
    return _cards(request, [Card(pair) for pair in pairs])


def _cards(request: HttpRequest, cards: list[Card]) -> HttpResponse:
    context = {"cards": cards, "reasons": Decision.Reason.choices, "state": _state(request)}
    return render(request, "datasets/review_cards.html", context)


def _again(request: HttpRequest, pair: Pair, *, status: int, text: str | None, **more: Any) -> HttpResponse:
    """The pair as it is now, beside what the person had written: nothing typed is lost."""
    last = pair.decisions.select_related("reviewer").order_by("-position").first()
    context = {
        "pair": pair,
        "card": Card(pair, text=text),
        "last": last,
        "kept": text,
        "reasons": Decision.Reason.choices,
        "state": _state(request),
        "error": None,
        **more,
    }
    return render_partial(
        request, "datasets/pair_conflict.html", context, part="datasets/_pair_conflict.html", status=status
    )


def _filter(request: HttpRequest) -> PairFilterForm:
    """The queue's filter, which the addresses of its forms carry."""
    return PairFilterForm(request.GET, team=request.actor.team, user=request.actor.user, sort="created")


def _state(request: HttpRequest) -> str:
    """The filter as a query string, without what is about one pair."""
    query = request.GET.copy()
    query.pop("pair", None)
    return f"?{query.urlencode()}" if query else ""


def _queue_address(request: HttpRequest) -> str:
    return reverse("datasets:review_queue") + _state(request)


def _skipped(request: HttpRequest) -> list[UUID]:
    return pair_ids(request.session.get(SKIPPED, [])[-100:])
