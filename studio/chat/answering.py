"""Answers a question of a conversation: the flow, its search and its model brought together for one job."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, Final

from django.db import connection
from pydantic import JsonValue

from studio.accounts.models import Team
from studio.chat.actions import answer_stream
from studio.chat.core.answer import Answered, answer_question, passages_of
from studio.chat.core.citations import Passage
from studio.chat.core.prompt import Turn
from studio.chat.core.tree import branch
from studio.chat.models import Message
from studio.chat.writing import Superseded, Writer
from studio.events import durable
from studio.llm.steps import Answer, Ask

POLL_S: Final = 0.1
OnText = Callable[[str], None]
Stopped = Callable[[], bool]


def answer_message(message_id: str, *, claim: int, stopped: Stopped) -> None:
    """Write the answer with that id, from the search to the proved citations.

    claim: the job's number of claims, which fences the writes. stopped: whether the job was called off.
    Raises Superseded when the answer was stopped or is somebody else's by now, FlowChanged when the studio was updated
    in mid-answer.
    """
    answer = Message.objects.select_related("conversation__team", "parent").filter(pk=message_id).first()
    if answer is None or answer.parent is None or answer.state != Message.State.STREAMING:
        return
    team = answer.conversation.team
    writer = Writer(answer, claim=claim)
    writer.begin()

    def ask(step: Ask) -> Answer:
        passages = passages_of(step)
        writer.prepare(passages, text_digests(team, passages))
        return ask_while_watching(team, step, stopped=stopped, on_text=writer.show)

    flow = answer_question(answer.parent.text, history_of(answer.parent))
    answered: Answered = durable.run(answer_stream(answer.pk), flow, ask=ask, call=searching(team))
    writer.prepare(answered.passages, text_digests(team, answered.passages))
    writer.finish(answered)


def ask_while_watching(team: Team, step: Ask, *, stopped: Stopped, on_text: OnText) -> Answer:
    """Ask the team's answerer in a thread of its own, and meanwhile here pass on its text and watch for a stop.

    The client runs an event loop, in which the database may not be used; both callbacks use it.
    Raises Superseded once stopped() holds or on_text raises it; the request has been closed by then.
    """
    from studio.endpoints.actions import ask_endpoint, choose

    endpoint = choose(team, "answerer")
    halt = threading.Event()
    said = [""]

    def work() -> Answer:
        try:
            return ask_endpoint(endpoint, step, stopped=halt.is_set, on_text=lambda text: said.__setitem__(0, text))
        finally:
            connection.close()

    with ThreadPoolExecutor(1, thread_name_prefix="answer") as pool:
        future = pool.submit(work)
        try:
            while wait([future], POLL_S).not_done:
                if stopped():
                    raise Superseded
                on_text(said[0])
        finally:
            halt.set()
    return future.result()


def searching(team: Team) -> Callable[[str, Mapping[str, Any]], JsonValue]:
    """The host functions of the flow: "search" in the team's vault."""

    def call(name: str, args: Mapping[str, Any]) -> JsonValue:
        if name != "search":
            raise LookupError(f"no host function {name}")
        from studio.vault.search import hybrid

        hits = hybrid(team.pk, args["query"], limit=args["limit"])
        return [
            {
                "chunk_id": hit.chunk_id,
                "document_id": str(hit.document_id),
                "title": hit.title,
                "start": hit.start,
                "end": hit.end,
                "text": hit.text,
                "score": float(hit.score),
            }
            for hit in hits
        ]

    return call


def text_digests(team: Team, passages: tuple[Passage, ...]) -> dict[str, str]:
    """The digest of each document's text that passages come from, by document id."""
    from studio.vault.models import Document

    ids = {passage.document_id for passage in passages}
    documents = Document.objects.filter(team=team, pk__in=ids).values_list("pk", "text_sha256")
    return {str(pk): digest for pk, digest in documents}


def history_of(question: Message) -> list[Turn]:
    """What was said before a question on its branch, oldest first; answers that failed say nothing."""
    rows = question.conversation.messages.order_by("created", "id")
    way = branch(rows.values_list("pk", "parent_id"), question.pk)
    before = [step.id for step in way[: [step.id for step in way].index(question.pk)]]
    texts = {row.pk: row for row in rows.filter(pk__in=before).only("role", "text")}
    return [
        Turn(role="user" if texts[pk].role == Message.Role.USER else "assistant", text=texts[pk].text)
        for pk in before
        if texts[pk].text
    ]
