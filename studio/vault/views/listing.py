"""The list of documents, and what is done to many at once."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.vault.access import require_forget
from studio.vault.actions import forget_document, retry_document, store_document, stream
from studio.vault.forms import FilterForm
from studio.vault.listing import collections_of, document_page
from studio.vault.models import Document
from studio.web.errors import Conflict, Invalid, StudioError
from studio.web.htmx import render_partial
from studio.web.ids import as_uuid
from studio.web.tabs import state_counts, state_tabs

MAX_SELECTED = 200


@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """The team's documents, with the place to put new ones."""
    team = request.actor.team
    after = last_seq(stream(team.pk))
    filters = FilterForm(request.GET).values()
    page = document_page(team, filters)
    counts = state_counts(Document.objects.filter(team=team), Document.State)
    context: dict[str, Any] = {
        "documents": page.rows,
        "page": page,
        "filters": filters,
        "total": sum(counts.values()),
        "tabs": state_tabs(request, Document.State, counts, filters["state"]),
        "collections": collections_of(team),
        "collection": filters["collection"],
        "stream": stream(team.pk),
        "last_seq": after,
        "address": request.get_full_path(),
        "max_mb": settings.STUDIO_UPLOAD_MAX_MB,
        "may_upload": request.actor.may("upload"),
    }
    return render_partial(request, "vault/document_list.html", context, part="vault/_documents.html")


@require_POST
def document_upload(request: HttpRequest) -> HttpResponse:
    """Take in files: one after the other from upload.js (JSON), or all at once from the plain form."""
    require(request.actor, "upload")
    wants_json = "application/json" in request.headers.get("Accept", "")
    files = request.FILES.getlist("file")
    if not files:
        error = Invalid("No file was sent.")
        if wants_json:
            return JsonResponse({"error": error.message}, status=error.status)
        messages.error(request, "Choose at least one file.")
        return redirect("vault:document_list")
    answer: dict[str, Any] = {}
    status = 201
    for file in files:
        try:
            document, is_new = store_document(
                request.actor, file.chunks(), filename=file.name or "", collection=request.POST.get("collection", "")
            )
        except StudioError as error:
            messages.error(request, f"{file.name}: {error.message}") if not wants_json else None
            answer, status = {"error": error.message}, error.status
        else:
            answer = {"id": str(document.pk), "title": document.title, "url": document.get_absolute_url()}
            answer |= {"state": document.state, "is_new": is_new}
            if not wants_json:
                _tell(request, document, is_new=is_new)
    return JsonResponse(answer, status=status) if wants_json else redirect("vault:document_list")


def _tell(request: HttpRequest, document: Document, *, is_new: bool) -> None:
    if is_new:
        messages.success(request, f"{document.title} is stored and will be read now.")
    else:
        messages.info(request, f"The vault had these bytes already: {document.title}.")


def _selected(request: HttpRequest) -> list[Document]:
    """The documents of the posted ids that are the team's, at most 200 at once."""
    ids = [pk for value in request.POST.getlist("id")[:MAX_SELECTED] if (pk := as_uuid(value))]
    return list(Document.objects.filter(team=request.actor.team, pk__in=ids).select_related("team").order_by("title"))


@require_POST
def documents_forget(request: HttpRequest) -> HttpResponse:
    """Ask, naming what is lost; with `confirmed`, forget the documents."""
    documents = _selected(request)
    for document in documents:
        require_forget(request.actor, document)
    if not documents:
        messages.warning(request, "Nothing was selected, or it is forgotten already.")
        return redirect("vault:document_list")
    if "confirmed" not in request.POST:
        chunks = sum(document.chunk_count for document in documents)
        return render(request, "vault/documents_forget.html", {"documents": documents, "chunks": chunks})
    for document in documents:
        forget_document(request.actor, document)
    what = documents[0].title if len(documents) == 1 else f"{len(documents)} documents"
    messages.success(request, f"{what} forgotten: file, text and passages are gone from the vault.")
    return redirect("vault:document_list")


@require_POST
def documents_retry(request: HttpRequest) -> HttpResponse:
    """Try those of the selected documents again that have failed."""
    require(request.actor, "upload")
    failed = [document for document in _selected(request) if document.state == Document.State.FAILED]
    begun = 0
    for document in failed:
        with suppress(Conflict):  # somebody else was quicker with this one
            retry_document(request.actor, document)
            begun += 1
    if begun:
        messages.success(request, f"{begun} will be read again." if begun > 1 else "It will be read again.")
    else:
        messages.warning(request, "None of the selected documents has failed.")
    return redirect("vault:document_list")
