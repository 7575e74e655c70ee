"""Search by meaning: a team's vectors as one float32 matrix in each process, exact cosine.

100,000 passages are 154 MB and 5 ms a query. The matrix is as old as the version it was read at; a search compares the
team's version first, so what was added or forgotten by any process counts from the next query on.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from studio.vault.core.embed import DIMENSIONS
from studio.vault.core.ranking import Vectors, nearest
from studio.vault.models import Chunk, ChunkVector, IndexVersion

MAX_BYTES = 1 << 30
"""How much a process keeps for all teams together; the team that searched last is always kept."""
_BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matrix:
    """Vectors of a team at a version. ids: chunk ids, ascending, one for each row."""

    version: int
    ids: NDArray[np.int64]
    vectors: Vectors


_EMPTY = _Matrix(version=-1, ids=np.empty(0, np.int64), vectors=np.empty((0, DIMENSIONS), np.float32))
_matrices: "OrderedDict[UUID, _Matrix]" = OrderedDict()
_lock = threading.Lock()
_updating = threading.Lock()


def add(team_id: UUID, rows: Sequence[tuple[int, Vectors]]) -> None:
    """Store (chunk id, vector) pairs, inside the transaction that creates the chunks."""
    ChunkVector.objects.bulk_create(
        [ChunkVector(chunk_id=id_, team_id=team_id, embedding=vector.astype("<f4").tobytes()) for id_, vector in rows],
        batch_size=500,
    )


def touch(team_id: UUID) -> None:
    """Say that the team's passages have changed, inside the transaction that changes them."""
    with transaction.atomic():
        IndexVersion.objects.get_or_create(team_id=team_id)
        IndexVersion.objects.filter(pk=team_id).update(version=F("version") + 1)


def search(team_id: UUID, query: Vectors, *, limit: int, collections: Sequence[UUID] | None) -> list[tuple[int, float]]:
    """(chunk id, cosine) of the nearest chunks, best first, ties by id. query: float32 [384] of unit length."""
    matrix = _current(team_id)
    mask = None
    if collections is not None:
        inside = Chunk.objects.filter(document__team_id=team_id, document__collection_id__in=collections)
        mask = np.isin(matrix.ids, np.fromiter(inside.values_list("pk", flat=True), np.int64))
    return [(int(matrix.ids[row]), score) for row, score in nearest(matrix.vectors, query, limit=limit, mask=mask)]


def _current(team_id: UUID) -> _Matrix:
    """This process's matrix of a team, brought up to date; only what is new is read."""
    matrix = _matrices.get(team_id, _EMPTY)
    if matrix.version == _version(team_id):
        return _kept(team_id, matrix)
    with _updating:  # one thread at a time: who waits finds it done, and nothing is in memory twice
        matrix, version = _matrices.get(team_id, _EMPTY), _version(team_id)
        return _kept(team_id, matrix if matrix.version == version else _updated(team_id, matrix, version))


def _kept(team_id: UUID, matrix: _Matrix) -> _Matrix:
    """Keep it for the next search, at the cost of those of teams that have not searched for long."""
    with _lock:
        _matrices[team_id] = matrix
        _matrices.move_to_end(team_id)
        while len(_matrices) > 1 and sum(each.vectors.nbytes for each in _matrices.values()) > MAX_BYTES:
            _matrices.popitem(last=False)
    return matrix


def _version(team_id: UUID) -> int:
    return IndexVersion.objects.filter(pk=team_id).values_list("version", flat=True).first() or 0


def _updated(team_id: UUID, old: _Matrix, version: int) -> _Matrix:
    """Most changes add passages at the end; number and sum of the ids tell whether that is all that has happened."""
    rows = ChunkVector.objects.filter(team_id=team_id)
    newest = int(old.ids[-1]) if len(old.ids) else 0
    ids = np.concatenate([old.ids, _ids(rows.filter(pk__gt=newest))])
    if rows.aggregate(n=Count("pk"), total=Coalesce(Sum("pk"), 0)) != {"n": len(ids), "total": int(ids.sum())}:
        ids = _ids(rows)
    kept = np.isin(old.ids, ids, assume_unique=True)
    missing = np.setdiff1d(ids, old.ids, assume_unique=True)
    known = old.vectors if kept.all() else old.vectors[kept]
    added = _read(rows, missing)
    ids = np.concatenate([old.ids[kept], missing])
    vectors = np.concatenate([known, added]) if len(known) and len(added) else known if len(known) else added
    if len(ids) > 1 and (ids[1:] < ids[:-1]).any():  # a slow transaction has brought older ids
        order = np.argsort(ids)
        ids, vectors = ids[order], vectors[order]
    return _Matrix(version=version, ids=ids, vectors=vectors)


def _ids(rows: "QuerySet[ChunkVector]") -> NDArray[np.int64]:
    return np.fromiter(rows.order_by("pk").values_list("pk", flat=True), np.int64)


def _read(rows: "QuerySet[ChunkVector]", ids: NDArray[np.int64]) -> Vectors:
    """The vectors of these chunks, in their order; of one that is gone meanwhile zeros, which are near to nothing."""
    vectors = np.zeros((len(ids), DIMENSIONS), np.float32)
    for begin in range(0, len(ids), _BATCH):
        wanted = ids[begin : begin + _BATCH]
        for pk, data in rows.filter(pk__in=wanted.tolist()).values_list("pk", "embedding"):
            vectors[begin + np.searchsorted(wanted, pk)] = np.frombuffer(bytes(data), "<f4")
    return vectors
