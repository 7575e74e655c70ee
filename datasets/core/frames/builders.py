"""Builders of the knowledge and data shapes: pairs as literals, facts, logs, arrays, measurements, packed bytes.

Arguments named token, values or data_tokens are written as they are and carry their own mark; all other text gets
one. Literals stand between ⟦ and ⟧ and may hold anything; a header value may not hold a frame mark (ENCODE_002).
"""

import gzip
import re
from collections.abc import Iterable, Sequence
from typing import Final

from .alphabet import LITERAL_CLOSE, LITERAL_OPEN, WORD_MARK
from .blob import encode_blob, utf8
from .errors import FrameError
from .frame import Field, Frame, serialise
from .numbers import encode_int_u3

DICTIONARY: Final = "DICT_v2025_11"
_VERSION: Final = "2.0-T"
_SEPARATORS: Final = re.compile("[⧆⧈∷∴⦙]")


def word(text: str) -> str:
    """Return a word token."""
    return WORD_MARK + text


def literal(text: str) -> str:
    """Return a literal token."""
    return f"{WORD_MARK}{LITERAL_OPEN}{text}{LITERAL_CLOSE}"


def frame_of(fields: Iterable[Field], payload: Sequence[str]) -> str:
    """Return a frame in the field order given; ENCODE_002 for what is no text or would cut the header apart."""
    header, tokens = list(fields), list(payload)
    if not all(isinstance(text, str) for text in (*tokens, *(value for _, value in header))):
        raise FrameError("ENCODE_002", "A header value or a token is not text.")
    for key, value in header:
        if _SEPARATORS.search(key) or _SEPARATORS.search(value):
            raise FrameError("ENCODE_002", f"The header value of {key:.40} holds a frame mark.")
    text = serialise(Frame(header=header, payload=tokens))
    utf8(text)
    return text


def given(key: str, value: str | None) -> list[Field]:
    """Return the optional header field, or nothing for a missing or empty value."""
    return [(key, value)] if value else []


def train_pair_literal(*, natural_language: str, frame: str, dict_id: str = DICTIONARY) -> str:
    """Return the literal form of TRAIN_PAIR: a sentence and the frame that says the same."""
    payload = [word("NATLANG"), literal(natural_language), word("FORGE"), literal(frame)]
    return frame_of([("TYPE", "TRAIN_PAIR"), ("DICT", dict_id)], payload)


def repair_pair(*, draft: str, critique: str, revised: str, dict_id: str = DICTIONARY) -> str:
    """Return a REPAIR_PAIR frame: a draft, what is wrong with it, and the better text."""
    payload = [word("DRAFT"), literal(draft), word("CRITIQUE"), literal(critique), word("REVISED"), literal(revised)]
    return frame_of([("TYPE", "REPAIR_PAIR"), ("DICT", dict_id)], payload)


def fact_schema(
    *,
    subject: str,
    predicate: str,
    obj: str,
    confidence: str | None = None,
    source: str | None = None,
    dict_id: str = DICTIONARY,
) -> str:
    """Return the schema form of FACT; subject, predicate and obj are tokens."""
    fields = [("TYPE", "FACT"), ("DICT", dict_id), *given("CONFIDENCE", confidence), *given("SOURCE", source)]
    return frame_of(fields, [word("SUBJ"), subject, word("PRED"), predicate, word("OBJ"), obj])


def log(
    *, severity: str, message: str, details: str | None = None, time: str | None = None, dict_id: str = DICTIONARY
) -> str:
    """Return a LOG frame; message and details are tokens."""
    fields = [("TYPE", "LOG"), ("DICT", dict_id), ("SEVERITY", severity), *given("TIME", time)]
    return frame_of(fields, [word("MSG"), message, *([word("DETAIL"), details] if details else [])])


def vector(*, values: Sequence[str], frame_type: str = "VECTOR", dict_id: str = DICTIONARY) -> str:
    """Return a VECTOR frame of number tokens; frame_type renames it."""
    return frame_of([("TYPE", frame_type), ("DICT", dict_id), ("LEN", encode_int_u3(len(values)))], values)


def matrix(*, rows: Sequence[Sequence[str]], dict_id: str = DICTIONARY) -> str:
    """Return a MATRIX frame, row-major; ENCODE_002 for rows of different length, no rows are 0 × 0."""
    columns = len(rows[0]) if rows else 0
    if any(len(row) != columns for row in rows):
        raise FrameError("ENCODE_002", "The rows of a matrix must have the same length.")
    size = [("ROWS", encode_int_u3(len(rows))), ("COLS", encode_int_u3(columns))]
    return frame_of([("TYPE", "MATRIX"), ("DICT", dict_id), *size], [token for row in rows for token in row])


def tensor(
    *,
    dtype: str,
    shape: Sequence[int],
    data_tokens: Sequence[str],
    order: str = "ROW_MAJOR",
    dict_id: str = DICTIONARY,
) -> str:
    """Return a TENSOR frame; shape in elements for each dimension."""
    fields = [
        ("TYPE", "TENSOR"),
        ("DICT", dict_id),
        ("DTYPE", dtype),
        ("ORDER", order),
        ("NDIM", encode_int_u3(len(shape))),
    ]
    return frame_of(fields, [word("SHAPE"), *map(encode_int_u3, shape), word("DATA"), *data_tokens])


def measurement(*, unit: str, value: str, dict_id: str = DICTIONARY) -> str:
    """Return a MEASUREMENT frame; value is a number token."""
    fields = [("VER", _VERSION), ("DICT", dict_id), ("TYPE", "MEASUREMENT"), ("UNIT", unit)]
    return frame_of(fields, [word("VALUE"), value])


def compressed(*, data: bytes, dict_id: str = DICTIONARY) -> str:
    """Return a COMPRESSED frame: gzip with time zero, so the same bytes give the same frame."""
    fields = [("VER", _VERSION), ("DICT", dict_id), ("TYPE", "COMPRESSED"), ("COMP", "GZIP")]
    return frame_of(fields, [encode_blob(gzip.compress(data, mtime=0))])
