"""Builders of the shapes about the format itself: dictionaries, grammar, schemas, explanations, tasks, errors."""

from collections.abc import Mapping, Sequence

from .alphabet import NUMBER_MARK
from .builders import DICTIONARY, frame_of, given, literal, word
from .errors import FrameError
from .numbers import encode_int_u3


def dict_update(
    *,
    extdict_id: str,
    pairs: Sequence[tuple[str, str]],
    stats: Sequence[Mapping[str, object] | None] | None = None,
    dict_id: str = DICTIONARY,
) -> str:
    """Return a DICT_UPDATE frame.

    pairs: (word, code). stats: for the pair at the same place, optionally freq (a count) and source; both are written
    whenever given, also zero or empty. Fewer stats than pairs leave the rest without.
    """
    payload: list[str] = []
    for (entry, code), stat in zip(pairs, [*(stats or ()), *[None] * len(pairs)], strict=False):
        stat = stat or {}
        payload += [word("WORD"), literal(entry), word("CODE"), word(code)]
        frequency, source = stat.get("freq"), stat.get("source")
        if frequency is not None:
            payload += [word("FREQ"), encode_int_u3(_whole(frequency))]
        if source is not None:
            payload += [word("SOURCE"), word(str(source))]
    count = encode_int_u3(len(pairs))
    fields = [("TYPE", "DICT_UPDATE"), ("DICT", dict_id), ("EXTDICT", extdict_id), ("COUNT", count)]
    return frame_of(fields, payload)


def dict_update_plain(*, extdict_id: str, pairs: Sequence[tuple[str, str]], dict_id: str = DICTIONARY) -> str:
    """Return the allocator's form of DICT_UPDATE: other field order, the count in decimal text, no statistics."""
    payload = [token for entry, code in pairs for token in (word("WORD"), literal(entry), word("CODE"), word(code))]
    fields = [("TYPE", "DICT_UPDATE"), ("EXTDICT", extdict_id), ("DICT", dict_id), ("COUNT", str(len(pairs)))]
    return frame_of(fields, payload)


def dict_policy(*, min_frequency: int, domains: Sequence[str], max_growth: int, dict_id: str = DICTIONARY) -> str:
    """Return a DICT_POLICY frame: when a word may enter a dictionary, from which domains, and how many."""
    fields = [
        ("TYPE", "DICT_POLICY"),
        ("DICT", dict_id),
        ("MIN_FREQ", encode_int_u3(min_frequency)),
        ("MAX_GROWTH", encode_int_u3(max_growth)),
    ]
    return frame_of(fields, [word("ALLOWED_DOMAINS"), *map(word, domains)])


def grammar(*, content: str, version: str = "2.0", dict_id: str = DICTIONARY) -> str:
    """Return a GRAMMAR frame that carries grammar text in EBNF. version: of the grammar."""
    fields = [("TYPE", "GRAMMAR"), ("DICT", dict_id), ("VERSION", version), ("FORMAT", "EBNF")]
    return frame_of(fields, [word("CONTENT"), literal(content)])


def schema(
    *,
    target_type: str,
    fields: Sequence[Mapping[str, object]],
    description: str | None = None,
    dict_id: str = DICTIONARY,
) -> str:
    """Return a SCHEMA frame.

    fields: name, profile, optionally required (true or the text TRUE) and description, which is written whenever
    given, also empty.
    """
    payload: list[str] = []
    for field in fields:
        required = str(field.get("required", "")).upper() == "TRUE"
        payload += [word("FIELD"), word(_text(field, "name")), word("PROFILE"), word(_text(field, "profile"))]
        payload.append(word("REQUIRED" if required else "OPTIONAL"))
        if field.get("description") is not None:
            payload += [word("DESC"), literal(_text(field, "description"))]
    about = given("DESC", literal(description) if description else None)
    return frame_of([("TYPE", "SCHEMA"), ("DICT", dict_id), ("TARGET_TYPE", target_type), *about], payload)


def explain(*, target_id: str, summary: str, details: Sequence[str] | None = None, dict_id: str = DICTIONARY) -> str:
    """Return an EXPLAIN frame: what another frame says, in a sentence and details."""
    payload = [word("SUMMARY"), literal(summary)]
    payload += [token for detail in details or () for token in (word("DETAIL"), literal(detail))]
    return frame_of([("TYPE", "EXPLAIN"), ("DICT", dict_id), ("TARGET_ID", literal(target_id))], payload)


def task(
    *,
    task_type: str,
    instruction: str,
    input: str,
    expected: str | None = None,
    difficulty: str | None = None,
    dict_id: str = DICTIONARY,
) -> str:
    """Return a TASK frame; expected is written whenever it is given, also empty."""
    fields = [("TYPE", "TASK"), ("DICT", dict_id), ("TASK_TYPE", task_type), *given("DIFFICULTY", difficulty)]
    payload = [word("INSTRUCTION"), literal(instruction), word("INPUT"), literal(input)]
    return frame_of(fields, [*payload, *([] if expected is None else [word("EXPECTED"), literal(expected)])])


def caps(
    *, supports: Mapping[str, str | bool], limits: Mapping[str, str] | None = None, dict_id: str = DICTIONARY
) -> str:
    """Return a CAPS frame: which features a reader has (YES or NO) and its limits as number tokens or words."""
    payload: list[str] = []
    for name, answer in supports.items():
        payload += [word(f"SUPPORTS_{name}"), word(answer if isinstance(answer, str) else "YES" if answer else "NO")]
    for name, value in (limits or {}).items():
        payload += [word(name), value if value.startswith(NUMBER_MARK) else word(value)]
    return frame_of([("TYPE", "CAPS"), ("DICT", dict_id)], payload)


def error(
    *,
    error_type: str,
    location: str,
    code: str,
    detail: str,
    suggestion: str | None = None,
    dict_id: str = DICTIONARY,
) -> str:
    """Return an ERROR frame; its TYPE is the error's own, for example PARSE_ERROR."""
    payload = [word("WHERE"), literal(location), word("DETAIL"), literal(detail)]
    payload += [word("SUGGESTION"), literal(suggestion)] if suggestion else []
    return frame_of([("TYPE", error_type), ("DICT", dict_id), ("CODE", code)], payload)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise FrameError("ENCODE_002", "A frequency must be a whole number.")
    return value


def _text(field: Mapping[str, object], key: str) -> str:
    value = field.get(key)
    if not isinstance(value, str):
        raise FrameError("ENCODE_002", f"A schema field needs the text {key}.")
    return value
