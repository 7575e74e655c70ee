"""Markdown: the source as it stands; the parser's line maps say what is heading, row and code."""

import re
from typing import Final

from markdown_it import MarkdownIt

from studio.vault.core.decoding import decode
from studio.vault.core.document import Block, BlockKind, Extracted, nest
from studio.vault.core.extract.plain import fill_gaps

__all__ = ["read_markdown"]

_KINDS: Final[dict[str, BlockKind]] = {
    "heading_open": "heading",
    "paragraph_open": "text",
    "html_block": "text",
    "fence": "code",
    "code_block": "code",
    "tr_open": "row",
}
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(?:.*\n){0,200}?---[ \t]*\n")
_MARKUP: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`~]+|[ \t]#+[ \t]*$")


def read_markdown(data: bytes) -> Extracted:
    """Offsets are those of the decoded source. The title is the first heading of level 1."""
    text = decode(data)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    skip = _FRONT_MATTER.match(text)
    skipped_lines = text.count("\n", 0, skip.end()) if skip else 0
    # Only blocks are wanted; inline parsing is the slow half and is left out.
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    blocks: list[Block] = []
    headings: list[tuple[int, str, int]] = []
    in_head = False
    for token in parser.parse(text[skip.end() :] if skip else text):
        in_head = token.type == "thead_open" or (in_head and token.type != "thead_close")
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None:
            continue
        first, last = (line + skipped_lines for line in token.map)
        if kind == "row" and in_head:
            last += 1  # the rule under a table's head has no words of its own
        start, end = _trim(text, starts[first], min(starts[last], len(text)))
        if start >= end:
            continue
        blocks.append(Block(kind=kind, start=start, end=end))
        if kind == "heading":
            headings.append((int(token.tag[1]), _title(text[start:end]), start))
    return Extracted(
        text=text,
        kind="md",
        title=next((title for level, title, _ in headings if level == 1), ""),
        sections=nest(headings, len(text)),
        blocks=fill_gaps(text, blocks),
    )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _title(heading: str) -> str:
    line = heading.split("\n")[0].strip().lstrip("#>").strip()
    return _MARKUP.sub(lambda found: found[1] or "", line).strip()[:300]
