"""A vault, conversations and scripted answerers for the tests of asking."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Team, User
from studio.chat import actions
from studio.chat.answering import Hits, Host, OnText, Stopped, answer_message
from studio.chat.core.citations import Passage
from studio.chat.models import Message
from studio.events.models import Event
from studio.llm.steps import Answer, Ask, Reply
from studio.vault.models import Chunk, Document
from tests.studio.chat.passages import PASSAGES

GOOD = 'They take 14 days [1: "within fourteen (14) days"], and ship on Monday [2: "Orders ship on Monday"].'
GOOD_SHOWN = "They take 14 days [1], and ship on Monday [2]."


def actor_of(user: User) -> Actor:
    team = user.teams.first()
    actor = actor_for(user, team) if team else None
    assert actor is not None
    return actor


def stock_vault(team: Team, passages: Sequence[Passage] = PASSAGES) -> tuple[Passage, ...]:
    """Put the passages into the team's vault, one document each; returns them with the ids that they got."""
    stocked = []
    for passage in passages:
        document = Document.objects.create(
            team=team,
            title=passage.title,
            sha256=f"{team.pk.hex}{passage.label:032}",
            size=passage.end,
            kind="txt",
            state=Document.State.READY,
            text_sha256=f"{passage.label:064}",
            char_count=passage.end,
        )
        chunk = Chunk.objects.create(
            document=document, ordinal=0, start=passage.start, end=passage.end, words=9, text=passage.text
        )
        changed = asdict(passage) | {"document_id": str(document.pk), "chunk_id": chunk.pk}
        stocked.append(Passage(**changed))
    return tuple(stocked)


def passages_in(team: Team) -> tuple[Passage, ...]:
    """Everything in the team's vault, as a search would hand it out."""
    chunks = Chunk.objects.filter(document__team=team).select_related("document").order_by("pk")
    return tuple(
        Passage(
            label=label,
            document_id=str(chunk.document_id),
            chunk_id=chunk.pk,
            title=chunk.document.title,
            start=chunk.start,
            end=chunk.end,
            text=chunk.text,
        )
        for label, chunk in enumerate(chunks, start=1)
    )


def host(
    passages: Sequence[Passage], says: Callable[[Ask, Stopped, OnText], Answer] | str = GOOD, *, pause_s: float = 0.0
) -> Host:
    """A vault that always finds the passages, and an answerer that follows a script or says one text at once.

    pause_s: 0 writes each step of growth, however quick it follows.
    """

    def search(query: str, limit: int) -> Hits:
        return [asdict(passage) for passage in passages][:limit]

    def ask(question: Ask, stopped: Stopped, on_text: OnText) -> Answer:
        if not isinstance(says, str):
            return says(question, stopped, on_text)
        on_text(says)
        return Reply(text=says, model="tiny-1", teacher="Test endpoint")

    return Host(search=search, ask=ask, pause_s=pause_s)


def never() -> bool:
    return False


def write(answer: Message, with_host: Host, *, claim: int = 1, stopped: Stopped = never) -> Message:
    """Write an answer as its job would; returns it as it then is."""
    answer_message(str(answer.pk), claim=claim, stopped=stopped, host=with_host)
    return Message.objects.get(pk=answer.pk)


def answered(user: User, question: str = "When are refunds paid?", says: str = GOOD) -> Message:
    """A finished answer to a first question of the person's team; its vault is stocked if it was empty."""
    actor = actor_of(user)
    passages = passages_in(actor.team) or stock_vault(actor.team)
    return write(actions.start_conversation(actor, question), host(passages, says))


def folded(events: Sequence[Event], answer: Message) -> str:
    """The text of an answer as a page builds it from the events."""
    text = ""
    for event in events:
        if event.data.get("message_id") != str(answer.pk):
            continue
        if event.kind == "answer.grew":
            assert event.data["at"] <= len(text)
            text = text[: event.data["at"]] + event.data["text"]
        elif event.kind == "answer.restarted":
            text = ""
    return text


def events_of(answer: Message) -> list[Event]:
    return list(Event.objects.of(answer.conversation.stream))
