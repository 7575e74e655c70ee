"""HTML: visible text in reading order; scripts, styles, frames and hidden parts are left out, nothing is fetched.

Navigation and dialogs (consent banners) are left out too, and what frames the main text where a page says which part
that is.
"""

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
_MAIN: Final = "main, [role=main], article"
_NEVER_MAIN: Final = _tags("nav navigation dialog alertdialog search menubar")  # elements and roles
_FRAME: Final = _tags("header footer aside banner contentinfo complementary")  # the same, outside the main text
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}


def read_html(data: bytes) -> Extracted:
    tree = LexborHTMLParser(decode(data))
    title = tree.css_first("title")
    main = tree.css_first(_MAIN)
    has_main = main is not None and not _is_blank(main)
    walker = _Walker(framed=has_main, whole=False)
    if tree.root is not None:
        walker.walk(tree.root)
        if walker.writer.is_empty:  # a page of nothing but links
            walker = _Walker(framed=False, whole=True)
            walker.walk(tree.root)
    return walker.writer.finish("html", title.text() if title else "")


class _Walker:
    """Depth-first over the tree with its own stack: pages nested a hundred thousand deep exist.

    framed: headers, footers and asides outside the main text are left out. whole: nothing visible is left out.
    """

    def __init__(self, *, framed: bool, whole: bool) -> None:
        self.writer = TextWriter()
        self._inline: list[str] = []
        self._in_item = False
        self._framed = framed
        self._whole_page = whole
        self._main_depth = 0

    def walk(self, root: LexborNode) -> None:
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        while stack:
            node, at_end = stack.pop()
            tag = node.tag or ""
            if at_end:  # of a block element
                self._flush()
                self._main_depth -= _is_main(node)
            elif tag == "-text":
                self._inline.append(" ".join((node.text_content or "").split("\n")))
            elif tag in _LEFT_OUT or _is_hidden(node) or self._is_frame(node):
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
                    self._main_depth += _is_main(node)
                    stack.append((node, True))
                stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))
        self._flush()

    def _is_frame(self, node: LexborNode) -> bool:
        """Whether an element is no part of the text; one that holds the page's heading or main text always is."""
        names = {node.tag, (node.attributes.get("role") or "").strip().lower()}
        named = names & _NEVER_MAIN or (self._framed and not self._main_depth and names & _FRAME)
        return bool(named) and not self._whole_page and node.css_first(f"h1, {_MAIN}") is None

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


def _is_main(node: LexborNode) -> bool:
    return node.tag in {"main", "article"} or node.attributes.get("role") == "main"


def _is_blank(node: LexborNode) -> bool:
    return not _visible_text(node).strip()


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
