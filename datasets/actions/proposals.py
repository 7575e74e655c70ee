"""Proposing pairs for review."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from datasets.models import Dataset, Pair, default_dataset
from datasets.models.pair import folded_sha256, sha256_of
from datasets.shapes import PairShapes, ProvenanceRecord
from studio.accounts.access import Actor
from studio.accounts.actions import announce
from studio.accounts.models import Team
from studio.events.actions import append
from studio.web.errors import Invalid, TooLarge
from studio.web.texts import is_storable

MAX_TEXT = 1_000_000  # characters of one text; an exported row must stay under 16 MB however it is escaped
MAX_JSON = 4_000_000
THOUSANDTH = Decimal("0.001")


def propose_pair(
    *,
    team: Team,
    instruction: str,
    draft: str,
    completion: str,
    score: Decimal | float | str | None = None,
    evidence: Sequence[Mapping[str, Any]] = (),
    claims: Sequence[Mapping[str, Any]] = (),
    critique: Mapping[str, Any] | None = None,
    provenance: ProvenanceRecord,
    session_id: UUID | str | None = None,
    system: str = "",
    stop_reason: str = "",
    flags: Sequence[str] = (),
    dataset: Dataset | None = None,
    actor: Actor | None = None,
) -> Pair:
    """Put a pair into the review queue.

    Idempotent for pairs of a session: a second proposal of the same text returns the first pair, whatever has been
    decided about it. score: 0 to 1. dataset: the team's first one when None. actor: the person behind it, if any.
    The shapes of evidence, claims, critique and provenance are those of `datasets.shapes`.
    Raises Invalid (422) for an empty text, a text that cannot be stored or JSON of another shape, TooLarge (413).
    """
    texts = {"instruction": instruction, "system": system, "draft": draft, "completion": completion}
    for name, text in texts.items():
        checked_text(text, name)
    if not instruction.strip() or not completion.strip():
        raise Invalid("A pair needs an instruction and a completion.")
    shapes = _shapes(evidence, claims, critique, provenance, flags)
    if dataset is not None and dataset.team_id != team.pk:
        raise Invalid("This data set belongs to another team.")
    user = actor.user if actor else None
    fields = {
        **texts,
        "dataset": dataset or default_dataset(team),
        "score": _score(score),
        "stop_reason": stop_reason[:40],
        **shapes,
        "proposed_by": user,
        "folded_sha256": folded_sha256(instruction=instruction, system=system, completion=completion),
    }
    content = sha256_of(texts)
    with transaction.atomic():
        if session_id is None:
            pair, is_new = Pair.objects.create(team=team, content_sha256=content, **fields), True
        else:
            pair, is_new = Pair.objects.get_or_create(
                team=team, session_id=session_id, content_sha256=content, defaults=fields
            )
        if is_new:
            data = {"pair_id": str(pair.pk), "origin": pair.provenance["origin"]}
            append(
                f"review:{team.pk}", "pair.proposed", {**data, "session_id": session_id and str(session_id)}, actor=user
            )
            announce(team, "review")
    return pair


def checked_text(text: str, name: str) -> str:
    """The text, when both databases can store it and it is not too long; raises Invalid and TooLarge."""
    if len(text) > MAX_TEXT:
        raise TooLarge(f"The {name} is longer than {MAX_TEXT:,} characters.")
    if not is_storable(text):
        raise Invalid(f"The {name} holds a character that cannot be stored.")
    return text


def _score(score: Decimal | float | str | None) -> Decimal | None:
    if score is None:
        return None
    try:
        value = Decimal(str(score)).quantize(THOUSANDTH)
        is_score = value.is_finite() and 0 <= value <= 1
    except InvalidOperation:
        is_score = False
    if not is_score:
        raise Invalid("A score is a number between 0 and 1.")
    return value


def _shapes(
    evidence: Sequence[Mapping[str, Any]],
    claims: Sequence[Mapping[str, Any]],
    critique: Mapping[str, Any] | None,
    provenance: ProvenanceRecord,
    flags: Sequence[str],
) -> dict[str, Any]:
    given = {
        "evidence": [dict(passage) for passage in evidence],
        "claims": [dict(claim) for claim in claims],
        "critique": dict(critique or {}),
        "provenance": dict(provenance),
        "flags": list(flags),
    }
    try:
        shapes = PairShapes.model_validate(given).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Invalid(f"The pair's {where} cannot be used: {first['msg']}.") from None
    if len(json.dumps(shapes)) > MAX_JSON:
        raise TooLarge(f"The evidence and the critique together are longer than {MAX_JSON:,} characters.")
    for text in _texts_in(shapes):
        checked_text(text, "evidence")
    return shapes


def _texts_in(value: object) -> Iterator[str]:
    """Every text in a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *_texts_in(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner)
