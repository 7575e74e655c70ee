"""Keyword index in PostgreSQL: a tsvector column with a GIN index, ranked by BM25.

PostgreSQL's own ranks know no document frequencies, so they only choose the thousand candidates; BM25 (k1 1.2, b 0.75,
as FTS5 has it) is computed over these from the positions in the tsvector and one index count for each word.
"""

from collections import Counter
from collections.abc import Sequence
from math import log
from uuid import UUID

from django.db import connection

K1, B = 1.2, 0.75
CANDIDATES = 1_000

_ADD = "UPDATE vault_chunk SET keywords = to_tsvector('vault_words', %s) WHERE id = %s"
# The array keeps repeats: a word that is asked for twice counts twice.
_LEXEMES = (
    "SELECT lexeme FROM unnest(%s::text[]) word, unnest(tsvector_to_array(to_tsvector('vault_words', word))) lexeme"
)
_SIZE = """
    SELECT count(*), coalesce(avg(chunk.words), 1) FROM vault_chunk chunk
    JOIN vault_document document ON document.id = chunk.document_id WHERE document.team_id = %s
"""
_FREQUENCY = """
    SELECT lexeme, (SELECT count(*) FROM vault_chunk chunk
                    JOIN vault_document document ON document.id = chunk.document_id
                    WHERE document.team_id = %s AND chunk.keywords @@ to_tsquery('simple', quote_literal(lexeme)))
    FROM unnest(%s::text[]) lexeme
"""
_MATCHES = """
    WITH candidate AS (
        SELECT chunk.id, chunk.words, chunk.keywords FROM vault_chunk chunk
        JOIN vault_document document ON document.id = chunk.document_id
        WHERE document.team_id = %s AND chunk.keywords @@ to_tsquery('simple', %s) {collections}
        ORDER BY ts_rank(chunk.keywords, to_tsquery('simple', %s), 1) DESC, chunk.id LIMIT %s
    )
    SELECT candidate.id, candidate.words, word.lexeme, cardinality(word.positions)
    FROM candidate, unnest(candidate.keywords) word WHERE word.lexeme = ANY(%s)
"""


def add(team_id: UUID, rows: Sequence[tuple[int, str]]) -> None:
    """Index (chunk id, keyword text) pairs, inside the transaction that creates the chunks."""
    del team_id  # the chunk's document says which team it is
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, [(words, chunk_id) for chunk_id, words in rows])


def search(
    team_id: UUID, words: Sequence[str], *, limit: int, collections: Sequence[UUID] | None
) -> list[tuple[int, float]]:
    """(chunk id, BM25) of chunks that hold any of the words, best first."""
    if not words or (collections is not None and not collections):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LEXEMES, [list(words)])
        asked = Counter(row[0] for row in cursor.fetchall())
        if not asked:
            return []
        lexemes = list(asked)
        cursor.execute(_SIZE, [team_id])
        total, average = cursor.fetchone()
        cursor.execute(_FREQUENCY, [team_id, lexemes])
        frequency = dict(cursor.fetchall())
        query = " | ".join(f"'{lexeme}'" for lexeme in lexemes)  # letters and digits only
        inside = "AND document.collection_id = ANY(%s)" if collections is not None else ""
        scope = [list(collections)] if collections is not None else []
        cursor.execute(_MATCHES.format(collections=inside), [team_id, query, *scope, query, CANDIDATES, lexemes])
        matches = cursor.fetchall()
    scores: dict[int, float] = {}
    for chunk_id, length, lexeme, count in matches:
        rarity = log(1 + (total - frequency[lexeme] + 0.5) / (frequency[lexeme] + 0.5))
        weight = count * (K1 + 1) / (count + K1 * (1 - B + B * length / float(average)))
        scores[chunk_id] = scores.get(chunk_id, 0.0) + asked[lexeme] * rarity * weight
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
