"""SUMMARY and FACT records: small canonical frames with a writer and a reader of their own."""

import math
import re
from dataclasses import dataclass
from typing import Final

from .alphabet import BLOB_T, WHITESPACE, WORD_MARK
from .blob import decode_text, encode_text, utf8
from .canonical import canonical_text
from .errors import FrameError
from .frame import Frame, parse
from .limits import DEFAULT_LIMITS, Limits
from .signature import strip_signature
from .train_pair import read_value, safe_value

_MARKS: Final = re.compile(r"[⧆⧈∷∴⦙]")
_LONGEST_CONFIDENCE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A summary of a conversation."""

    summary_id: str
    convo_id: str
    text: str
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A statement subject – predicate – object; confidence from 0 to 1, written with three decimals."""

    fact_id: str
    subject: str
    predicate: str
    obj: str
    confidence: float = 1.0
    source_chunk_id: str | None = None


def build_summary(summary: Summary) -> str:
    """Return the canonical SUMMARY frame."""
    header = [
        ("CONVO_ID", safe_value(summary.convo_id)),
        ("CREATED_AT", safe_value(summary.created_at)),
        ("SUMMARY_ID", safe_value(summary.summary_id)),
        ("TYPE", "SUMMARY"),
    ]
    return canonical_text(Frame(header=header, payload=[encode_text(summary.text)]))


def read_summary(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Summary:
    """Return the summary of a frame, signed or not. Raises VALIDATE_003, VALIDATE_005 or a decoding code."""
    frame = _parse_type(text, "SUMMARY", limits)
    if len(frame.payload) != 1 or not frame.payload[0].startswith(BLOB_T):
        raise FrameError("VALIDATE_005", "The payload is not one BLOB-T token.")
    return Summary(
        summary_id=read_value(frame.get("SUMMARY_ID") or ""),
        convo_id=read_value(frame.get("CONVO_ID") or ""),
        text=decode_text(frame.payload[0]),
        created_at=read_value(frame.get("CREATED_AT") or ""),
    )


def build_fact(fact: Fact) -> str:
    """Return the canonical FACT frame; ENCODE_002 for words that would not be read back, ENCODE_001 for no number."""
    if not math.isfinite(fact.confidence):
        raise FrameError("ENCODE_001", "The confidence is not a number.")
    header = [("CONFIDENCE", f"{fact.confidence:.3f}"), ("FACT_ID", safe_value(fact.fact_id)), ("TYPE", "FACT")]
    if fact.source_chunk_id:
        header.append(("SOURCE_CHUNK_ID", safe_value(fact.source_chunk_id)))
    payload = []
    for name, word in (("SUBJ", fact.subject), ("PRED", fact.predicate), ("OBJ", fact.obj)):
        if _MARKS.search(word) or word.startswith(WORD_MARK) or word[-1:] in set(WHITESPACE):
            raise FrameError("ENCODE_002", "A word of a fact holds a frame mark or ends in white space.")
        utf8(word)
        payload += [WORD_MARK + name, WORD_MARK + word]
    return canonical_text(Frame(header=header, payload=payload))


def read_fact(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Fact:
    """Return the fact of a frame, signed or not; missing words are empty, a missing confidence is 1."""
    frame = _parse_type(text, "FACT", limits)
    words = {"≛SUBJ": "", "≛PRED": "", "≛OBJ": ""}
    tokens = iter(frame.payload)
    for token in tokens:
        if token in words:
            words[token] = next(tokens, "").lstrip(WORD_MARK)
    source = frame.get("SOURCE_CHUNK_ID")
    return Fact(
        fact_id=read_value(frame.get("FACT_ID") or ""),
        subject=words["≛SUBJ"],
        predicate=words["≛PRED"],
        obj=words["≛OBJ"],
        confidence=_confidence(frame.get("CONFIDENCE")),
        source_chunk_id=read_value(source) if source else None,
    )


def _confidence(text: str | None) -> float:
    if text is None:
        return 1.0
    try:
        value = float(text[:_LONGEST_CONFIDENCE])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or len(text) > _LONGEST_CONFIDENCE:
        raise FrameError("DECODE_001", "The confidence is not a number.")
    return value


def _parse_type(text: str, frame_type: str, limits: Limits) -> Frame:
    frame = parse(strip_signature(text.rstrip("\n")), "compat", limits=limits)
    if frame.get("TYPE") != frame_type:
        raise FrameError("VALIDATE_003", f"The frame's TYPE is not {frame_type}.")
    return frame
