"""Reading JSON that a model wrote: tolerant of its wrapping, never of a missing end.

Three levels, each counted by whoever asks:

    0  strict JSON
    1  without byte order mark, code fence, hidden reasoning, or words before the first "{" and after the last "}"
    2  single quotes, trailing commas, Python's True/False/None, line breaks inside strings

No level closes an open bracket or string: half an answer must stay unreadable, because a completed one would look
like the model's own words. Repeated keys, NaN and Infinity are refused too.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal[0, 1, 2]
MAX_CHARS = 2_000_000

_WORDS = {"True": "true", "False": "false", "None": "null", "true": "true", "false": "false", "null": "null"}
_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<comma>,)(?=\s*[}\]])
      | (?P<word>[A-Za-z_]+)
      | (?P<other>[-+0-9.eE{}\[\]:,]|\s+)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A JSON object and the level that was needed to read it."""

    value: dict[str, Any]
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """An answer that cannot be read; `error` says why, short enough to be sent back to the model."""

    error: str


def read_object(text: str) -> Parsed | Malformed:
    """Read the one JSON object in a model's answer."""
    if len(text) > MAX_CHARS:
        return Malformed(error="The answer is too long.")
    if not text.strip():
        return Malformed(error="The answer is empty.")
    error = "no JSON object in the answer"
    for level, candidate in _candidates(text):
        try:
            value = _strict(candidate)
        except (ValueError, RecursionError) as problem:
            error = str(problem) or type(problem).__name__
            continue
        if isinstance(value, dict):
            return Parsed(value=value, level=level)
        error = "the answer is not a JSON object"
    return Malformed(error=f"Not readable as a JSON object: {error[:160]}.")


def spoken(text: str) -> str:
    """What a model says after reasoning aloud. Some servers swallow the mark that opens the reasoning; one that is
    never closed leaves nothing."""
    text = text.lstrip("\ufeff").lstrip()
    thought, mark, rest = text.partition("</think>")
    if thought.startswith("<think>"):
        return rest
    return rest if mark and "<think>" not in thought else text


def _candidates(text: str) -> Iterator[tuple[Level, str]]:
    yield 0, text
    inner = _unwrapped(text)
    if inner is None:
        return
    yield 1, inner
    mended = _mended(inner)
    if mended is not None:
        yield 2, mended


def _unwrapped(text: str) -> str | None:
    text = spoken(text)
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else None


def _mended(text: str) -> str | None:
    """The same tokens in strict spelling; None when something in it is no token at all (such as an open string)."""
    out: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        at = found.end()
        if found["string"] is not None:
            out.append(_restring(found["string"]))
        elif found["word"] is not None:
            if found["word"] in ("e", "E"):  # the exponent of a number
                out.append(found["word"])
            elif found["word"] in _WORDS:
                out.append(_WORDS[found["word"]])
            else:
                return None
        elif found["other"] is not None:
            out.append(found["other"])
    return "".join(out)


def _restring(token: str) -> str:
    inner = token[1:-1]
    if token[0] == "'":
        inner = re.sub(r'(\\.)|"', lambda m: m[1].replace("\\'", "'") if m[1] else '\\"', inner, flags=re.DOTALL)
    return f'"{inner}"'


def _strict(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, strict=False)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
