"""Keyword index in SQLite: an FTS5 table of the indexed texts, ranked by BM25.

`vault_search(words, team)`: rowid is the chunk's id, `words` its keyword text, `team` a token of the team, so that the
index itself intersects with the team before anything is ranked. A trigger removes rows with their chunks.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from studio.vault.core.ranking import match_any

# The team column weighs nothing in the score: every match has it once.
_SEARCH = """
    SELECT rowid, -bm25(vault_search, 1.0, 0.0) AS score FROM vault_search
    WHERE vault_search MATCH %s {collections} ORDER BY score DESC, rowid LIMIT %s
"""
_IN_COLLECTIONS = """
    AND rowid IN (SELECT chunk.id FROM vault_chunk chunk JOIN vault_document document ON document.id = chunk.document_id
                  WHERE document.collection_id IN ({places}))
"""


def add(team_id: UUID, rows: Sequence[tuple[int, str]]) -> None:
    """Index (chunk id, keyword text) pairs, inside the transaction that creates the chunks."""
    token = _team_token(team_id)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT OR REPLACE INTO vault_search (rowid, words, team) VALUES (%s, %s, %s)",
            [(chunk_id, words, token) for chunk_id, words in rows],
        )


def search(
    team_id: UUID, words: Sequence[str], *, limit: int, collections: Sequence[UUID] | None
) -> list[tuple[int, float]]:
    """(chunk id, BM25) of chunks that hold any of the words, best first."""
    if not words or (collections is not None and not collections):
        return []
    parameters: list[str | int] = [f"words : ({match_any(words)}) AND team : {_team_token(team_id)}"]
    inside = ""
    if collections is not None:
        inside = _IN_COLLECTIONS.format(places=", ".join(["%s"] * len(collections)))
        parameters += [collection.hex for collection in collections]
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH.format(collections=inside), [*parameters, limit])
        return [(int(chunk_id), float(score)) for chunk_id, score in cursor.fetchall()]


def _team_token(team_id: UUID) -> str:
    """One word for the tokenizer; the digit at its end keeps the stemmer away from it."""
    return f"t{team_id.hex}0"
