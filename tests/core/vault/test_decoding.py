"""Text comes out right whatever encoding it lies in, also when nothing says which."""

import pytest

from studio.vault.core.decoding import decode
from studio.vault.core.extract import read

FRENCH = "L’été dernier, la société a décidé de réduire ses coûts à cause de l’échec."
POLISH = "Umowa wchodzi w życie z dniem podpisania przez strony. Okres obowiązywania wynosi rok, łącznie z próbą."
CZECH = "Smlouva nabývá účinnosti dnem podpisu oběma stranami, příliš žluťoučký kůň."
TURKISH = "Sözleşme imza tarihinden itibaren yürürlüğe girer. İş günü değildir."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("name;city\nAnna;Köln\nBob;Rome", "cp1252"),
        ("Köln Größe", "latin-1"),
        ("It’s the “best” – only £5 or 10 €… naïve café.", "cp1252"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso-8859-2"),
        (CZECH, "cp1250"),
        (TURKISH, "cp1254"),
        ("Договор вступает в силу с момента подписания сторонами.", "cp1251"),
        ("Договор вступает в силу с момента подписания сторонами.", "koi8-r"),
        ("契約は署名の日から有効になります。期間は一年です。", "shift_jis"),
        ("本合同自双方签字之日起生效。合同期限为一年。", "gb18030"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (FRENCH, "utf-16"),
    ],
)
def test_an_unnamed_encoding_is_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_an_accent_behind_megabytes_of_ascii_is_read() -> None:
    text = "A plain line of text.\n" * 60_000 + "Das Café kostet 5 €."
    assert decode(text.encode("cp1252")) == text


def test_one_broken_byte_does_not_turn_utf8_into_something_else() -> None:
    assert decode(FRENCH.encode() + b"\xff " + FRENCH.encode()) == f"{FRENCH}\ufffd {FRENCH}"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=windows-1252>", "cp1252"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'>", "cp932"),
        ('<meta charset="iso-8859-2">', "iso-8859-2"),
        ('<meta charset="ISO-8859-1">', "cp1252"),
    ],
)
def test_a_page_may_name_its_encoding(head: str, encoding: str) -> None:
    word = {"cp932": "約", "iso-8859-2": "ż", "cp1252": "€"}[encoding]
    page = f"<html><head>{head}</head><body><p>{word}</p></body></html>"
    assert read("html", page.encode(encoding)).text == word


@pytest.mark.parametrize("name", ["hex", "utf-7", "punycode", "nonsense", "unicode_escape"])
def test_a_page_cannot_name_what_is_no_encoding_of_text(name: str) -> None:
    page = f"<html><head><meta charset={name}></head><body><p>Größe über alles</p></body></html>"
    assert read("html", page.encode("cp1252")).text == "Größe über alles"
