"""API of the vault: documents and search."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field, WithJsonSchema

from studio.accounts.access import require
from studio.accounts.requests import ApiRequest
from studio.vault.access import access_document
from studio.vault.actions import store_document
from studio.vault.models import Document
from studio.vault.reading import text_of
from studio.vault.search import hybrid
from studio.web.errors import Conflict, Invalid
from studio.web.http import Problem
from studio.web.paging import keyset_page

router = Router(tags=["Vault"])
# Described where it stands: in the OpenAPI document two classes named State would be one.
State = Annotated[Document.State, WithJsonSchema({"type": "string", "enum": Document.State.values})]


class DocumentCreated(Schema):
    """is_new: false when the team had the same bytes already; then it is that document."""

    id: UUID
    sha256: str
    state: str
    is_new: bool


class DocumentOut(Schema):
    """state: stored, indexing (progress in percent), ready or failed (reason, and whether a retry may help)."""

    id: UUID
    title: str
    filename: str
    collection: str
    sha256: str
    size: int
    kind: str
    state: str
    progress: int
    reason: str
    retryable: bool
    text_sha256: str
    chars: int
    chunks: int
    created: datetime

    @staticmethod
    def of(document: Document) -> "DocumentOut":
        return DocumentOut(
            id=document.pk,
            title=document.title,
            filename=document.filename,
            collection=document.collection.name if document.collection else "",
            sha256=document.sha256,
            size=document.size,
            kind=document.kind,
            state=document.state,
            progress=document.progress,
            reason=document.reason,
            retryable=document.retryable,
            text_sha256=document.text_sha256,
            chars=document.char_count,
            chunks=document.chunk_count,
            created=document.created,
        )


class DocumentPage(Schema):
    """Documents, newest first. next: the cursor of the following page, null on the last one."""

    results: list[DocumentOut]
    next: str | None


class ResultOut(Schema):
    """text: exactly the document's text[start:end], counted in Unicode code points. score: 0 to 1."""

    chunk_id: int
    document_id: UUID
    title: str
    start: int
    end: int
    text: str
    score: float


class SearchOut(Schema):
    """results: best first."""

    results: list[ResultOut]


class SearchQuery(Schema):
    """collection: id of a collection to search in; without it in all."""

    q: str = Field(min_length=1, max_length=2_000)
    mode: Literal["hybrid", "keyword", "meaning"] = "hybrid"
    limit: int = Field(10, ge=1, le=100)
    collection: UUID | None = None


@router.post("/documents", response={201: DocumentCreated}, summary="Upload a document")
def document_create(
    request: ApiRequest, file: File[UploadedFile], collection: Form[str] = ""
) -> Status[DocumentCreated]:
    """Text, Markdown, HTML, PDF, Word (.docx) or CSV; told apart by content. Indexing follows in the background."""
    if len(collection) > 80:
        raise Invalid("The name of a collection has at most 80 characters.")
    document, is_new = store_document(request.auth, file.chunks(), filename=file.name or "", collection=collection)
    return Status(201, DocumentCreated(id=document.pk, sha256=document.sha256, state=document.state, is_new=is_new))


@router.get("/documents", response=DocumentPage, summary="List documents")
def document_list(
    request: ApiRequest,
    state: State | None = None,
    cursor: UUID | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> DocumentPage:
    """Newest first; follow `next` until it is null."""
    require(request.auth, "read")
    documents = Document.objects.filter(team=request.auth.team).select_related("collection").defer("outline")
    if state:
        documents = documents.filter(state=state)
    page = keyset_page(documents, sort="-created", after=Document(pk=cursor) if cursor else None, size=limit)
    return DocumentPage(results=[DocumentOut.of(document) for document in page.rows], next=page.next)


@router.get("/documents/{uuid:pk}", response=DocumentOut, summary="A document and its state")
def document_detail(request: ApiRequest, pk: UUID) -> DocumentOut:
    return DocumentOut.of(access_document(request.auth, pk))


@router.get(
    "/documents/{uuid:pk}/text",
    response={200: None, 409: Problem},
    summary="The extracted text",
    openapi_extra={"responses": {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}},
)
def document_text(request: ApiRequest, pk: UUID) -> HttpResponse:
    """Plain text in UTF-8: what the offsets of passages, quotes and citations count in. 409 until it is ready."""
    document = access_document(request.auth, pk)
    if document.state != Document.State.READY:
        raise Conflict("This document has no text yet: its state is not ready.", code="not_ready")
    response = HttpResponse(text_of(document), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{document.pk}.txt"'
    return response


@router.get("/search", response=SearchOut, summary="Search passages")
def search(request: ApiRequest, query: Query[SearchQuery]) -> SearchOut:
    """Hybrid search by keywords and meaning, or one of them alone."""
    actor = request.auth
    require(actor, "read")
    collections = [query.collection] if query.collection else None
    hits = hybrid(actor.team.pk, query.q, mode=query.mode, limit=query.limit, collections=collections)
    return SearchOut(
        results=[
            ResultOut(
                chunk_id=hit.chunk_id,
                document_id=hit.document_id,
                title=hit.title,
                start=hit.start,
                end=hit.end,
                text=hit.text,
                score=hit.score,
            )
            for hit in hits
        ]
    )
