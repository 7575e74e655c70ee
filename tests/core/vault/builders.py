"""Small files for the vault's tests, written by hand: PDF and Word packages, good and hostile."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/footnotes.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
COMPATIBILITY = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def docx_package(body: Iterable[bytes], *, prologue: str = '<?xml version="1.0"?>', footnotes: str = "") -> bytes:
    """A Word package with the given body XML; nothing else than a body is checked by readers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _relationships("officeDocument", "word/document.xml"))
        if footnotes:
            archive.writestr("word/_rels/document.xml.rels", _relationships("footnotes", "footnotes.xml"))
            archive.writestr("word/footnotes.xml", f"<w:footnotes {WORD}>{footnotes}</w:footnotes>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(f"{prologue}<w:document {WORD} {COMPATIBILITY}><w:body>".encode())
            for piece in body:
                part.write(piece)
            part.write(b"</w:body></w:document>")
    return out.getvalue()


def _relationships(kind: str, target: str) -> str:
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def paragraph(text: str) -> bytes:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()


def pdf_file(
    streams: Sequence[bytes], *, filters: str = "/FlateDecode", outline: Sequence[tuple[str, int]] = ()
) -> bytes:
    """A PDF with one page for each content stream. outline: (title, page index)."""
    count = len(streams)
    first_outline = 4 + 2 * count
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(count))
    catalogue = b"<< /Type /Catalog /Pages 2 0 R "
    if outline:
        catalogue += b"/Outlines %d 0 R " % first_outline
    objects = [catalogue + b">>", b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids)]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for index, stream in enumerate(streams):
        resources = b"/Resources << /Font << /F1 3 0 R >> >>"
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R %s >>"
        objects.append(page % (5 + 2 * index, resources))
        head = b"<< /Length %d /Filter %s >>" % (len(stream), filters.encode())
        objects.append(head + b"\nstream\n" + stream + b"\nendstream")
    if outline:
        last = first_outline + len(outline)
        objects.append(
            b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (first_outline + 1, last, len(outline))
        )
        for index, (title, page_index) in enumerate(outline):
            number = first_outline + 1 + index
            links = b"/Next %d 0 R " % (number + 1) if number < last else b""
            links += b"/Prev %d 0 R " % (number - 1) if index else b""
            target = b"/Dest [%d 0 R /XYZ 0 800 0]" % (4 + 2 * page_index)
            objects.append(b"<< /Title (%s) /Parent %d 0 R %s%s >>" % (title.encode(), first_outline, links, target))
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table))
    return out.getvalue()


def pdf_of(pages: Sequence[Sequence[str]], *, outline: Sequence[tuple[str, int]] = ()) -> bytes:
    """A PDF of pages of text lines."""
    streams = []
    for lines in pages:
        shown = b" ".join(
            b"(%s) Tj 0 -14 Td" % line.replace("(", r"\(").replace(")", r"\)").encode("latin-1") for line in lines
        )
        streams.append(zlib.compress(b"BT /F1 12 Tf 40 760 Td " + shown + b" ET"))
    return pdf_file(streams, outline=outline)


def pdf_printed(lines: Sequence[tuple[int, str, int]]) -> bytes:
    """A PDF of one page of lines: (size of type, text, space to the next line), both in points."""
    shown = b" ".join(b"/F1 %d Tf (%s) Tj 0 -%d Td" % (size, text.encode(), space) for size, text, space in lines)
    return pdf_file([zlib.compress(b"BT 40 760 Td " + shown + b" ET")])


def pdf_bomb(megabytes: int) -> bytes:
    """A few kilobytes that inflate twice to the given size of drawing commands."""
    command = b"BT /F1 12 Tf 10 10 Td (hello world) Tj ET\n"
    once = zlib.compress(command * (megabytes * 1024 * 1024 // len(command)), 9)
    return pdf_file([zlib.compress(once, 9)], filters="[/FlateDecode /FlateDecode]")
