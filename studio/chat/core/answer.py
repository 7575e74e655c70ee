"""Answering one question as a flow: search, ask the answerer, prove the citations. No I/O, no clock, replayable."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from studio.chat.core import prompt
from studio.chat.core.citations import Citation, Composer, Passage, Removed
from studio.chat.core.prompt import Turn
from studio.llm.steps import Ask, Call, Flow, Refusal, Reply

MOST_PASSAGES: Final = 8
MOST_ANSWER_TOKENS: Final = 2_000
NOTHING_FOUND: Final = "The vault holds no text to answer from yet. Add documents to the vault, then ask again."
_FEW_WORDS: Final = 6
_MOST_LEANT_ON: Final = 3
_LEANS: Final = re.compile(
    r"(?:and|but|or|so|what about|how about|und|oder|aber)\b"
    r"|.*\b(?:it|its|they|them|their|he|him|his|she|her|this|these|those|the same)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a question ended.

    state: "done", or "failed" with a sentence in `error` (cause: for operators). text: what may be shown.
    query: what was searched for. passages: what entered the prompt. reply: the model's own account, if it gave one.
    endpoint, model: who was asked. is_cut: the answer reached its length limit.
    """

    state: Literal["done", "failed"]
    query: str
    text: str = ""
    passages: tuple[Passage, ...] = ()
    citations: tuple[Citation, ...] = ()
    removed: tuple[Removed, ...] = ()
    reply: Reply | None = None
    endpoint: str = ""
    model: str = ""
    error: str = ""
    cause: str = ""

    @property
    def is_cut(self) -> bool:
        return self.reply is not None and self.reply.finish_reason == "length"


def answer_question(question: str, history: Sequence[Turn] = (), *, name: str = "answer") -> Flow[Answered]:
    """Answer a question from the vault.

    history: earlier turns, oldest first. name: begins the step keys, so that several answers fit in one log.
    Yields a Call of "search" (receives a list of hits as JSON) and an Ask of the answerer; returns Answered, always.
    """
    query = search_query(question, history)
    hits: list[dict[str, Any]] = yield Call(
        key=f"{name}.search", name="search", args={"query": query, "limit": MOST_PASSAGES}
    )
    passages = passages_from(hits)
    if not passages:
        return Answered(state="done", query=query, text=NOTHING_FOUND)
    reply: Reply | Refusal = yield question_to_model(question, history, passages, key=f"{name}.write")
    if isinstance(reply, Refusal):
        return Answered(
            state="failed",
            query=query,
            passages=passages,
            endpoint=reply.teacher,
            model=reply.model,
            error=reply.message,
            cause=f"{reply.kind}: {reply.cause}",
        )
    composed = Composer(passages).compose(reply.text, done=True)
    if not composed.text:
        return Answered(
            state="failed",
            query=query,
            passages=passages,
            removed=composed.removed,
            reply=reply,
            endpoint=reply.teacher,
            model=reply.model,
            error="The model ended without an answer.",
            cause=f"empty answer, finish_reason {reply.finish_reason}",
        )
    return Answered(
        state="done",
        query=query,
        text=composed.text,
        passages=passages,
        citations=composed.citations,
        removed=composed.removed,
        reply=reply,
        endpoint=reply.teacher,
        model=reply.model,
    )


def passages_from(hits: Sequence[dict[str, Any]]) -> tuple[Passage, ...]:
    """The search results as numbered passages, best first."""
    return tuple(Passage.from_hit(label, hit) for label, hit in enumerate(hits[:MOST_PASSAGES], start=1))


def question_to_model(question: str, history: Sequence[Turn], passages: Sequence[Passage], *, key: str) -> Ask:
    """The question as an Ask of the answerer."""
    evidence = [asdict(passage) | {"label": str(passage.label)} for passage in passages]
    return Ask(
        key=key,
        role="answerer",
        inputs={"question": question, "evidence": evidence},
        messages=prompt.messages(question, passages, history),
        max_tokens=MOST_ANSWER_TOKENS,
    )


def passages_of(ask: Ask) -> tuple[Passage, ...]:
    """The passages inside such an Ask: what a citation of its answer may stand in."""
    return tuple(Passage.from_hit(int(entry["label"]), entry) for entry in ask.inputs["evidence"])


def search_query(question: str, history: Sequence[Turn] = ()) -> str:
    """What to search for: the question, behind the earlier ones that it leans on, up to one that stands alone.

    "Until when?" after "And for part-timers?" after "How much leave do I get?" is searched with both.
    """
    earlier = [" ".join(turn.text.split()) for turn in history if turn.role == "user"]
    asked = [" ".join(question.split())]
    while earlier and len(asked) <= _MOST_LEANT_ON and _leans(asked[0]):
        asked.insert(0, earlier.pop())
    return " ".join(asked)


def _leans(question: str) -> bool:
    """Whether a question means what was asked before it: very few words, "and …", or a pronoun."""
    return len(question.split()) < _FEW_WORDS or _LEANS.match(question) is not None
