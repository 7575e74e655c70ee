"""Hybrid search over a team's passages: keywords and meaning, each its best hundred, fused half and half."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import connection

from studio.vault.core import ranking
from studio.vault.core.embed import embed
from studio.vault.core.errors import EmbedderError
from studio.vault.models import Chunk, Document
from studio.vault.search import postgres, sqlite, vectors
from studio.web.errors import StudioError

__all__ = ["MODES", "Hit", "Leg", "Mode", "SearchUnavailable", "hybrid"]

Mode = Literal["hybrid", "keyword", "meaning"]
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "meaning")
MAX_QUERY = 2_000
log = logging.getLogger("studio.vault")


class SearchUnavailable(StudioError):
    """Search by meaning needs the embedding model, which is not installed. Search by keyword works."""

    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """How one leg saw a hit. rank: from 1. score: BM25 or cosine. share: what it gave to the hit's score."""

    rank: int
    score: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found: `text` is the document's text[start:end]. score: 0 to 1. legs: by "keyword" and "meaning"."""

    chunk_id: int
    document_id: UUID
    title: str
    start: int
    end: int
    text: str
    score: float
    legs: Mapping[str, Leg]
    header: str = ""
    ordinal: int = 0


def hybrid(
    team_id: UUID, query: str, *, mode: Mode = "hybrid", limit: int = 8, collections: Sequence[UUID] | None = None
) -> list[Hit]:
    """The team's passages that fit a query best, best first.

    mode: "keyword" or "meaning" uses that leg alone. collections: only documents in one of these; None means all.
    In hybrid mode a query in a language that the embedder does not know is ranked by keywords alone, and so is every
    query while the embedding model is missing. Raises SearchUnavailable only for mode "meaning".
    """
    query = query[:MAX_QUERY].encode(errors="replace").decode().strip()  # half a pair of surrogates is no text
    if not query or limit < 1:
        return []
    depth = max(ranking.DEPTH, limit)
    legs: dict[str, list[tuple[int, float]]] = {}
    if mode != "meaning":
        keyword = sqlite if connection.vendor == "sqlite" else postgres
        legs["keyword"] = keyword.search(team_id, ranking.terms(query), limit=depth, collections=collections)
    if mode == "meaning" or (mode == "hybrid" and ranking.knows_language(query)):
        try:
            legs["meaning"] = vectors.search(team_id, embed([query])[0], limit=depth, collections=collections)
        except EmbedderError as error:
            if mode == "meaning":
                raise SearchUnavailable from error
            log.error("search without meaning", extra={"cause": error.cause})
    weights = dict.fromkeys(legs, 1 / len(legs))
    return _hits(team_id, ranking.fuse(legs, weights)[:limit])


def _hits(team_id: UUID, fused: Sequence[ranking.Fused]) -> list[Hit]:
    rows = (
        Chunk.objects.filter(pk__in=[item.id for item in fused], document__team_id=team_id)
        .filter(document__state=Document.State.READY)
        .select_related("document")
        .only("ordinal", "start", "end", "header", "text", "document__title")
    )
    chunks = {chunk.pk: chunk for chunk in rows}
    return [
        Hit(
            chunk_id=chunk.pk,
            document_id=chunk.document_id,
            title=chunk.document.title,
            start=chunk.start,
            end=chunk.end,
            text=chunk.text,
            score=item.score,
            legs={name: Leg(rank=rank, score=score, share=share) for name, (rank, score, share) in item.legs.items()},
            header=chunk.header,
            ordinal=chunk.ordinal,
        )
        for item in fused
        if (chunk := chunks.get(item.id))
    ]
