"""One document: its text with a marked span, its passages, its file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.vault import blobs
from studio.vault.access import access_document, may_forget
from studio.vault.actions import change_document, retry_document, stream
from studio.vault.forms import DocumentForm
from studio.vault.listing import collections_of
from studio.vault.models import Document
from studio.vault.reading import read_window
from studio.web.htmx import render_partial

CHUNKS_A_PAGE = 50


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


@require_safe
def document_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The text, with ``?start=&end=`` marked; or with ``?view=chunks`` the passages; or how far the indexing is."""
    document = access_document(request.actor, pk)
    after = last_seq(stream(document.team_id))
    is_ready = document.state == Document.State.READY
    view = "chunks" if request.GET.get("view") == "chunks" and is_ready else "text"
    context: dict[str, Any] = {
        "document": document,
        "view": view,
        "window": None,
        "chunks": [],
        "next_chunk": None,
        "stream": stream(document.team_id),
        "last_seq": after,
        "may_upload": request.actor.may("upload"),
        "may_forget": may_forget(request.actor, document),
        "tabs": [
            ("Text", "?", view == "text", ""),
            ("Passages", "?view=chunks", view == "chunks", document.chunk_count),
        ],
        "sections": document.outline.get("sections", [])[:300],
    }
    if is_ready and view == "chunks":
        first = _number(request, "from") or 0
        rows = list(document.chunks.filter(ordinal__gte=first).order_by("ordinal")[: CHUNKS_A_PAGE + 1])
        context["chunks"] = [(chunk, document.span_url(chunk.start, chunk.end)) for chunk in rows[:CHUNKS_A_PAGE]]
        context["next_chunk"] = rows[CHUNKS_A_PAGE].ordinal if len(rows) > CHUNKS_A_PAGE else None
    elif is_ready:
        numbers = [_number(request, name) for name in ("start", "end", "at")]
        context["window"] = read_window(document, start=numbers[0], end=numbers[1], at=numbers[2])
    return render_partial(request, "vault/document_detail.html", context, part="vault/_document_state.html")


@require_http_methods(["GET", "HEAD", "POST"])
def document_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give it another title or collection."""
    document = access_document(request.actor, pk, "upload")
    if request.method == "POST":
        form = DocumentForm(request.POST)
    else:
        collection = document.collection.name if document.collection else ""
        form = DocumentForm(initial={"title": document.title, "collection": collection})
    if not form.is_valid():
        context = {"document": document, "form": form, "collections": collections_of(document.team)}
        return render(request, "vault/document_change.html", context, status=422 if form.is_bound else 200)
    change_document(request.actor, document, **form.cleaned_data)
    messages.success(request, f"{document.title} is saved.")
    return redirect(document)


@require_POST
def document_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read a failed document again."""
    document = access_document(request.actor, pk, "upload")
    retry_document(request.actor, document)
    messages.success(request, f"{document.title} will be read again.")
    return redirect(document)


@require_safe
def document_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The file as it came in: always as a download, never shown or run in our origin."""
    document = access_document(request.actor, pk)
    return FileResponse(
        blobs.open_checked(document.sha256),
        as_attachment=True,
        filename=document.download_name,
        content_type="application/octet-stream",
    )
