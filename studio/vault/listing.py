"""A page of the team's documents: filtered, sorted, by keyset; and the collections to choose from."""

from typing import Any

from django.db.models import Count, Q

from studio.accounts.models import Team
from studio.vault.models import Collection, Document, DocumentQuerySet
from studio.web.paging import Page, keyset_page, row_at


def document_page(team: Team, filters: dict[str, Any]) -> Page[Document]:
    """The documents that fit the filters of the FilterForm. The cursor is a document's id; a vanished one is none."""
    documents = Document.objects.filter(team=team)
    return keyset_page(
        _filtered(team, filters).select_related("collection").defer("outline"),
        sort=filters["sort"] or "-created",
        before=row_at(documents, filters["before"]),
        after=row_at(documents, filters["after"]),
    )


def _filtered(team: Team, filters: dict[str, Any]) -> DocumentQuerySet:
    rows = Document.objects.filter(team=team)
    if filters["state"]:
        rows = rows.filter(state=filters["state"])
    if filters["collection"]:
        rows = rows.filter(collection_id=filters["collection"])
    if filters["q"]:
        rows = rows.filter(Q(title__icontains=filters["q"]) | Q(filename__icontains=filters["q"]))
    return rows


def collections_of(team: Team) -> list[Collection]:
    """The team's collections that hold something, with `document_count`."""
    rows = Collection.objects.filter(team=team).annotate(document_count=Count("documents"))
    return list(rows.filter(document_count__gt=0).order_by("name"))
