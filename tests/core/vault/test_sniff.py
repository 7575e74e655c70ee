"""What a file is follows from its bytes; archives are judged by their directory."""

import io
import zipfile

import pytest

from studio.vault.core.decoding import decode
from studio.vault.core.document import Kind
from studio.vault.core.errors import DamagedFile, OverLimit, PasswordNeeded, UnsupportedFile
from studio.vault.core.sniff import check_zip, find_delimiter, sniff
from tests.core.vault.builders import docx_package, paragraph, pdf_of


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"Just some words. And more, with a comma.", "txt"),
        (b"Dear Ann, thank you\nDear Bob, good bye\nDear Cid, hello", "txt"),
        (b'{"a": 1, "b": [2, 3]}', "txt"),
        (b"", "txt"),
        (b"1. Scope\n\nThis applies.\n\n2. Terms\n\n- a\n- b\n- c\n\n3. End", "txt"),
        (b"# Title\n\nText", "md"),
        (b"See [the policy](policy.html) for more.", "md"),
        (b"Title\n=====\n\nText", "md"),
        (b"| a | b |\n|---|---|\n| 1 | 2 |", "md"),
        (b"- one\n- two\n- **three**", "md"),
        (b"<!DOCTYPE html><p>x", "html"),
        (b'<?xml version="1.0"?>\n<!-- note --><html><body>x</body></html>', "html"),
        (b"<div><p>one</p><p>two</p></div>", "html"),
        (b"name,age,city\nAnn,3,Bern\nBob,4,Rome\n", "csv"),
        (b'name;note\n"Ann";"a; b"\n"Bob";"c"\n', "csv"),
        (b"a\tb\n1\t2\n", "csv"),
        ("näme,größe,x\nä,1,2\nö,3,4\n".encode("cp1252"), "csv"),
        (b",name,age\n0,Anna,31\n1,Bob,4\n2,Cy,9\n", "csv"),
        (b"id, name, city\n1, Anna, Rome\n2, Bob, Oslo\n3, Cy, Bonn\n", "csv"),
        (b"1,1,5\n2,3,5\n4,5,6\n9,8,7\n", "csv"),
        (b"id,name,,\n1,a,,\n2,b,,\n3,c,,\n", "csv"),
        (b"id,name,city\n" + b"1,Anna,Rome\n" * 20 + b"2,Bob,Oslo,more\n", "csv"),
        (b"Sales report 2023,,\n,,\nregion,month,total\nnorth,1,10\nnorth,2,20\nsouth,1,5\n", "csv"),
        (b"First, second, third and fourth.\nAlso, maybe, there is more.\nHence, then, so it goes.\n" * 2, "txt"),
        (b"2022-11-08  Serge\n\n" + b"\t* useradd.8: fix it\n" * 30, "txt"),
        (b"use warnings;\nuse strict;\nuse Net::DBus;\nmy $x = 1;\nmy $y = 2;\n", "txt"),
        ("# Title".encode("utf-16"), "md"),
        (b"This text speaks of %PDF-1.4 as a header.", "txt"),
        (b"<div>" * 20_000 + b"deep" + b"</div>" * 20_000, "html"),
        (pdf_of([["x"]]), "pdf"),
        (b"junk before\n%PDF-1.4", "pdf"),
        (docx_package([paragraph("x")]), "docx"),
    ],
)
def test_kind_follows_from_content(data: bytes, kind: Kind) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n0000",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"\x1f\x8b\x08",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\x7fELF\x02\x01",
        b"{\\rtf1 hello}",
        bytes(range(256)) * 20,
        b"\x00\x01\x02" * 100,
    ],
)
def test_other_formats_are_named_and_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedFile, match="supported"):
        sniff(data)


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return out.getvalue()


def test_another_archive_is_refused() -> None:
    with pytest.raises(UnsupportedFile, match="archive"):
        sniff(archive({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}))


def test_a_broken_archive_is_damaged() -> None:
    with pytest.raises(DamagedFile):
        sniff(b"PK\x03\x04" + b"x" * 50)


def test_an_archive_that_unpacks_a_hundredfold_is_refused_unread() -> None:
    with pytest.raises(OverLimit, match="hundred times"):
        check_zip(archive({"word/document.xml": b"a" * 3_000_000}))


def test_an_archive_of_too_many_entries_is_refused() -> None:
    with pytest.raises(OverLimit):
        check_zip(archive({f"{number}": b"" for number in range(5_001)}))


def test_an_encrypted_archive_needs_a_password() -> None:
    data = bytearray(archive({"word/document.xml": b"text"}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    with pytest.raises(PasswordNeeded):
        check_zip(bytes(data))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_decoded_by_mark_or_as_utf8(encoding: str) -> None:
    assert decode("Größe\r\n北京\rend".encode(encoding)) == "Größe\n北京\nend"


def test_old_western_text_is_guessed() -> None:
    assert "Grüße" in decode("Viele Grüße aus der Küche, schöne Tage für Möller und Söhne.".encode("cp1252"))


def test_zero_bytes_never_stay_in_a_text() -> None:
    assert decode(b"a\x00b") == "a\ufffdb"


@pytest.mark.parametrize(
    ("sample", "delimiter"), [("a,b,c\n1,2,3\n", ","), ("a;b\n1;2\n3;4\n", ";"), ("a, b\nc, d\n", None)]
)
def test_a_delimiter_has_no_space_behind_it(sample: str, delimiter: str | None) -> None:
    assert find_delimiter(sample) == delimiter
