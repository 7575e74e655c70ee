"""Word (.docx): paragraphs, headings, lists, tables, text boxes and notes in document order.

python-docx opens the package (its XML parser resolves no entities); the walk is our own, because its paragraphs miss
text inside tables, content controls and text boxes. Deleted text of tracked changes is left out, inserted text kept.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml.etree import LxmlError  # type: ignore[import-untyped]  # lxml ships no types

from studio.vault.core.document import Extracted
from studio.vault.core.errors import DamagedFile, OverLimit
from studio.vault.core.extract.writer import TextWriter

__all__ = ["read_docx"]

_P, _TBL, _TR, _TC, _T = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:t")
_GAPS: Final = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_LEFT_OUT: Final = frozenset(
    [
        *(qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rPr"), qn("w:sectPr")),
        # The fallback repeats the text box that stands beside it for older programs.
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    ]
)
_HEADING_NAME: Final = re.compile(r"heading (\d)$", re.I)
_NOTES: Final = ("footnotes", "endnotes")
MAX_NESTING: Final = 200

Element = Any  # lxml's element class is not typed


def read_docx(data: bytes) -> Extracted:
    try:
        document = docx.Document(io.BytesIO(data))
        writer = TextWriter()
        _write(document.element.body, writer, _heading_levels(document))
        for part in document.part.package.iter_parts():
            if any(str(part.partname).endswith(f"/{name}.xml") for name in _NOTES):
                _write(parse_xml(part.blob), writer, {})
        title = document.core_properties.title or ""
        return writer.finish("docx", "" if title == "Word Document" else title)  # the name of python-docx's template
    except (PackageNotFoundError, zipfile.BadZipFile, LxmlError, KeyError, ValueError, AttributeError) as error:
        raise DamagedFile(cause=f"docx: {type(error).__name__}") from error
    except RecursionError as error:
        raise OverLimit("This file is nested too deeply.", cause="docx nesting") from error


def _heading_levels(document: Any) -> dict[str, int]:
    """Style id → heading level, from the names Word keeps in English in every language."""
    levels: dict[str, int] = {}
    for style in document.styles.element.findall(qn("w:style")):
        name = style.find(qn("w:name"))
        value = name.get(qn("w:val"), "") if name is not None else ""
        found = _HEADING_NAME.match(value)
        if found or value.lower() == "title":
            levels[style.get(qn("w:styleId"), "")] = int(found[1]) if found else 1
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
    properties = paragraph.find(qn("w:pPr"))
    style = properties.find(qn("w:pStyle")) if properties is not None else None
    level = levels.get(style.get(qn("w:val"), "")) if style is not None else None
    if level:
        writer.heading(level, text)
    elif "\n" in text.strip():
        writer.lines(text)
    else:
        is_item = properties is not None and properties.find(qn("w:numPr")) is not None
        writer.paragraph(text, apart=not is_item)


def _text(element: Element) -> Iterator[str]:
    """Text below an element in order; a paragraph inside it (cell, text box) starts a new word."""
    stack: list[Element] = list(reversed(element))
    while stack:
        node = stack.pop()
        if node.tag == _T:
            yield node.text or ""
        elif node.tag in _GAPS:
            yield _GAPS[node.tag]
        elif isinstance(node.tag, str) and node.tag not in _LEFT_OUT:
            if node.tag == _P:
                yield " "
            stack.extend(reversed(node))
