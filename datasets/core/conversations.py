"""Pairs from a conversation of the studio: each finished answer with its question and the passages it cites.

The file is what a conversation's page and `GET /api/v1/conversations/{id}` give. Questions and answers form a tree;
what was said on the way to a question stands in the pair's system text (see `turns`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from datasets.core.candidates import Candidate, Problem, Unfit, checked_text
from datasets.core.turns import Turn, asked

COLUMNS = frozenset({"title", "created", "messages"})
KIND = "conversation"
MAX_MESSAGES = 2_000
MAX_QUOTES = 300_000
MAX_TITLE = 300
_DIGEST = re.compile(r"([0-9a-f]{64})?").fullmatch


def read_conversation(line: int, value: Mapping[str, Any]) -> Iterator[Candidate | Problem]:
    """Yield a candidate, or what is wrong with it, for each finished answer; raises Unfit for other objects."""
    known = _messages(value["messages"])
    for number, message in enumerate(known.values(), 1):
        if message.get("role") != "assistant" or message.get("state") != "done":
            continue
        if not (message.get("model") or message.get("endpoint")):
            continue  # the studio itself spoke: there was nothing to answer from
        try:
            yield _pair(line, message, known)
        except Unfit as error:
            yield Problem(line=line, code=error.code, message=f"Message {number}: {error}")


def _messages(value: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unfit("import.turns", "A list of messages was expected.")
    if len(value) > MAX_MESSAGES:
        raise Unfit("import.long", f"A conversation may have {MAX_MESSAGES:,} messages.")
    return {str(item.get("id")): item for item in value}


def _pair(line: int, answer: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Candidate:
    turns: list[Turn] = []
    at = known.get(str(answer.get("parent")))
    while at is not None:
        role, text = at.get("role"), at.get("text")
        if role not in ("user", "assistant") or not isinstance(text, str) or len(turns) > len(known):
            raise Unfit("import.turns", "A message before it has no known role or no text, or they run in a circle.")
        turns.append(Turn(role, text))
        at = known.get(str(at.get("parent")))
    system, question = asked(turns[::-1])
    model = answer.get("model")
    return Candidate(
        line=line,
        kind=KIND,
        system=system,
        instruction=question,
        completion=checked_text(answer.get("text"), "answer"),
        external_id=str(answer.get("id")),
        teachers=(model,) if isinstance(model, str) and model else (),
        evidence=_evidence(answer.get("citations")),
    )


def _evidence(value: Any) -> tuple[Mapping[str, Any], ...]:
    try:
        found: list[dict[str, Any]] = [
            {
                "n": _count(item["n"]),
                "document_id": str(UUID(item["document_id"])),
                "title": str(item["title"])[:MAX_TITLE],
                "sha256": _digest(item.get("text_sha256", "")),
                "start": _count(item["start"]),
                "end": _count(item["end"]),
                "text": checked_text(item["quote"], "quote"),
            }
            for item in value
        ]
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise Unfit("import.evidence", "A citation lacks a number, a document or a quote.") from error
    if sum(len(item["text"]) for item in found) > MAX_QUOTES:
        raise Unfit("import.long", f"The quotes together are longer than {MAX_QUOTES:,} characters.")
    return tuple(found)


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not _DIGEST(value):
        raise ValueError(value)
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError(value)
    return value
