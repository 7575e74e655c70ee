"""One approved pair as a row: its fields, its canonical JSON line and the digest that approvals refer to.

The line is what the signature covers, so it carries only what a row must say for itself. Empty fields are left out:
a row of the common kind costs under 300 bytes beside its text.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from datasets.core import canonical, dsse
from datasets.core.errors import Malformed, RecordError
from datasets.core.spelling import is_decimal, is_hash, is_time

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}").fullmatch
_SPLIT = re.compile(r"[a-z][a-z0-9_]{0,31}").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's approval of exactly this text.

    by: reviewer id; at: UTC time; shown: `content_digest` of the text they saw; position: place in the review log;
    key, sig: the reviewer's own signature over `approval_message`, where reviewers hold keys.
    """

    by: str
    at: str
    shown: str
    position: int | None = None
    key: str | None = None
    sig: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A model judge's score as decimal text."""

    by: str
    score: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRecord:
    """One approved pair.

    rejected: the draft, only where `layouts.preferred_over` allows it as the worse answer of a preference pair.
    score: decimal text. source: where it comes from, such as `session:12`. teachers: model names.
    edited: SHA-256 of the completion before a person edited it; None when nobody did.
    licence: only where it differs from the data set's.
    """

    id: str
    instruction: str
    completion: str
    created_at: str
    approvals: tuple[Approval, ...] = ()
    system: str | None = None
    rejected: str | None = None
    score: str | None = None
    split: str = "train"
    source: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    votes: tuple[Vote, ...] = ()
    edited: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldRow:
    """A row withdrawn after export: only its leaf hash (hex) stays, so the root over all rows still verifies."""

    id: str
    leaf: str


Row = PairRecord | WithheldRow


def content_digest(instruction: str, completion: str, system: str | None = None) -> str:
    """Return what an approval refers to: SHA-256 over the pair's canonical JSON, base64url without padding.

    Base64url, because 43 characters stand in every row and hex would need 64.
    Raises RecordError for text that UTF-8 cannot carry.
    """
    pair = {"completion": completion, "instruction": instruction}
    if system is not None:
        pair["system"] = system
    try:
        data = canonical.dump(pair)
    except Malformed as error:
        raise RecordError("The text holds a character that UTF-8 cannot carry.", cause=error.cause) from error
    return base64.urlsafe_b64encode(sha256(data).digest()).decode().rstrip("=")


def approval_message(pair_id: str, approval: Approval) -> bytes:
    """Return the bytes that a reviewer's key signs for one approval."""
    document = {"at": approval.at, "by": approval.by, "id": pair_id, "shown": approval.shown, "verdict": "approve"}
    return dsse.pae(dsse.APPROVAL_TYPE, canonical.dump(document))


def to_row(record: PairRecord) -> dict[str, Any]:
    """Return the row's JSON object; RecordError when a field cannot be written."""
    if not (_ID(record.id) and is_time(record.created_at) and _SPLIT(record.split)):
        raise RecordError(f"Pair {record.id!r:.140} has an id, a time or a split that cannot be written.")
    scores = [vote.score for vote in record.votes]
    if record.score is not None:
        scores.append(record.score)
    if not all(map(is_decimal, scores)):
        raise RecordError(f"Pair {record.id} has a score that is not a decimal number.")
    row: dict[str, Any] = {
        "approvals": [_approval_row(approval) for approval in record.approvals],
        "completion": record.completion,
        "created_at": record.created_at,
        "id": record.id,
        "instruction": record.instruction,
    }
    if record.score is not None:
        row["score"] = record.score
    if record.split != "train":
        row["split"] = record.split
    if record.source:
        row["source"] = list(record.source)
    if record.teachers:
        row["teachers"] = list(record.teachers)
    if record.votes:
        row["votes"] = [{"by": vote.by, "score": vote.score} for vote in record.votes]
    for name in ("system", "rejected", "edited", "licence"):
        value = getattr(record, name)
        if value is not None:
            row[name] = value
    return row


def _approval_row(approval: Approval) -> dict[str, Any]:
    if not is_time(approval.at) or not approval.by:
        raise RecordError("An approval has no reviewer or no UTC time.")
    row: dict[str, Any] = {"at": approval.at, "by": approval.by, "shown": approval.shown}
    if approval.position is not None:
        row["position"] = approval.position
    if approval.key is not None and approval.sig is not None:
        row["key"], row["sig"] = approval.key, approval.sig
    return row


def to_line(row: Row) -> bytes:
    """Return the row's canonical line without LF; RecordError when it cannot be written or is too long."""
    try:
        if isinstance(row, WithheldRow):
            if not (_ID(row.id) and is_hash(row.leaf)):
                raise RecordError("A withheld row needs an id and a leaf hash.")
            return canonical.dump({"id": row.id, "withheld": row.leaf})
        line = canonical.dump(to_row(row))
    except Malformed as error:
        raise RecordError(f"Pair {row.id} holds text that UTF-8 cannot carry.", cause=error.cause) from error
    if len(line) >= canonical.MAX_LINE:
        raise RecordError(f"Pair {row.id} is longer than {canonical.MAX_LINE:,} bytes.")
    return line


_TEXT_FIELDS = ("system", "rejected", "score", "edited", "licence")
_ROW_FIELDS = frozenset(PairRecord.__dataclass_fields__)
_APPROVAL_FIELDS = frozenset(Approval.__dataclass_fields__)
_APPROVAL_NEEDED = {"by", "at", "shown"}


def from_line(line: bytes) -> Row:
    """Read one row strictly: `to_line(from_line(line)) == line`, else Malformed."""
    value = canonical.load_object(line)
    try:
        row = from_row(value)
        same = to_line(row) == line
    except RecordError as error:
        raise Malformed(str(error), cause=error.cause) from error
    if not same:
        raise Malformed("The row is not written in canonical form.")
    return row


def from_row(value: Mapping[str, Any]) -> Row:
    """Return the row of a JSON object; Malformed when a field is unknown or has another type."""
    if "withheld" in value:
        leaf, name = value["withheld"], value.get("id")
        if len(value) != 2 or not isinstance(leaf, str) or not isinstance(name, str):
            raise Malformed("A withheld row has exactly an id and a leaf hash.")
        return WithheldRow(id=name, leaf=leaf)
    if not _ROW_FIELDS.issuperset(value):
        raise Malformed(f"The row has an unknown field {min(set(value) - _ROW_FIELDS)!r:.80}.")
    try:
        needed = (value["id"], value["instruction"], value["completion"], value["created_at"])
    except KeyError as error:
        raise Malformed(f"The row has no {error.args[0]}.") from error
    split = value.get("split", "train")
    if not type(needed[0]) is type(needed[1]) is type(needed[2]) is type(needed[3]) is type(split) is str:
        raise Malformed("A field of the row is not text.")
    extra: dict[str, Any] = {}
    for name in _TEXT_FIELDS:
        if name in value:
            if type(value[name]) is not str:
                raise Malformed(f"The row's {name} is not text.")
            extra[name] = value[name]
    return PairRecord(
        id=needed[0],
        instruction=needed[1],
        completion=needed[2],
        created_at=needed[3],
        split=split,
        approvals=tuple([_approval(item) for item in _list(value, "approvals")]),
        source=_texts(value, "source"),
        teachers=_texts(value, "teachers"),
        votes=tuple([_vote(item) for item in _list(value, "votes")]) if "votes" in value else (),
        **extra,
    )


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    items = value.get(name, [])
    if type(items) is not list:
        raise Malformed(f"The row's {name} is not a list.")
    return items


def _texts(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if name not in value:
        return ()
    items = _list(value, name)
    for item in items:
        if type(item) is not str:
            raise Malformed(f"The row's {name} is not a list of text.")
    return tuple(items)


def _approval(item: Any) -> Approval:
    if type(item) is not dict or not _APPROVAL_FIELDS.issuperset(item) or not item.keys() >= _APPROVAL_NEEDED:
        raise Malformed("An approval does not have the fields of one.")
    for name, field in item.items():
        if type(field) is not (int if name == "position" else str):
            raise Malformed(f"An approval's {name} has the wrong type.")
    return Approval(**item)


def _vote(item: Any) -> Vote:
    if type(item) is not dict or set(item) != {"by", "score"} or any(type(text) is not str for text in item.values()):
        raise Malformed("A vote does not have exactly by and score.")
    return Vote(**item)
