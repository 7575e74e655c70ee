"""The passages a session is held against: given by a person, chosen in a chat, or found in the vault."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypedDict

from studio.accounts.models import Team
from studio.vault.models import Chunk, Document
from studio.vault.search import hybrid
from studio.web.errors import Invalid

FROM_VAULT, MOST_CHOSEN, MOST_GIVEN = 8, 12, 50  # passages
MOST_CHARACTERS = 40_000  # of the vault's passages
MOST_CHARACTERS_GIVEN = 200_000


class Entry(TypedDict):
    """One passage as a session stores it; document_id is empty for a text that a person gave."""

    label: str
    title: str
    text: str
    document_id: str
    chunk_id: int | None
    start: int
    end: int
    sha256: str


def given(texts: Iterable[str]) -> list[Entry]:
    """Texts that a person brought, numbered in their order; all of them. Raises Invalid when they are too many."""
    entries = [
        _entry(title=f"Given passage {n}", text=text, end=len(text))
        for n, text in enumerate((text for text in texts if text), 1)
    ]
    size = sum(len(entry["text"]) for entry in entries)
    if len(entries) > MOST_GIVEN or size > MOST_CHARACTERS_GIVEN:
        most = f"{MOST_GIVEN} passages and {MOST_CHARACTERS_GIVEN:,} characters"
        raise Invalid(f"The evidence is more than {most}; put the documents into the vault instead.", code="too_long")
    return _numbered(entries)


def chosen(team: Team, chunk_ids: Sequence[int]) -> list[Entry]:
    """Passages of the team's vault by their ids, in that order; ids of others are left out."""
    rows = Chunk.objects.filter(pk__in=chunk_ids[:MOST_CHOSEN], document__team=team).select_related("document")
    ready = {chunk.pk: chunk for chunk in rows if chunk.document.state == Document.State.READY}
    return _packed([_of_chunk(ready[pk]) for pk in dict.fromkeys(chunk_ids) if pk in ready])


def search(team: Team, question: str) -> list[Entry]:
    """The passages of the team's vault that fit the question best."""
    return chosen(team, [hit.chunk_id for hit in hybrid(team.pk, question, limit=FROM_VAULT)])


def _of_chunk(chunk: Chunk) -> Entry:
    document = chunk.document
    return _entry(
        title=chunk.header or document.title,
        text=chunk.text,
        document_id=str(document.pk),
        chunk_id=chunk.pk,
        start=chunk.start,
        end=chunk.end,
        sha256=document.text_sha256,
    )


def _entry(
    *,
    title: str,
    text: str,
    document_id: str = "",
    chunk_id: int | None = None,
    start: int = 0,
    end: int = 0,
    sha256: str = "",
) -> Entry:
    return Entry(
        label="",
        title=title[:300],
        text=text,
        document_id=document_id,
        chunk_id=chunk_id,
        start=start,
        end=end,
        sha256=sha256,
    )


def _packed(entries: list[Entry]) -> list[Entry]:
    """The first passages that fit, with their numbers."""
    sizes = accumulate(len(entry["text"]) for entry in entries[:MOST_CHOSEN])
    fitting = sum(size <= MOST_CHARACTERS for size in sizes)
    return _numbered(entries[: max(1, fitting)])


def _numbered(entries: list[Entry]) -> list[Entry]:
    return [{**entry, "label": str(n)} for n, entry in enumerate(entries, 1)]
