"""Pairs from files: our exports and conversations, rows of the original, chat and preference files of trainers.

Each line is recognised by its own columns, so a file may be read without naming its kind. A file may also be one JSON
array; its items then count as lines. Nothing here decides what enters the studio: it yields candidates and problems.
"""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from datasets.core import canonical, conversations
from datasets.core.candidates import Candidate, Problem, Unfit, checked_text, optional_text
from datasets.core.errors import Malformed, RecordError
from datasets.core.frames import FrameError, read_legacy_row, salvage_train_pair
from datasets.core.records import WithheldRow, from_row
from datasets.core.turns import asked, last_answer, read_turns

__all__ = ["Candidate", "Problem", "read"]

MAX_ARRAY = 64 * 1024 * 1024
_OLD_SIGNATURE = {
    "SIG_001": "the row carries no signature",
    "SIG_003": "the signature does not fit: the row was changed, or the key is another one",
    "SIG_005": "the signature was made with a publicly known key and proves nothing",
}


def read(stream: IO[bytes], *, key: bytes | None = None, salvage: bool = False) -> Iterator[Candidate | Problem]:
    """Yield a candidate or a problem for each line of a file; never raises for what the file holds.

    A conversation of the studio is one line and gives one of them for each answer.

    key: the shared secret for rows of the original, which are then taken only if their signature is right.
    salvage: recover pairs from frames of the original that its own metadata damaged.
    """
    for number, value in _objects(stream):
        if isinstance(value, Problem):
            yield value
            continue
        try:
            for item in _items(number, value, key, salvage):
                yield _whole(item) if isinstance(item, Candidate) else item
        except Unfit as error:
            yield Problem(line=number, code=error.code, message=str(error))


def _items(line: int, row: dict[str, Any], key: bytes | None, salvage: bool) -> Iterator[Candidate | Problem]:
    if row.keys() >= conversations.COLUMNS:
        yield from conversations.read_conversation(line, row)
    else:
        yield _candidate(line, row, key, salvage)


def _whole(candidate: Candidate) -> Candidate | Problem:
    try:
        _ = candidate.digest
    except RecordError:
        return Problem(line=candidate.line, code="import.text", message="The text holds half of a surrogate pair.")
    return candidate


def _objects(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    number = 0
    while data := stream.readline(canonical.MAX_LINE + 1):
        number += 1
        if number == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
            if data.lstrip()[:1] == b"[":
                yield from _array(data, stream)
                return
        if len(data) > canonical.MAX_LINE:
            message = f"The line is longer than {canonical.MAX_LINE:,} bytes; the rest was not read."
            yield number, Problem(line=number, code="import.long", message=message)
            return
        if data.strip():
            try:
                yield number, canonical.load_object(data)
            except Malformed:
                yield number, Problem(line=number, code="import.json", message="The line is not a JSON object.")


def _array(start: bytes, stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    data = start + stream.read(MAX_ARRAY)
    if len(data) > MAX_ARRAY:
        message = f"A JSON array may have {MAX_ARRAY:,} bytes; write one object a line instead."
        yield 1, Problem(line=1, code="import.long", message=message)
        return
    try:
        items = canonical.load(data)
    except Malformed:
        yield 1, Problem(line=1, code="import.json", message="The file is not JSON.")
        return
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield number, item
        else:
            yield number, Problem(line=number, code="import.json", message="The item is not a JSON object.")


def _candidate(line: int, row: dict[str, Any], key: bytes | None, salvage: bool) -> Candidate:
    if "withheld" in row:
        raise Unfit("import.withheld", "The row was withdrawn by its publisher.")
    if "approvals" in row and "created_at" in row:
        return _own(line, row)
    if "pair_id" in row and ("frame" in row or "signature" in row):
        return _original(line, row, key, salvage)
    for needed, reader in _LAYOUTS:
        if needed <= row.keys():
            fields = reader(row)
            teachers = row.get("teachers")
            return Candidate(
                line=line,
                external_id=optional_text(row, "pair_id") or optional_text(row, "id") or "",
                score=_score(row),
                teachers=tuple(t for t in teachers if isinstance(t, str)) if isinstance(teachers, list) else (),
                **fields,
            )
    raise Unfit("import.layout", "The columns are of no known layout.")


def _own(line: int, value: dict[str, Any]) -> Candidate:
    try:
        row = from_row(value)
    except Malformed as error:
        raise Unfit("import.row", str(error)) from error
    if isinstance(row, WithheldRow):
        raise Unfit("import.withheld", "The row was withdrawn by its publisher.")
    return Candidate(
        line=line,
        kind="export",
        instruction=checked_text(row.instruction, "instruction"),
        completion=checked_text(row.completion, "completion"),
        system=row.system,
        rejected=row.rejected,
        score=row.score,
        external_id=row.id,
        teachers=row.teachers,
    )


def _original(line: int, value: dict[str, Any], key: bytes | None, salvage: bool) -> Candidate:
    try:
        row = read_legacy_row(canonical.dump(value).decode(), key=key)
    except (FrameError, Malformed) as error:
        raise Unfit("import.original", f"The row cannot be read: {error}") from error
    reason = row.signature.reason
    if key is not None and not row.signature.verified:
        raise Unfit("import.signature", f"Not taken: {_OLD_SIGNATURE.get(reason or '', 'the signature is damaged')}.")
    instruction, completion, salvaged = row.instruction, row.completion, False
    if row.fault is not None:
        if not salvage:
            raise Unfit("import.frame", f"The frame is damaged ({row.fault.code}); it can be salvaged on request.")
        try:
            pair = salvage_train_pair(row.signed_frame or row.unsigned_frame or "")
        except FrameError as error:
            raise Unfit("import.frame", f"The frame cannot be salvaged ({error.code}).") from error
        instruction, completion, salvaged = pair.instruction, pair.completion, True
    elif row.text_matches_frame is False:
        raise Unfit("import.mismatch", "The row's text is not the text of its frame.")
    return Candidate(
        line=line,
        kind="original",
        instruction=checked_text(instruction, "instruction"),
        completion=checked_text(completion, "completion"),
        score=_score({"score": row.quality_score}),
        external_id=row.pair_id,
        verified=row.signature.verified,
        salvaged=salvaged,
    )


def _alpaca(row: Mapping[str, Any]) -> dict[str, Any]:
    extra = optional_text(row, "input")
    instruction = checked_text(row["instruction"], "instruction")
    return {
        "kind": "alpaca",
        "instruction": f"{instruction}\n\n{extra}" if extra else instruction,
        "completion": checked_text(row["output"], "output"),
        "system": optional_text(row, "system") or None,
    }


def _plain(question: str, answer: str) -> Any:
    def reader(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "kind": "plain",
            "instruction": checked_text(row[question], question),
            "completion": checked_text(row[answer], answer),
            "system": optional_text(row, "system") or None,
            "rejected": optional_text(row, "rejected") or None,
        }

    return reader


def _preference(row: Mapping[str, Any]) -> dict[str, Any]:
    system, instruction = asked(read_turns(row["prompt"], "user"))
    chosen, rejected = last_answer(row["chosen"]), last_answer(row["rejected"])
    return {
        "kind": "preference",
        "system": system,
        "instruction": instruction,
        "completion": chosen,
        "rejected": rejected,
    }


def _prompted(row: Mapping[str, Any]) -> dict[str, Any]:
    if row.get("label") is False:
        raise Unfit("import.label", "The line holds only an answer that was marked as bad.")
    system, instruction = asked(read_turns(row["prompt"], "user"))
    return {
        "kind": "prompt and completion",
        "system": system,
        "instruction": instruction,
        "completion": last_answer(row["completion"]),
    }


def _chat(column: str, kind: str) -> Any:
    def reader(row: Mapping[str, Any]) -> dict[str, Any]:
        if row.get("kto_tag") is False:
            raise Unfit("import.label", "The line holds only an answer that was marked as bad.")
        turns = read_turns(row[column], "user")
        if "chosen" in row and "rejected" in row:
            answers = {"completion": last_answer(row["chosen"]), "rejected": last_answer(row["rejected"])}
        else:
            if not turns or turns[-1][0] != "assistant":
                raise Unfit("import.turns", "The conversation does not end with an answer.")
            answers = {"completion": checked_text(turns.pop()[1], "answer")}
        system, instruction = asked(turns)
        return {"kind": kind, "system": system, "instruction": instruction, **answers}

    return reader


def _openai_preference(row: Mapping[str, Any]) -> dict[str, Any]:
    asked = row["input"]
    if not isinstance(asked, dict) or "messages" not in asked:
        raise Unfit("import.layout", "The input holds no messages.")
    inner = {"prompt": asked["messages"], "chosen": row["preferred_output"], "rejected": row["non_preferred_output"]}
    return _preference(inner)


_LAYOUTS: tuple[tuple[frozenset[str], Any], ...] = (
    (frozenset({"input", "preferred_output", "non_preferred_output"}), _openai_preference),
    (frozenset({"prompt", "chosen", "rejected"}), _preference),
    (frozenset({"prompt", "completion"}), _prompted),
    (frozenset({"messages"}), _chat("messages", "messages")),
    (frozenset({"conversations"}), _chat("conversations", "sharegpt")),
    (frozenset({"instruction", "output"}), _alpaca),
    (frozenset({"instruction", "completion"}), _plain("instruction", "completion")),
    (frozenset({"question", "answer"}), _plain("question", "answer")),
    (frozenset({"prompt", "response"}), _plain("prompt", "response")),
)


def _score(row: Mapping[str, Any]) -> str | None:
    """Return a quality between 0 and 1 with up to four digits, where the row states one as text or number."""
    value = row.get("score", row.get("quality_score"))
    try:
        number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return f"{number:.4f}".rstrip("0").rstrip(".") if 0 <= number <= 1 else None
