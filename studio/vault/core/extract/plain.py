"""Plain text: the decoded source as it stands, cut into paragraphs, with headings where they are unmistakable."""

import re
from collections.abc import Iterator
from typing import Final

from studio.llm.sentences import MARKER
from studio.vault.core.decoding import decode
from studio.vault.core.document import Block, Extracted, nest

__all__ = ["fill_gaps", "paragraphs", "read_plain"]

_NUMBERED: Final = re.compile(
    r"(?:(?:chapter|section|article|part|appendix)\s+)?(\d{1,3}(?:\.\d{1,3}){0,4})\.?[ \t]+\S", re.I
)
_UNDERLINE: Final = re.compile(r"(={3,}|-{3,})[ \t]*$")
MAX_HEADING: Final = 80


def read_plain(data: bytes) -> Extracted:
    text = decode(data)
    blocks = list(paragraphs(text, 0, len(text)))
    headings = []
    for index, block in enumerate(blocks):
        level = _heading_level(text, block, blocks[index + 1] if index + 1 < len(blocks) else None)
        if level:
            blocks[index] = Block(kind="heading", start=block.start, end=block.end)
            headings.append((level, text[block.start : block.end].split("\n")[0].strip(), block.start))
    return Extracted(text=text, kind="txt", sections=nest(headings, len(text)), blocks=tuple(blocks))


def paragraphs(text: str, start: int, end: int) -> Iterator[Block]:
    """Paragraphs and list items of ``text[start:end]`` as text blocks: cut at blank lines and before list markers."""
    begin: int | None = None
    position = last = start
    for line in text[start:end].splitlines(keepends=True):
        at, position = position, position + len(line)
        blank = not line.strip()
        if begin is not None and (blank or MARKER.match(line)):
            yield Block(kind="text", start=begin, end=last)
            begin = None
        if not blank:
            begin = at + len(line) - len(line.lstrip()) if begin is None else begin
            last = at + len(line.rstrip())
    if begin is not None:
        yield Block(kind="text", start=begin, end=last)


def _heading_level(text: str, block: Block, following: Block | None) -> int:
    """0 for ordinary text. A heading is one short line without an end mark, followed by more than itself."""
    lines = text[block.start : block.end].split("\n")
    if len(lines) == 2 and len(lines[0].strip()) <= MAX_HEADING and (rule := _UNDERLINE.match(lines[1].strip())):
        return 1 if rule[1][0] == "=" else 2
    if len(lines) > 1 or following is None:
        return 0
    line = lines[0].strip()
    if not 2 <= len(line) <= MAX_HEADING or len(line.split()) > 12 or line[-1] in ".!?:;,…。！？":
        return 0
    numbered = _NUMBERED.match(line)
    if numbered:
        return 1 + numbered[1].count(".")
    if MARKER.match(line) or not any(char.isalpha() for char in line):
        return 0
    first = next(char for char in line if char.isalnum())
    is_title = first.isupper() or first.isdigit() or not first.isascii()
    return 2 if is_title and following.end - following.start > len(line) else 0


def fill_gaps(text: str, blocks: list[Block]) -> tuple[Block, ...]:
    """The blocks in order, plus text blocks for whatever non-blank text none of them holds."""
    out: list[Block] = []
    position = 0
    for block in sorted(blocks, key=lambda block: block.start):
        if block.start < position:
            continue
        out += paragraphs(text, position, block.start)
        out.append(block)
        position = block.end
    out += paragraphs(text, position, len(text))
    return tuple(out)
