"""One small reader per kind of file; `read` picks the one for a kind.

These run inside the limited child process (child.py). Nobody else calls them on a stranger's bytes.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from studio.vault.core.document import Extracted, Kind
from studio.vault.core.errors import NoText

__all__ = ["read"]

_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # broken pairs: no encoding can carry them


def read(kind: Kind, data: bytes, *, careful: bool = False) -> Extracted:
    """Read a file of a known kind.

    careful: use the slower pure-Python PDF reader, which refuses what makes the fast one eat memory.
    Raises ExtractionError; NoText when nothing but white space was found.
    """
    extracted = _reader(kind, careful=careful)(data)
    if not extracted.text.strip():
        raise NoText(
            "The file holds no text. If it is a scan, run text recognition on it first." if kind == "pdf" else ""
        )
    if _SURROGATE.search(extracted.text):
        return replace(extracted, text=_SURROGATE.sub("\ufffd", extracted.text))
    return extracted


def _reader(kind: Kind, *, careful: bool) -> Callable[[bytes], Extracted]:
    # Imported when needed: a child reads one file and should load one parser.
    if kind == "md":
        from studio.vault.core.extract.markdown import read_markdown

        return read_markdown
    if kind == "html":
        from studio.vault.core.extract.html import read_html

        return read_html
    if kind == "pdf":
        from studio.vault.core.extract.pdf import read_pdf, read_pdf_carefully

        return read_pdf_carefully if careful else read_pdf
    if kind == "docx":
        from studio.vault.core.extract.docx import read_docx

        return read_docx
    if kind == "csv":
        from studio.vault.core.extract.table import read_csv

        return read_csv
    from studio.vault.core.extract.plain import read_plain

    return read_plain
