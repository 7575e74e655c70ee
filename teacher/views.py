"""The pages of sessions: the list, the form, one session as it happens, and what can be done with it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.endpoints.budgets import spent_today
from studio.endpoints.choosing import choose, find
from studio.endpoints.models import Budget
from studio.events.models import Event
from studio.events.queries import last_seq
from studio.events.render import to_html
from studio.web.errors import Invalid
from studio.web.htmx import render_partial
from studio.web.tabs import state_counts, state_tabs
from teacher import actions
from teacher.access import access_session
from teacher.changes import revisions
from teacher.forms import BudgetForm, FilterForm, SessionForm
from teacher.listing import session_page
from teacher.models import Session
from teacher.now import under_way

MOST_EVENTS = 400


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """The team's sessions."""
    require(request.actor, "read")
    team = request.actor.team
    filters = FilterForm(request.GET).values()
    page = session_page(team, filters)
    counts = state_counts(Session.objects.of(team), Session.State)
    total = sum(counts.values())
    stream = f"team:{team.pk}"
    context = {
        "page": page,
        "filters": filters,
        "tabs": state_tabs(request, Session.State, counts, filters["state"]),
        "total": total,
        "address": request.get_full_path(),
        "stream": stream,
        "last_seq": last_seq(stream),
        "may_teach": request.actor.may("teach"),
    }
    return render_partial(request, "teacher/session_list.html", context, part="teacher/_sessions.html")


@require_http_methods(["GET", "HEAD", "POST"])
def session_create(request: HttpRequest) -> HttpResponse:
    """The form of a new session; a chat answer posts its question, draft and passages here."""
    require(request.actor, "teach")
    team = request.actor.team
    if request.method != "POST":
        names = ("question", "draft", "evidence", "teacher")
        initial = {name: request.GET[name] for name in names if name in request.GET}
        return _form(request, SessionForm(team=team, initial=initial))
    form = SessionForm(_with_defaults(request.POST), team=team)
    if not form.is_valid():
        return _form(request, form, status=422)
    data = form.cleaned_data
    try:
        session = actions.start_session(
            request.actor,
            data["question"],
            draft=data["draft"],
            texts=form.texts(),
            chunk_ids=data["chunk"],
            teacher=data["teacher"],
            threshold=data["threshold"],
            max_iterations=data["max_iterations"],
        )
    except Invalid as error:
        form.add_error(None, error.message)
        return _form(request, form, status=error.status)
    return redirect("teacher:session_detail", session.pk)


@require_safe
def session_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One session: its summary, and every event as it happened."""
    session = access_session(request.actor, pk)
    after = last_seq(session.stream)  # before the rows: an event shown twice changes nothing, a missed one would
    events = list(Event.objects.of(session.stream).filter(seq__lte=after)[:MOST_EVENTS])
    context = _summary(request, session, events) | {
        "timeline": [html for event in events if (html := to_html(event))],
        "last_seq": after,
    }
    return render_partial(request, "teacher/session_detail.html", context, part="teacher/_summary.html")


@require_safe
def session_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is being asked at this moment; fetched again and again while the session is at work."""
    session = access_session(request.actor, pk)
    return render(request, "teacher/_now.html", {"session": session, "now": under_way(session)})


@require_safe
def session_evidence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The passages of a session, which are there only after the vault has been searched."""
    return render(request, "teacher/_evidence.html", {"session": access_session(request.actor, pk)})


@require_POST
def session_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = access_session(request.actor, pk, right="teach")
    actions.cancel_session(request.actor, session)
    messages.success(request, "The session is cancelled; what it had found is kept.")
    return redirect("teacher:session_detail", pk)


@require_POST
def session_pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = access_session(request.actor, pk, right="teach")
    actions.pause_session(request.actor, session)
    messages.success(request, "The session is paused; it goes on when you say so.")
    return redirect("teacher:session_detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: HttpRequest) -> HttpResponse:
    """What the team may use of models in a day, and has used today."""
    require(request.actor, "administer")
    team = request.actor.team
    row = Budget.objects.filter(team=team).first() or Budget(team=team)
    form = BudgetForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        actions.set_budget(request.actor, form.cleaned_data["tokens"], form.cleaned_data["cost_usd"])
        messages.success(request, "The budget is set. Sessions that rested because of it go on.")
        return redirect("teacher:budget")
    context = {"form": form, "spent": spent_today(team)}
    return render(request, "teacher/budget.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def session_resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = access_session(request.actor, pk, right="teach")
    actions.resume_session(request.actor, session)
    return redirect("teacher:session_detail", pk)


@require_POST
def session_propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = access_session(request.actor, pk, right="propose")
    actions.propose_session(request.actor, session)
    messages.success(request, "The answer is in the review queue.")
    return redirect("teacher:session_detail", pk)


def _form(request: HttpRequest, form: SessionForm, *, status: int = 200) -> HttpResponse:
    for name in ("question", "draft", "evidence"):
        form.fields[name].widget.attrs |= {"data-draft-key": f"session:{request.actor.team.pk}:{name}"}
    return render(request, "teacher/session_form.html", {"form": form}, status=status)


def _with_defaults(posted: Any) -> Any:
    """The posted form, with the usual strictness where a short form (a chat answer's) does not name it."""
    data = posted.copy()
    data.setdefault("threshold", "0.8")
    data.setdefault("max_iterations", "3")
    return data


def _summary(request: HttpRequest, session: Session, events: list[Event]) -> dict[str, Any]:
    scores = [(f"{e.data['iteration']}", e.data["score"]) for e in events if e.kind == "critique.finished"]
    endpoint = find(session.team, session.teacher) if session.teacher else choose(session.team, "verifier")
    return {
        "session": session,
        "now": under_way(session),
        "scores": scores,
        "revisions": revisions((event.kind, event.data) for event in events),
        "teacher": endpoint,
        "citations": {int(entry["label"]): f"#evidence-{entry['label']}" for entry in session.evidence},
        "may_teach": request.actor.may("teach"),
        "may_propose": request.actor.may("propose"),
        "again": f"{reverse('teacher:session_create')}?{urlencode({'question': session.question[:1500]})}",
        "address": reverse("teacher:session_detail", args=[session.pk]),
    }
