"""A file's name is a label and nothing else, and no file that comes in harms more than itself."""

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client

from studio.vault import blobs
from studio.vault.actions import clean_label
from studio.vault.models import Document
from tests.jobs import run_all
from tests.security.routes import body_of

UP, BACK = "../", "..\\"
NAMES = [
    # ways out of the folder
    *(f"{UP * depth}etc/passwd" for depth in range(1, 9)),
    *(f"{BACK * depth}windows\\win.ini" for depth in range(1, 5)),
    *(
        "/etc/passwd",
        "//etc/passwd",
        "\\\\host\\share\\x",
        "C:\\boot.ini",
        "C:x",
        "c:/x",
        "file:///etc/passwd",
        "~/x",
        "~root",
    ),
    *(
        "....//....//x",
        "..././x",
        "..%2f..%2fx",
        "%2e%2e/x",
        "..%c0%afx",
        "..%252fx",
        "..／x",
        "．．/x",
        "x/..",
        "x/.",
        "./",
    ),
    *(".", "..", "...", "/", "\\", "//", "./.", ".htaccess", ".env", ".git/config", "-rf", "--help", "-", "@x", "|id"),
    *("keys/seal.key", "blobs/lock", "x/../../keys/seal.key", "db.sqlite3", "x.txt/../../y", "x\\..\\..\\y"),
    # names that systems keep for themselves
    *(
        "CON",
        "PRN",
        "AUX",
        "NUL",
        "COM1",
        "LPT1",
        "con.txt",
        "nul.tar.gz",
        "x:stream",
        "x::$DATA",
        "x.",
        "x ",
        " x",
        "desktop.ini",
    ),
    # characters
    *(
        "a\x00b.txt",
        "x.txt\x00.html",
        "\x01\x02\x03",
        "\x1b[31mred",
        "a\tb",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\u2029b",
    ),
    *(
        "\u202ecod.exe",
        "a\u200bb",
        "\ufeffx",
        "\u2066x\u2069",
        "é.txt",
        "e\u0301.txt",
        "ﬀ.txt",
        "日本語.txt",
        "😀.txt",
        "١٢٣.txt",
    ),
    *(
        "\u00a0",
        "\u3000",
        "\ufffd",
        "\U000e0001tag",
        "Å" * 50,
        "\u0300" * 40,
        "ﷺ" * 30,
        "𝕏.txt",
        "ｅｖｉｌ．ｔｘｔ",
        "nul\u0660",
    ),
    # what other readers of names would do with them
    *(
        "'; drop table vault_document; --",
        '" onload="alert(1)',
        "<img src=x onerror=alert(1)>.txt",
        "<script>alert(1)</script>",
    ),
    *(
        "$(id)",
        "`id`",
        "${IFS}",
        "%s%s%n",
        "{{7*7}}",
        "{% debug %}",
        "=cmd|'/c calc'!A1",
        "a;b",
        "a&b",
        "a|b",
        "*",
        "?",
        "a,b",
    ),
    *("x\r\nSet-Cookie: a=b", "x\nX: y", 'x"; filename="y', "x;filename=y", "filename*=UTF-8''x", "UTF-8''%2e%2e%2fx"),
    # lengths
    *(
        "a" * 255,
        "a" * 256,
        "a" * 4_096,
        "é" * 300,
        "." * 300,
        "a." * 300,
        "a/" * 500 + "x",
        "😀" * 300,
        "x." + "y" * 5_000,
    ),
]


def body(name: str, data: bytes, *, quoted: bool = True) -> bytes:
    """A multipart body as a hostile client writes it: the name stands there as it is."""
    named = f'filename="{name}"' if quoted else f"filename*=UTF-8''{name}"
    head = f'--b\r\nContent-Disposition: form-data; name="file"; {named}\r\nContent-Type: text/plain\r\n\r\n'
    return head.encode("utf-8", "surrogatepass") + data + b"\r\n--b--\r\n"


def upload(client: Client, path: str, sent: bytes):
    return client.post(
        path, sent, content_type="multipart/form-data; boundary=b", headers={"Accept": "application/json"}
    )


def assert_only_a_label(folder: Path, client: Client, *, step: int) -> None:
    """Files lie under their digests alone, labels are short and clean, and the pages that show them work."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).as_posix()
        assert inside.split("/")[0] in {"blobs", "uploads", "keys"}
        if path.is_file() and inside.startswith("blobs/") and inside != "blobs/lock":
            assert blobs.path("".join(path.relative_to(folder / "blobs").parts)) == path
    for number, document in enumerate(Document.objects.all()):
        assert len(document.filename) <= 300
        assert document.title.strip()
        for text in (document.filename, document.title):
            assert text.isprintable()
            assert not set(text) & set("/\\\x00")
        if number % step == 0:
            answer = client.get(f"/vault/documents/{document.pk}/file/")
            body_of(answer)
            assert answer["Content-Disposition"].startswith("attachment")
            assert "Set-Cookie" not in answer
    page = client.get("/vault/")
    assert page.status_code == 200
    assert b"<img" not in page.content
    assert b"<script>" not in page.content


@pytest.mark.parametrize("quoted", [True, False], ids=["filename", "filename*"])
def test_a_name_is_only_a_label_through_the_page_and_the_api(client_for, api_for, alice, own_folder, quoted):
    page, api = client_for(alice), api_for(alice)
    taken = 0
    for number, name in enumerate(NAMES):
        ways = ((page, "/vault/documents/upload/", b"p"), (api, "/api/v1/documents", b"a"))
        for client, path, mark in ways:
            answer = upload(client, path, body(name, b"%s %d" % (mark, number), quoted=quoted))
            assert answer.status_code in {201, 400, 422}, (name, answer.content)
            taken += answer.status_code == 201
    assert len(NAMES) > 100
    assert taken > len(NAMES)
    assert Document.objects.count() == taken
    assert_only_a_label(own_folder, page, step=1 if quoted else 10)


@pytest.mark.parametrize("name", NAMES)
def test_a_cleaned_name_is_printable_and_has_no_folder(name):
    label = clean_label(name)
    assert label.isprintable()
    assert not set(label) & set("/\\\x00")
    assert len(label) <= 300
    assert clean_label(label) == label


@pytest.mark.parametrize("path", ["/vault/documents/upload/", "/api/v1/documents"])
def test_what_is_too_large_or_empty_is_refused_and_leaves_nothing(
    client_for, api_for, alice, settings, own_folder, path
):
    settings.STUDIO_UPLOAD_MAX_MB = 1
    client = api_for(alice) if "api" in path else client_for(alice)
    assert upload(client, path, body("x", b"a" * 1_000_001)).status_code == 413
    assert upload(client, path, body("x", b"")).status_code == 422
    assert upload(client, path, b"--b--\r\n").status_code in {400, 422}
    assert not Document.objects.exists()
    assert not [path for path in (own_folder / "blobs").rglob("*") if path.is_file() and path.name != "lock"]


WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
LAUGHS = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "' + "ha" * 100 + '">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8)
) + "]>"  # fmt: skip
ENTITY = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
REMOTE = '<?xml version="1.0"?><!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">'


def word(document: str | bytes, *, entries: int = 0) -> bytes:
    """A Word file with that document in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("word/document.xml", document)
        for number in range(entries):
            archive.writestr(f"word/{number}.xml", "")
    return file.getvalue()


def overlapping() -> bytes:
    """A zip whose directory names the same bytes many times."""
    data = word("x" * 100_000)
    end = data.rindex(b"PK\x05\x06")
    directory = data[int.from_bytes(data[end + 16 : end + 20], "little") : end]
    tail = bytearray(data[end:])
    tail[8:10] = tail[10:12] = (2 * 200).to_bytes(2, "little")
    tail[12:16] = (len(directory) * 200).to_bytes(4, "little")
    return data[:end] + directory * 199 + bytes(tail)


BOMBS = {
    "a zip of zeros": lambda: word(b"\0" * 30_000_000),
    "a zip of spaces in XML": lambda: word(WORD % (" " * 30_000_000)),
    "a zip of many entries": lambda: word(WORD % "", entries=6_000),
    "a zip that overlaps": overlapping,
    "a zip in a zip": lambda: word(word(word("x"))),
    "a broken zip": lambda: word(WORD % "")[:-30],
    "a billion laughs": lambda: word(LAUGHS + WORD % "<w:p><w:r><w:t>&i;</w:t></w:r></w:p>"),
    "a file as an entity": lambda: word(ENTITY + WORD % "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"),
    "a remote document type": lambda: word(REMOTE + WORD % ""),
    "deep XML": lambda: word(WORD % ("<w:p>" * 50_000 + "</w:p>" * 50_000)),
    "a broken PDF": lambda: b"%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 1 0 R>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF",
    "an executable": lambda: b"\x7fELF" + bytes(500),
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(500),
    "noise": lambda: bytes(range(256)) * 20,
}


@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_ends_as_a_failed_document_with_a_reason(api_for, alice, make):
    client = api_for(alice)
    stored = upload(client, "/api/v1/documents", body("report.docx", make()))
    assert stored.status_code == 201
    run_all(waiting=True)
    found = client.get(f"/api/v1/documents/{stored.json()['id']}").json()
    assert found["state"] == "failed"
    assert len(found["reason"]) > 20
    assert "unexpected" not in found["reason"]
    assert "root:" not in str(found)
    assert client.get(f"/api/v1/documents/{stored.json()['id']}/text").status_code == 409
