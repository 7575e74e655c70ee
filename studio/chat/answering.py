"""Answers a question of a conversation: the flow, its search and its model brought together for one job."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, cast

from django.db import connection
from pydantic import JsonValue

from studio.accounts.models import Team
from studio.chat.actions import answer_stream
from studio.chat.core.answer import Answered, answer_question, passages_of
from studio.chat.core.citations import Passage
from studio.chat.core.markers import storable
from studio.chat.core.prompt import Turn
from studio.chat.core.tree import branch
from studio.chat.models import Message
from studio.chat.writing import PAUSE_S, Superseded, Writer
from studio.endpoints.account import ask_on_account
from studio.endpoints.choosing import choose
from studio.events import durable
from studio.llm.steps import Answer, Ask, Call, Reply
from studio.vault.models import Document
from studio.vault.search import hybrid

POLL_S: Final = 0.1
Hits = list[dict[str, Any]]
OnText = Callable[[str], None]
Stopped = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a flow needs of the world.

    search: (query, limit) -> hits as JSON, best first. ask: (question, stopped, on_text) -> answer; it is called in a
    thread of its own, its callbacks too. pause_s: least time between two writes of a growing answer.
    """

    search: Callable[[str, int], Hits]
    ask: Callable[[Ask, Stopped, OnText], Answer]
    pause_s: float = PAUSE_S


def host_of(team: Team) -> Host:
    """The team's vault, and the endpoint that the team has chosen for answering."""
    endpoint = choose(team, "answerer")

    def ask(question: Ask, stopped: Stopped, on_text: OnText) -> Answer:
        return ask_on_account(endpoint, question, stopped=stopped, on_text=on_text)

    return Host(search=partial(search_vault, team), ask=ask)


def answer_message(message_id: str, *, claim: int, stopped: Stopped, host: Host | None = None) -> None:
    """Write the answer with that id, from the search to the proved citations.

    claim: the job's number of claims, which fences the writes. stopped: whether the job was called off.
    Raises Superseded when the answer was stopped or is somebody else's by now, FlowChanged when the studio was updated
    in mid-answer.
    """
    answer = Message.objects.select_related("conversation__team", "parent").filter(pk=message_id).first()
    if answer is None or answer.parent is None or answer.state != Message.State.STREAMING:
        return
    team = answer.conversation.team
    host = host or host_of(team)
    writer = Writer(answer, claim=claim, pause_s=host.pause_s)
    writer.begin()

    def ask(step: Ask) -> Answer:
        passages = passages_of(step)
        writer.prepare(passages, text_digests(team, passages))
        reply = ask_while_watching(partial(host.ask, step), stopped=stopped, on_text=writer.show)
        return replace(reply, text=storable(reply.text)) if isinstance(reply, Reply) else reply

    def call(name: str, args: Mapping[str, Any]) -> JsonValue:
        return cast("JsonValue", host.search(args["query"], args["limit"]))

    flow = answer_question(answer.parent.text, history_of(answer.parent))
    answered = durable.run(answer_stream(answer.pk), flow, ask=ask, call=call)
    writer.prepare(answered.passages, text_digests(team, answered.passages))
    writer.finish(answered)


def answer_once(question: str, host: Host, *, on_progress: Callable[[str], None]) -> Answered:
    """Answer a question without keeping it; on_progress gets a line about each stage."""
    flow = answer_question(question)
    to_send: Any = None
    while True:
        try:
            step = flow.send(to_send)
        except StopIteration as stop:
            return cast("Answered", stop.value)
        if isinstance(step, Call):
            on_progress("Searching the vault")
            to_send = host.search(step.args["query"], step.args["limit"])
        elif isinstance(step, Ask):
            on_progress(f"Asking with {len(passages_of(step))} passages")
            to_send = ask_while_watching(
                partial(host.ask, step),
                stopped=lambda: False,
                on_text=lambda text: on_progress(f"Writing: {len(text)} characters") if text else None,
            )


def ask_while_watching(ask: Callable[[Stopped, OnText], Answer], *, stopped: Stopped, on_text: OnText) -> Answer:
    """Ask in a thread of its own, and meanwhile here pass on the text and watch for a stop.

    The client runs an event loop, in which the database may not be used; both callbacks here may use it.
    Raises Superseded once stopped() holds, and what on_text raises; the request has been closed by then.
    """
    halt = threading.Event()
    said = [""]

    def work() -> Answer:
        try:
            return ask(halt.is_set, lambda text: said.__setitem__(0, text))
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


def search_vault(team: Team, query: str, limit: int) -> Hits:
    """The team's passages that fit best, as JSON."""
    return [
        {
            "chunk_id": hit.chunk_id,
            "document_id": str(hit.document_id),
            "title": hit.title,
            "start": hit.start,
            "end": hit.end,
            "text": hit.text,
            "score": float(hit.score),
            "ranks": {name: leg.rank for name, leg in hit.legs.items()},
        }
        for hit in hybrid(team.pk, query, limit=limit)
    ]


def text_digests(team: Team, passages: tuple[Passage, ...]) -> dict[str, str]:
    """The digest of each document's text that passages come from, by document id."""
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
