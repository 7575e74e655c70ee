"""HTML: visible text in reading order; scripts, styles, frames and hidden parts are left out, nothing is fetched."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from studio.vault.core.decoding import decode
from studio.vault.core.document import Extracted
from studio.vault.core.extract.writer import TextWriter

__all__ = ["read_html"]


def _tags(*lines: str) -> frozenset[str]:
    return frozenset(tag for line in lines for tag in line.split())


_LEFT_OUT: Final = _tags(
    "head script style noscript template svg math iframe object embed canvas audio video select textarea button",
)
_BLOCKS: Final = _tags(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure",
    "footer form header hr html li main nav ol p section summary table tbody td tfoot th thead ul",
)
_LAYOUT: Final = "h1, h2, h3, h4, h5, h6, table, ul, ol, dl, pre, blockquote"  # a cell with one of these is no datum
_UNSEEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}


def read_html(data: bytes) -> Extracted:
    tree = LexborHTMLParser(decode(data))
    walker = _Walker()
    if tree.root is not None:
        walker.walk(tree.root)
    title = tree.css_first("title")
    return walker.writer.finish("html", title.text() if title else "")


class _Walker:
    """Depth-first over the tree with its own stack: pages nested a hundred thousand deep exist."""

    def __init__(self) -> None:
        self.writer = TextWriter()
        self._inline: list[str] = []
        self._in_item = False

    def walk(self, root: LexborNode) -> None:
        stack: list[LexborNode | None] = [root]
        while stack:
            node = stack.pop()
            if node is None:  # the end of a block element
                self._flush()
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._inline.append(" ".join((node.text_content or "").split("\n")))
            elif tag in _LEFT_OUT or _is_hidden(node):
                continue
            elif tag == "br":
                self._inline.append("\n")
            elif tag in _HEADINGS or tag == "pre" or (tag == "tr" and node.css_first(_LAYOUT) is None):
                self._flush()
                self._whole(tag, node)
            else:
                if tag in _BLOCKS:
                    self._flush()
                    self._in_item = tag in {"li", "dd", "dt"}
                    stack.append(None)
                stack.extend(reversed(list(node.iter(include_text=True))))
        self._flush()

    def _whole(self, tag: str, node: LexborNode) -> None:
        if tag == "pre":
            self.writer.code(node.text(separator=""))
        elif tag == "tr":
            cells = [cell for cell in node.iter() if cell.tag in {"td", "th"}]
            self.writer.row([_visible_text(cell) for cell in cells])
        else:
            self.writer.heading(_HEADINGS[tag], _visible_text(node))

    def _flush(self) -> None:
        text = "".join(self._inline)
        self._inline.clear()
        if "\n" in text:
            self.writer.lines(text)
        else:
            self.writer.paragraph(text, apart=not self._in_item)


def _is_hidden(node: LexborNode) -> bool:
    return "hidden" in node.attributes or bool(_UNSEEN.search(node.attributes.get("style") or ""))


def _visible_text(node: LexborNode) -> str:
    out: list[str] = []
    stack = [node]
    while stack:
        current = stack.pop()
        tag = current.tag or ""
        if tag == "-text":
            out.append(current.text_content or "")
        elif tag not in _LEFT_OUT and not _is_hidden(current):
            if tag in _BLOCKS or tag in {"br", "td", "th", "tr"}:
                out.append(" ")
            stack.extend(reversed(list(current.iter(include_text=True))))
    return "".join(out)
