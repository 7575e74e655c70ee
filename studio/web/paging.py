"""Lists by keyset: a page is found by the row it follows or precedes, so that page 200 costs what page 1 costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet

M = TypeVar("M", bound=Model)

PAGE_SIZE = 50
BY_AGE = {"created": "id"}
"""Public ids sort by the time they were made (`studio.web.ids`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[M]):
    """Some rows of a list. previous, next: what to put into the address as `before` and `after`, None at an end."""

    rows: list[M]
    previous: str | None
    next: str | None


def ordered(rows: QuerySet[M], sort: str, fields: Mapping[str, str] = BY_AGE) -> QuerySet[M]:
    """In the order of `sort`: a name, with "-" from the highest down. fields: where a name is not that of its field.

    Ties stand by id; a row without a value counts as the lowest, in every database.
    """
    field, descending = _field(sort, fields)
    sign = "-" if descending else ""
    if field == "id":
        return rows.order_by(f"{sign}id")
    if not _is_nullable(rows, field):
        return rows.order_by(f"{sign}{field}", f"{sign}id")
    value = F(field).desc(nulls_last=True) if descending else F(field).asc(nulls_first=True)
    return rows.order_by(value, f"{sign}id")


def keyset_page(
    rows: QuerySet[M],
    *,
    sort: str,
    fields: Mapping[str, str] = BY_AGE,
    before: M | None = None,
    after: M | None = None,
    size: int = PAGE_SIZE,
    cursor: Callable[[M], str] = lambda row: str(row.pk),
) -> Page[M]:
    """The page behind `after`, or the one that ends before `before`, or the first; one statement.

    An edge need not be among the rows, nor be stored: its id and its value in the order are all that counts.
    cursor: what to call a row in the address.
    """
    backwards = before is not None and after is None
    start = before if backwards else after
    way = sort.removeprefix("-") if backwards and sort.startswith("-") else f"-{sort}" if backwards else sort
    if start is not None:
        rows = rows.filter(_behind(start, *_field(way, fields)))
    found = list(ordered(rows, way, fields)[: size + 1])
    is_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_previous, has_next = (is_more, True) if backwards else (start is not None, is_more)
    return Page(
        rows=found,
        previous=cursor(found[0]) if found and has_previous else None,
        next=cursor(found[-1]) if found and has_next else None,
    )


def row_at(rows: QuerySet[M], pk: UUID | None) -> M | None:
    """The row that an address pages from; None, which is the beginning, without one and for one that vanished."""
    return rows.filter(pk=pk).first() if pk else None


def _field(sort: str, fields: Mapping[str, str]) -> tuple[str, bool]:
    """Field, and whether from the highest down."""
    name = sort.removeprefix("-")
    return fields.get(name, name), name != sort


def _is_nullable(rows: QuerySet[M], field: str) -> bool:
    return bool(getattr(rows.model._meta.get_field(field), "null", False))


def _behind(row: Model, field: str, descending: bool) -> Q:
    side = "lt" if descending else "gt"
    later = Q((f"id__{side}", row.pk))
    if field == "id":
        return later
    value = getattr(row, field)
    tie = Q((field, value)) & later
    if value is None:
        return tie if descending else tie | Q((f"{field}__isnull", False))
    found = Q((f"{field}__{side}", value)) | tie
    return found | Q((f"{field}__isnull", True)) if descending else found
