"""Reads what a model writes to cite: marks in the text, and quotes in the marks or in a block at the end.

The form we ask for is `[2: "exact words of passage 2"]` right after a statement. Also understood: a bare `[2]`, several
labels in one mark, and a closing block (fenced as `quotes`, or under a line "Quotes:") of lines `[2] "exact words"`.
While an answer still streams in, whatever may yet become a mark or the block is held back.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

LONGEST_QUOTE: Final = 2_000
"""Most characters of one quote in a mark; a longer one is read as text."""

_PREFIX: Final = r"\[\s*(?:\^|(?:passage|source|citation|ref)\s*[:#]?\s*)?"
_LABELS: Final = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3}){0,9}"
_QUOTED: Final = rf"""(?:(?!["”“»]\s*\]|\[\s*\d{{1,3}}\s*[:\]"“]).){{1,{LONGEST_QUOTE}}}"""
_MARK: Final = re.compile(
    rf"""(?i:{_PREFIX})(?P<labels>{_LABELS})\s*
    (?: [:,]?\s*["“„«](?P<quote>{_QUOTED})["”“»]\s* | :\s*(?P<bare>[^\[\]\n]{{1,{LONGEST_QUOTE}}}) )?\]""",
    re.VERBOSE | re.DOTALL,
)
_OPEN: Final = (
    rf"{_LABELS}\s*[,;–-]?\s*(?:[:,]?\s*[\"“„«](?:{_QUOTED})?[\"”“»]?\s*|:\s*[^\[\]\n]{{0,{LONGEST_QUOTE}}})?"
)
_UNFINISHED: Final = re.compile(rf"(?i:{_PREFIX}){_OPEN}\Z", re.DOTALL)
_PERHAPS: Final = re.compile(rf"\[\s*(?:\^|[a-z]{{0,8}}\s*[:#]?\s*)?(?:{_OPEN})?\Z", re.DOTALL | re.IGNORECASE)
_CODE: Final = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=fence)|\Z)|`[^`\n]+`", re.DOTALL | re.MULTILINE
)
_BLOCK: Final = re.compile(
    r"^(?:[ \t]*+`{3,}[ \t]*(?:quotes|citations)[ \t]*\n(?P<fenced>.*?)(?:^[ \t]*`{3,}[ \t]*|\Z)"
    r"|[*_#> \t]*+(?:quotes|citations)[*_ \t]*:?[*_ \t]*\n"
    r"(?P<plain>(?:[ \t]*+(?:[-*•][ \t]*+)?\[\d{1,3}\][^\n]*+(?:\n|\Z)|[ \t]*+\n)*+\Z))",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_BLOCK_START: Final = ("```quotes", "```citations", "quotes:", "citations:")
_LINE: Final = re.compile(r"^[ \t]*(?:[-*•][ \t]*)?\[?(\d{1,3})[\]:.)][ \t]*[:=–—-]?[ \t]*", re.MULTILINE)
_MARKS_AROUND: Final = ' \t\r\n"“”„«»`'


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One place where the model cites: passage labels, and the words it says it copied ("" when it gave none here)."""

    labels: tuple[int, ...]
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Text inside a code fence or code span, where brackets are no marks."""

    text: str


Piece = str | Code | Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """An answer taken apart: its pieces in order, and the quotes of the closing block as (label, words)."""

    pieces: tuple[Piece, ...]
    quotes: tuple[tuple[int, str], ...]


def read(raw: str, *, done: bool) -> Script:
    """Take an answer apart. done: the model has ended; otherwise its open end is held back."""
    raw = storable(raw).replace("\r\n", "\n")
    body, block = _split_block(raw)
    if done:
        body = _UNFINISHED.sub("", body)
    elif not block:
        body = _held_back(body)
    return Script(pieces=tuple(_pieces(body)), quotes=tuple(_quotes(block)))


def storable(text: str) -> str:
    """The text without what no database keeps: NUL and half characters (a pair cut in two by a stream is joined)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def _split_block(raw: str) -> tuple[str, str]:
    """(text without the block, the block's inside); the last block of the text counts."""
    found = None
    for found in _BLOCK.finditer(raw):  # noqa: B007  the last one is wanted
        pass
    if found is None:
        return raw, ""
    inside = found["fenced"] if found["fenced"] is not None else found["plain"]
    return raw[: found.start()].rstrip() + raw[found.end() :].rstrip(), inside or " "


def _held_back(text: str) -> str:
    """The text without an end that may become a mark or the beginning of the block."""
    start = text.rfind("\n") + 1
    line = text[start:].strip(" \t*_#>").casefold()
    if line and any(begin.startswith(line) for begin in _BLOCK_START):
        text = text[:start]
    tail = max(0, len(text) - LONGEST_QUOTE - 100)
    found = _PERHAPS.search(text, tail)
    return text[: found.start()] if found else text


def _pieces(body: str) -> Iterator[Piece]:
    position = 0
    for code in _CODE.finditer(body):
        yield from _marked(body[position : code.start()])
        yield Code(text=code[0])
        position = code.end()
    yield from _marked(body[position:])


def _marked(text: str) -> Iterator[Piece]:
    position = 0
    for found in _MARK.finditer(text):
        if found.start() > position:
            yield text[position : found.start()]
        labels = tuple(dict.fromkeys(int(label) for label in re.findall(r"\d+", found["labels"])))
        yield Mark(labels=labels, quote=_bare(found["quote"] or found["bare"] or ""))
        position = found.end()
    if position < len(text):
        yield text[position:]


def _quotes(block: str) -> Iterator[tuple[int, str]]:
    try:
        listed: Any = json.loads(block)
    except ValueError:
        listed = None
    if isinstance(listed, list):
        yield from (pair for entry in listed if (pair := _entry(entry)))
        return
    starts = list(_LINE.finditer(block))
    ends = [*(found.start() for found in starts[1:]), len(block)]
    for found, end in zip(starts, ends, strict=False):
        quote = _bare(block[found.end() : end])
        if quote:
            yield int(found[1]), quote


def _entry(entry: Any) -> tuple[int, str] | None:
    """One object of a JSON block: `{"passage": 2, "quote": "…"}` and its cousins."""
    if not isinstance(entry, dict):
        return None
    label = next((entry[name] for name in ("passage", "n", "label", "id", "source") if name in entry), None)
    quote = next((entry[name] for name in ("quote", "text") if isinstance(entry.get(name), str)), "")
    digits = re.search(r"\d{1,3}", str(label))
    return (int(digits[0]), _bare(quote)) if digits and _bare(quote) else None


def _bare(quote: str) -> str:
    return quote.strip(_MARKS_AROUND)
