"""An answer as it arrives: server-sent events into decoded chunks, chunks into text, counts and how it ended."""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.llm.steps import Usage

MOST_TOKENS = 10**9  # more than any answer holds; a larger count is a server's slip of the pen
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")  # a carriage return at the very end may yet be followed by its line feed


class MalformedChunk(ValueError):
    """A piece of the answer is not in the protocol's form."""


class EventStream:
    """Splits a byte stream into the data of server-sent events, as the WHATWG standard reads them.

    Lines end in LF, CR LF or CR; the data lines of one event belong together; comments (":" heartbeats), blank lines
    and fields that are not data say nothing. The end mark is reported as None.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._is_first = True

    def feed(self, part: bytes) -> Iterator[dict[str, Any] | None]:
        """Yield each decoded event that this part completes. Raises MalformedChunk."""
        has_end = b"\n" in part or b"\r" in part or self._line.endswith(b"\r")
        self._line += part
        if not has_end:
            return  # the line goes on: looking at all of it for each byte of it would take for ever
        *lines, rest = _LINE_END.split(bytes(self._line))
        self._line = bytearray(rest)
        for line in lines:
            yield from self._take(line)

    def end(self) -> Iterator[dict[str, Any] | None]:
        """Yield what was complete but for its last line end. Raises MalformedChunk."""
        for line in (bytes(self._line).rstrip(b"\r"), b""):
            yield from self._take(line)

    def _take(self, line: bytes) -> Iterator[dict[str, Any] | None]:
        if self._is_first:
            line, self._is_first = line.removeprefix(codecs.BOM_UTF8), False
        if line.startswith(b"data:"):
            self._data.append(line[5:])
            return
        if line.strip() or not self._data:
            return
        data, self._data = b"\n".join(self._data).strip(), []
        if data:
            yield None if data == b"[DONE]" else decode_object(data)


@dataclass(slots=True)
class Collected:
    """What has arrived of one answer. hidden: characters of reasoning that came and are not kept."""

    parts: list[str] = field(default_factory=list)
    hidden: int = 0
    finish_reason: str = ""
    refused: bool = False
    model: str = ""
    usage: Usage | None = None
    error: Mapping[str, Any] | None = None
    has_choice: bool = False
    complete: bool = False

    @property
    def text(self) -> str:
        """The visible text so far, as it can be stored anywhere."""
        return storable("".join(self.parts))

    @property
    def has_begun(self) -> bool:
        """Whether the model has written anything that may be billed."""
        return bool(self.parts or self.hidden)

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take one decoded chunk, streamed or whole. Raises MalformedChunk."""
        if error := chunk.get("error"):
            self.error = error if isinstance(error, Mapping) else {"message": str(error)}
            return
        if isinstance(chunk.get("model"), str):
            self.model = storable(chunk["model"])[:200]
        if isinstance(chunk.get("usage"), Mapping):
            self.usage = read_usage(chunk["usage"])
        choices = chunk.get("choices") or []  # a chunk of counts, filters or pings has none
        if not isinstance(choices, list):
            raise MalformedChunk("choices is not a list")
        if choices:
            self._add_choice(choices[0])

    def _add_choice(self, choice: Any) -> None:
        if not isinstance(choice, Mapping):
            raise MalformedChunk("choice is not an object")
        self.has_choice = True
        if isinstance(choice.get("finish_reason"), str):
            self.finish_reason = storable(choice["finish_reason"])[:40]
        message = choice.get("delta") or choice.get("message") or {}
        if not isinstance(message, Mapping):
            raise MalformedChunk("message is not an object")
        self.refused = self.refused or bool(message.get("refusal"))
        for name in ("reasoning_content", "reasoning"):
            self.hidden += len(message[name]) if isinstance(message.get(name), str) else 0
        if text := _text(message.get("content")):
            self.parts.append(text)


def _text(content: Any) -> str:
    """The visible text of a message: a string, or the text parts of a list of typed parts."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list) and all(isinstance(part, Mapping) for part in content):
        texts = [part.get("text") for part in content if part.get("type") == "text"]
        if all(isinstance(text, str) for text in texts):
            return "".join(map(str, texts))
    raise MalformedChunk("content is not text")


def storable(text: str) -> str:
    """A text with surrogate pairs put together, halves of them replaced and NUL left out: no database takes those."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")


def decode_object(data: bytes) -> dict[str, Any]:
    """One JSON object from bytes. Raises MalformedChunk."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedChunk("not JSON") from error
    if not isinstance(value, dict):
        raise MalformedChunk("not an object")
    return value


def read_usage(data: Mapping[str, Any]) -> Usage | None:
    """Token counts in any of the usual spellings; what is missing or no sane number is 0. None when nothing counts."""

    def count(*path: str) -> int:
        value: Any = data
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        sane = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MOST_TOKENS
        return int(value) if sane else 0

    usage = Usage(
        prompt=count("prompt_tokens"),
        completion=count("completion_tokens"),
        cached=count("prompt_cache_hit_tokens") or count("prompt_tokens_details", "cached_tokens"),
        reasoning=count("completion_tokens_details", "reasoning_tokens"),
    )
    return usage if usage.total else None


def estimate(sent: str, got: str, hidden: int = 0) -> Usage:
    """About how many tokens a question and its answer are, where the server does not count: a token for 4 bytes."""
    reasoning = hidden // 4
    return Usage(
        prompt=-(-len(sent.encode()) // 4), completion=-(-len(got.encode()) // 4) + reasoning, reasoning=reasoning
    )
