"""A page of the team's documents: filtered, sorted, by keyset, so that page 200 costs what page 1 costs."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from studio.accounts.models import Team
from studio.vault.models import Collection, Document, DocumentQuerySet

PAGE = 50
_FIELDS = {"created": "id", "title": "title", "size": "size", "state": "state"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """documents: of this page. previous, next: ids to page `before` and `after`, or None."""

    documents: list[Document]
    previous: UUID | None
    next: UUID | None


def document_page(team: Team, filters: dict[str, Any]) -> Page:
    """The documents that fit the filters of the FilterForm. The cursor is a document's id; a vanished one is none."""
    rows = _filtered(team, filters).select_related("collection")
    sort = filters["sort"] or "-created"
    field, descending = _FIELDS[sort.lstrip("-")], sort.startswith("-")
    cursor_id = filters["before"] or filters["after"]
    cursor = Document.objects.filter(team=team, pk=cursor_id).first() if cursor_id else None
    backwards = cursor is not None and filters["before"] is not None
    if cursor is not None:
        rows = rows.filter(_beyond(cursor, field, descending=descending != backwards))
    sign = "-" if descending != backwards else ""
    order = [f"{sign}id"] if field == "id" else [f"{sign}{field}", f"{sign}id"]
    found = list(rows.order_by(*order)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_previous, has_next = (more, True) if backwards else (cursor is not None, more)
    return Page(
        documents=found,
        previous=found[0].pk if found and has_previous else None,
        next=found[-1].pk if found and has_next else None,
    )


def _beyond(cursor: Document, field: str, *, descending: bool) -> Q:
    compare = "lt" if descending else "gt"
    if field == "id":
        return Q(**{f"id__{compare}": cursor.pk})
    value = getattr(cursor, field)
    return Q(**{f"{field}__{compare}": value}) | Q(**{field: value, f"id__{compare}": cursor.pk})


def _filtered(team: Team, filters: dict[str, Any]) -> DocumentQuerySet:
    rows = Document.objects.filter(team=team)
    if filters["state"]:
        rows = rows.filter(state=filters["state"])
    if filters["collection"]:
        rows = rows.filter(collection_id=filters["collection"])
    if filters["q"]:
        rows = rows.filter(Q(title__icontains=filters["q"]) | Q(filename__icontains=filters["q"]))
    return rows


def state_counts(team: Team) -> dict[str, int]:
    """How many documents the team has in each state; every state is named."""
    found = dict(Document.objects.filter(team=team).values_list("state").annotate(Count("pk")).order_by())
    return {state: found.get(state, 0) for state in Document.State.values}


def collections_of(team: Team) -> list[Collection]:
    """The team's collections that hold something, with `document_count`."""
    rows = Collection.objects.filter(team=team).annotate(document_count=Count("documents"))
    return list(rows.filter(document_count__gt=0).order_by("name"))
