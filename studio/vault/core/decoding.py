"""Bytes of a text file to text: byte order mark, UTF-8, the file's own word for it, then a careful guess."""

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

from studio.vault.core.errors import UnsupportedFile

__all__ = ["decode"]

_SAMPLE: Final = 64 * 1024
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DECLARED: Final = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})", re.I)
_KNOWN: Final = re.compile(r"cp\d+|iso8859|koi8|shift_jis|euc_|gb|big5|mac_|tis_620|hz$|ascii$")
# As browsers read these names: what people call by the first is nearly always written in the second.
_MEANT: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
}
# Encodings of Latin letters, each with the letters whose presence speaks for one of the next.
_LATIN: Final = (("cp1252", "ŠšŽžÐðÞþ"), ("cp1250", "ĐđŢţ"), ("iso8859_2", "ĐđŢţ"), ("cp1254", ""))
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_IN_WORD: Final = re.compile(r"[¹²³¼½¾±¶¸¢£¤¥¦§¨©¬®¯´](?=[a-z])|(?<=[^\W\d_])[^\w\s'’ʼ\u00ad-](?=[^\W\d_])")


def decode(data: bytes) -> str:
    """Text of a text file. Newlines become ``\\n``, NUL and what cannot be read U+FFFD.

    Raises UnsupportedFile for binary data.
    """
    text = _decoded(data)
    control = sum(text.count(chr(code)) for code in (*range(9), *range(14, 27), *range(28, 32), 127))
    if control > max(2, len(text) // 100):
        raise UnsupportedFile(f"This is not a text file. {UnsupportedFile.__doc__}", cause="control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def _decoded(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace")
    sample = data[:_SAMPLE]
    if b"\x00" in sample:
        # Text in UTF-16 has a zero byte in nearly every second place, and in nearly none of the others.
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if max(even, odd) > 3 and max(even, odd) * 5 > len(sample) and min(even, odd) * 50 < len(sample):
            return data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if data.count(b"\x00") > len(data) // 200:
        raise UnsupportedFile(f"This is not a text file. {UnsupportedFile.__doc__}", cause="zero bytes")
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    if sum(not char.isascii() for char in text) > 5 * broken:  # UTF-8 with an accident in it
        return text
    return data.decode(_declared(data) or _guess(data), errors="replace")


def _declared(data: bytes) -> str | None:
    """The encoding that an HTML or XML file names for itself, if it is one for text."""
    found = _DECLARED.search(data[:4096])
    if not found or not data[:1024].lstrip().startswith(b"<"):
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return None
    name = _MEANT.get(name, name)
    return name if _KNOWN.match(name) else None


def _guess(data: bytes) -> str:
    # Only where there is something to judge: the first accent may stand behind megabytes of ASCII.
    sample = b""
    position = 0
    while len(sample) < _SAMPLE and (found := _HIGH.search(data, position)):
        begin = max(position, found.start() - 100)
        line_end = data.find(b"\n", found.end(), found.end() + 4096)
        position = line_end + 1 or found.end() + 4096
        sample += data[begin:position]
    runs = _HIGH.findall(sample)
    high = sum(map(len, runs))
    if high < 2 * len(runs) and high * 3 < len(sample):  # single accents between ASCII letters
        return min(_LATIN, key=lambda latin: _oddness(sample, *latin))[0]
    best = from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


def _oddness(sample: bytes, encoding: str, unusual: str) -> int:
    text = sample.decode(encoding, errors="replace")
    return len(_IN_WORD.findall(text)) + 3 * text.count("\ufffd") + sum(map(text.count, unusual))
