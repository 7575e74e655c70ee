"""Word (.docx, .docm, .dotx): paragraphs, headings, lists, tables, text boxes, notes, headers and footers.

The walk over the package is our own: the usual libraries miss text inside tables, content controls and text boxes, and
refuse documents with macros, templates and the strict dialect. Deleted text of tracked changes is left out, inserted
text kept. The XML parser resolves no entities and opens no files.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from studio.vault.core.document import Extracted
from studio.vault.core.errors import DamagedFile, OverLimit
from studio.vault.core.extract.writer import TextWriter

__all__ = ["read_docx"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = (b"http://purl.oclc.org/ooxml/wordprocessingml/main", _W[1:-1].encode())
_P, _TBL, _TR, _TC = _W + "p", _W + "tbl", _W + "tr", _W + "tc"
_TEXTS: Final = {_W + "t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"}
_GAPS: Final = {_W + "tab": " ", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_LEFT_OUT: Final = frozenset(
    [
        *(_W + name for name in ("del", "moveFrom", "instrText", "pPr", "rPr", "sectPr")),
        # The fallback repeats the text box that stands beside it for older programs.
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    ]
)
_HEADING_NAME: Final = re.compile(r"heading (\d)$", re.I)
_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
_BESIDE_BODY: Final = ("footnotes", "endnotes", "header", "footer")
MAX_NESTING: Final = 200

Element = Any  # lxml's element class is not typed


class _Package:
    """The parts of a Word file, and which part points to which. Raises KeyError for a part that is not there."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))

    def part(self, name: str) -> Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(self._archive.read(name).replace(*_STRICT), parser)

    def targets(self, name: str) -> list[tuple[str, str]]:
        """(kind, part) of what a part ("" for the package) points to inside the package, in order."""
        folder, file = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if relations not in self._archive.namelist():
            return []
        return [
            (
                relation.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
            )
            for relation in self.part(relations)
            if relation.get("TargetMode") != "External"
        ]


def read_docx(data: bytes) -> Extracted:
    try:
        package = _Package(data)
        top = dict(package.targets(""))
        main = top["officeDocument"]
        parts = package.targets(main)
        levels = _heading_levels(package.part(dict(parts)["styles"])) if "styles" in dict(parts) else {}
        writer = TextWriter()
        _write(package.part(main), writer, levels)
        seen: set[str] = set()  # each section may repeat the header of the one before
        for kind, name in sorted(parts, key=lambda part: _BESIDE_BODY.index(part[0]) if part[0] in _BESIDE_BODY else 9):
            if kind in _BESIDE_BODY:
                root = package.part(name)
                text = "".join(_text(root))
                if text not in seen:
                    _write(root, writer, {})
                seen.add(text)
        title = package.part(top["core-properties"]).findtext(_TITLE) if "core-properties" in top else None
        return writer.finish("docx", title if title and title != "Word Document" else "")  # a template's own name
    except (zipfile.BadZipFile, etree.LxmlError, KeyError, ValueError, AttributeError, EOFError, OSError) as error:
        raise DamagedFile(cause=f"docx: {type(error).__name__}") from error
    except RecursionError as error:
        raise OverLimit("This file is nested too deeply.", cause="docx nesting") from error


def _heading_levels(styles: Element) -> dict[str, int]:
    """Style id → heading level, from the names Word keeps in English in every language."""
    levels: dict[str, int] = {}
    for style in styles.findall(_W + "style"):
        name = style.find(_W + "name")
        value = name.get(_W + "val", "") if name is not None else ""
        found = _HEADING_NAME.match(value)
        if found or value.lower() == "title":
            levels[style.get(_W + "styleId", "")] = int(found[1]) if found else 1
    return levels


def _write(root: Element, writer: TextWriter, levels: dict[str, int], depth: int = 0) -> None:
    if depth > MAX_NESTING:
        raise OverLimit("This file is nested too deeply.", cause="docx nesting")
    for child in root:
        if child.tag == _P:
            _write_paragraph(child, writer, levels)
        elif child.tag == _TBL:
            for row in child.iter(_TR):
                if next(row.iterancestors(_TBL)) is child:  # a nested table's rows belong to its cell
                    writer.row(["".join(_text(cell)) for cell in row.iter(_TC) if next(cell.iterancestors(_TR)) is row])
        elif child.tag not in _LEFT_OUT:
            _write(child, writer, levels, depth + 1)


def _write_paragraph(paragraph: Element, writer: TextWriter, levels: dict[str, int]) -> None:
    text = "".join(_text(paragraph))
    properties = paragraph.find(_W + "pPr")
    style = properties.find(_W + "pStyle") if properties is not None else None
    level = levels.get(style.get(_W + "val"), 0) if style is not None else 0
    if level:
        writer.heading(level, text)
    elif "\n" in text.strip():
        writer.lines(text)
    else:
        is_item = properties is not None and properties.find(_W + "numPr") is not None
        writer.paragraph(text, apart=not is_item)


def _text(element: Element) -> Iterator[str]:
    """Text below an element in order; a paragraph inside it (cell, text box) starts a new word."""
    stack: list[Element] = list(reversed(element))
    while stack:
        node = stack.pop()
        if node.tag in _TEXTS:
            yield node.text or ""
        elif node.tag in _GAPS:
            yield _GAPS[node.tag]
        elif isinstance(node.tag, str) and node.tag not in _LEFT_OUT:
            if node.tag == _P:
                yield " "
            stack.extend(reversed(node))
