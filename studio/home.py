"""The front page and the rail: a few lines from each app about what needs somebody."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest as DjangoRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST, require_safe

from datasets.models import Export, Pair
from studio import samples
from studio.accounts.access import require
from studio.accounts.middleware import NoTeam, current_actor
from studio.accounts.models import Team
from studio.accounts.requests import HttpRequest
from studio.chat.models import Conversation
from studio.events.models import Stream
from studio.vault.actions import store_document
from studio.vault.models import Document
from teacher.models import Session

RECENT = timedelta(days=1)
SHOWN = 6
# title, what it is for, the words on its button, where it is done
STEPS = (
    (
        "Upload documents",
        "Text, Markdown, HTML, PDF, Word or CSV. They stay on this machine.",
        "Upload",
        "vault:document_list",
    ),
    ("Ask a question", "The answer quotes your documents, word for word.", "Ask", "chat:conversation_list"),
    (
        "Let teachers improve an answer",
        "In a session every claim is checked against the documents and the answer is rewritten until it stands.",
        "Start a session",
        "teacher:session_create",
    ),
    ("Approve what is good", "You decide about each pair of question and answer.", "Review", "datasets:review_queue"),
    (
        "Export it, signed",
        "Approved pairs leave as files that anybody can verify.",
        "Export",
        "datasets:export_create",
    ),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs the person now, what runs, and what came of it last."""
    team = request.actor.team
    sessions = Session.objects.filter(team=team)
    troubled = [Session.State.FAILED, Session.State.DEGRADED]
    # By time and not by id: SQLite would follow the index of ids and read every session there ever was.
    context = {
        "to_review": list(Pair.objects.awaiting_review().filter(team=team).order_by("pk")[:SHOWN]),
        "running": list(sessions.active().order_by("-created")[:SHOWN]),
        "troubled": list(
            sessions.filter(state__in=troubled, finished__gt=timezone.now() - RECENT).order_by("-finished")[:SHOWN]
        ),
        "failed_documents": list(Document.objects.failed().filter(team=team).order_by("-pk")[:SHOWN]),
        "conversations": list(Conversation.objects.kept().filter(team=team).order_by("-updated")[:SHOWN]),
        "has_documents": Document.objects.filter(team=team).exists(),
        "sample_count": len(samples.DOCUMENTS),
        "may_upload": request.actor.may("upload"),
        "last_export": Export.objects.filter(team=team, state=Export.State.READY).order_by("-pk").first(),
    }
    if context["last_export"] is None:
        approved = Pair.objects.approved().filter(team=team)
        done = (context["has_documents"], context["conversations"], sessions.exists(), approved.exists(), False)
        context["steps"] = _steps([bool(each) for each in done])
    return render(request, "home.html", context)


def _steps(done: Sequence[bool]) -> list[dict[str, Any]]:
    """The way from nothing to the first export; the first step that is not done is the next one."""
    following = done.index(False)
    return [
        {
            "title": title,
            "text": text,
            "action": action,
            "address": reverse(address),
            "is_done": done[number],
            "is_next": number == following,
        }
        for number, (title, text, action, address) in enumerate(STEPS)
    ]


@require_POST
def use_samples(request: HttpRequest) -> HttpResponse:
    """Put the sample documents into the team's vault, in a collection of their own."""
    require(request.actor, "upload")
    for path in samples.DOCUMENTS:
        store_document(request.actor, [path.read_bytes()], filename=path.name, collection=samples.COLLECTION)
    messages.success(request, "The sample documents are in the vault and will be read now. Then ask them something.")
    return redirect("vault:document_list")


@require_safe
def rail(request: HttpRequest) -> HttpResponse:
    """The rail again, with its counts of this moment."""
    return render(request, "ui/_rail.html", {"rail_oob": True})


def rail_context(request: DjangoRequest) -> dict[str, Any]:
    """`rail` for every page of a person who is in a team; looked up only where a template shows it."""
    if not request.user.is_authenticated:
        return {}
    return {"rail": SimpleLazyObject(lambda: _counts(request))}


def _counts(request: DjangoRequest) -> dict[str, Any]:
    try:
        team = current_actor(request).team
    except NoTeam:
        return {}
    stream = f"team:{team.pk}"
    recently = timezone.now() - RECENT
    sessions = Session.objects.all()
    counts = (
        Team.objects.filter(pk=team.pk)
        .values(
            to_review=_number(Pair.objects.awaiting_review()),
            documents_failed=_number(Document.objects.failed()),
            sessions_failed=_number(sessions.filter(state=Session.State.FAILED, finished__gt=recently)),
            running=_number(sessions.active().exclude(state=Session.State.PAUSED)),
            after=Coalesce(Subquery(Stream.objects.filter(pk=stream).values("last_seq")), 0),
        )
        .get()
    )
    return {**counts, "stream": stream, "refresh_on": "team.changed"}


def _number(rows: QuerySet[Any, Any]) -> Coalesce:
    """How many of these rows a team has, as part of one statement."""
    counted: QuerySet[Model, Any] = rows.filter(team=OuterRef("pk")).order_by().values("team").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
