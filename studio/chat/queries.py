"""What the pages of conversations show: a page of the list, and a thread with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from studio import samples
from studio.accounts.models import Team
from studio.chat.core.citations import renumbered
from studio.chat.core.tree import Step, branch
from studio.chat.models import Citation, Conversation, Message
from studio.vault.models import Chunk, Document
from studio.web.formats import count, duration, money
from studio.web.paging import Page, keyset_page

PAGE_SIZE = 30
SUGGESTED = 3
CONTEXT = 160
"""Characters shown before and after a quote."""
CLOSEST = 3
EXCERPT = 320
"""Characters shown of a passage that is no quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A citation as it is shown; address: the document at the quote, empty when the source is gone or has changed.

    before, after: the words around the quote in its paragraph.
    """

    citation: Citation
    address: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closest:
    """A passage that was found for a question whose answer cites nothing; text: how it begins."""

    title: str
    address: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message on the shown branch. evidence: what it rests on; removed: marks that did not stand.

    closest: for an answer that cites nothing, where a person may look; empty for every other message.
    """

    message: Message
    step: Step[UUID]
    question: str
    evidence: tuple[Evidence, ...]
    removed: tuple[Citation, ...]
    closest: tuple[Closest, ...]

    @property
    def addresses(self) -> dict[int, str]:
        """Where each number in the text leads."""
        return {shown.citation.n: shown.address for shown in self.evidence}

    @property
    def is_streaming(self) -> bool:
        return self.message.state == Message.State.STREAMING

    @property
    def account(self) -> list[str]:
        """Who answered, and what it took."""
        message = self.message
        parts = [message.endpoint, message.model]
        if message.tokens:
            parts.append(f"{count(message.tokens)} tokens")
        if message.cost_usd is not None:
            parts.append(money(message.cost_usd))
        if message.took_s is not None:
            parts.append(duration(message.took_s))
        return [part for part in parts if part]

    @property
    def chunk_ids(self) -> list[int]:
        """The passages that entered the prompt, the cited ones first."""
        found = (passage["chunk_id"] for passage in self.message.passages)
        return list(dict.fromkeys((*self._cited.values(), *found)))

    @property
    def draft(self) -> str:
        """The answer as a session's draft, numbered by `chunk_ids`: two quotes of one passage share its number."""
        places = {chunk_id: place for place, chunk_id in enumerate(self.chunk_ids, 1)}
        return renumbered(self.message.text, {n: places[chunk_id] for n, chunk_id in self._cited.items()})

    @property
    def _cited(self) -> dict[int, int]:
        """The passage that each number rests on, where its source still stands."""
        cited = (shown.citation for shown in self.evidence if shown.address)
        return {citation.n: citation.chunk_id for citation in cited if citation.chunk_id is not None}


def page_of(conversations: QuerySet[Conversation], *, before: str = "", after: str = "") -> Page[Conversation]:
    """A page of the list, the lately used first; a broken cursor counts as none.

    `before` and `after` speak of time: before what was used then. The cursor holds the moment itself, because a
    conversation that is used again moves to the top, and the list should go on where it was.
    """
    return keyset_page(
        conversations,
        sort="-updated",
        after=_place(before),
        before=_place(after),
        size=PAGE_SIZE,
        cursor=lambda row: f"{row.updated.isoformat()}_{row.pk}",
    )


def newest(team: Team) -> Page[Conversation]:
    """The first page of the team's conversations."""
    return page_of(Conversation.objects.kept().filter(team=team))


def thread(conversation: Conversation, at: UUID | None = None) -> list[Shown]:
    """The branch of a conversation that leads through `at`, with evidence; always the same few statements."""
    rows = conversation.messages.order_by("created", "id")
    steps = branch(rows.values_list("pk", "parent_id"), at)
    ids = [step.id for step in steps]
    messages = {m.pk: m for m in rows.filter(pk__in=ids).select_related("created_by").prefetch_related("citations")}
    citations = [citation for message in messages.values() for citation in message.citations.all() if citation.stands]
    evidence = _evidence(conversation.team, citations)
    cited = {citation.message_id for citation in citations}
    closest = _closest(conversation.team, [m for m in messages.values() if m.pk not in cited])
    found: list[Shown] = []
    question = ""
    for step in steps:
        message = messages[step.id]
        if message.role == Message.Role.USER:
            question = message.text
        own = message.citations.all()
        found.append(
            Shown(
                message=message,
                step=step,
                question=question,
                evidence=tuple(evidence[citation.pk] for citation in own if citation.stands),
                removed=tuple(citation for citation in own if not citation.stands),
                closest=closest.get(message.pk, ()),
            )
        )
    return found


def addresses(answer: Message) -> dict[int, str]:
    """Where each number in the text of an answer leads."""
    cited = list(answer.citations.filter(stands=True))
    return {found.citation.n: found.address for found in _evidence(answer.conversation.team, cited).values()}


def _evidence(team: Team, citations: Sequence[Citation]) -> dict[int, Evidence]:
    """Citations by id, with the documents as they are now; what was forgotten or has another text leads nowhere."""
    if not citations:
        return {}
    document_ids = {citation.document_id for citation in citations if citation.document_id}
    documents = Document.objects.filter(team=team, pk__in=document_ids).only("text_sha256").in_bulk()
    chunks = Chunk.objects.filter(pk__in={citation.chunk_id for citation in citations}, document__team=team)
    texts = {chunk.pk: (chunk.start, chunk.text) for chunk in chunks.only("start", "text")}
    found: dict[int, Evidence] = {}
    for citation in citations:
        document = documents.get(citation.document_id)
        address = before = after = ""
        if document is not None and document.text_sha256 == citation.text_sha256:
            address = document.span_url(citation.start or 0, citation.end or 0)
            offset, text = texts.get(citation.chunk_id or 0, (citation.start or 0, citation.quote))
            start, end = (citation.start or 0) - offset, (citation.end or 0) - offset
            before, after = around(text, start, end)
        found[citation.pk] = Evidence(citation=citation, address=address, before=before, after=after)
    return found


def _closest(team: Team, messages: Sequence[Message]) -> dict[UUID, tuple[Closest, ...]]:
    """By message, the best passages of finished answers that cite nothing, as far as they are still in the vault."""
    done = {m.pk: m.passages[:CLOSEST] for m in messages if m.state == Message.State.DONE and m.passages}
    ids = {passage["chunk_id"] for passages in done.values() for passage in passages}
    if not ids:
        return {}
    chunks = Chunk.objects.filter(pk__in=ids, document__team=team).select_related("document").in_bulk()
    return {
        pk: tuple(
            Closest(
                title=chunk.document.title,
                address=chunk.document.span_url(chunk.start, chunk.end),
                text=beginning(chunk.text),
            )
            for passage in passages
            if (chunk := chunks.get(passage["chunk_id"]))
        )
        for pk, passages in done.items()
    }


def beginning(text: str) -> str:
    """How a passage begins, cut between words where it is long."""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rpartition(' ')[0] or text[:EXCERPT]} …"


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after text[start:end] in its paragraph; where that is long, cut between words."""
    before = text[:start].rpartition("\n\n")[2]
    after = text[end:].partition("\n\n")[0]
    if len(before) > CONTEXT:
        near = before[-CONTEXT:]
        before = f"… {near.partition(' ')[2] or near}"
    if len(after) > CONTEXT:
        near = after[:CONTEXT]
        after = f"{near.rpartition(' ')[0] or near} …"
    return before, after


def _place(cursor: str) -> Conversation | None:
    """Where in the list a cursor points."""
    moment, _, pk = cursor.partition("_")
    try:
        place = Conversation(pk=UUID(pk), updated=datetime.fromisoformat(moment))
    except ValueError:
        return None
    return place if place.updated.tzinfo is not None else None


def suggested_questions(team: Team) -> Sequence[str]:
    """First questions for a team whose sample documents can be found; none for any other documents."""
    ready = Document.objects.filter(team=team, sha256__in=samples.DIGESTS).ready().count()
    return samples.QUESTIONS[:SUGGESTED] if ready == len(samples.DIGESTS) else ()
