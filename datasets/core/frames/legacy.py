"""Rows of an old export: JSON Lines of the original, checked against the frames that they carry."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .errors import FrameError
from .limits import DEFAULT_LIMITS, Limits
from .signature import SignatureCheck, read_signature_line, strip_signature, verify
from .train_pair import TrainPair, read_train_pair

_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyRow:
    """One row and what its frame says about it. The signature alone says nothing about the row's own text.

    instruction, completion, pair_id, source_convo_id, created_at, feedback: the row's text; the time is local, without
    zone. quality_score: number as text. reviewer: who verified the pair (signer_id in the file). claimed_verified: the
    file's own claim.

    signature: the HMAC, checked (SIG_004 when no key was given). pair: read from the frame in compat mode, or None,
    then fault says why. text_matches_frame: the row's text is the frame's; None without a frame.
    frame_matches_signed: the unsigned and the signed frame are the same; None without a signed one.
    """

    instruction: str
    completion: str
    pair_id: str
    source_convo_id: str
    created_at: str
    feedback: str
    quality_score: str
    reviewer: str
    claimed_verified: bool
    signed_frame: str | None
    unsigned_frame: str | None
    signature: SignatureCheck
    pair: TrainPair | None
    fault: FrameError | None
    text_matches_frame: bool | None
    frame_matches_signed: bool | None


def read_legacy_row(line: str, *, key: bytes | None, limits: Limits = DEFAULT_LIMITS) -> LegacyRow:
    """Read one line of an old export and answer all four questions of it; nothing is repaired.

    Raises DECODE_001 for a line that is no JSON object of valid text or is over the size limit, VALIDATE_005 for an
    object that is no row. A bad frame or signature is an answer, not an error.
    """
    row = _json_object(line, limits)
    instruction, completion = _text(row, "instruction"), _text(row, "completion")
    if instruction is None or completion is None:
        raise FrameError("VALIDATE_005", "The row has no instruction and completion.")
    signed, unsigned = _text(row, "signature"), _text(row, "frame")
    text = signed if signed is not None else unsigned
    signature, pair, fault = SignatureCheck(verified=False, reason="SIG_001"), None, None
    try:
        if signed is not None:
            signature = read_signature_line(signed) if key is None else verify(signed, key=key, limits=limits)
        if text is not None:
            pair = read_train_pair(text, mode="compat", limits=limits)
    except FrameError as error:
        fault = error
    matches = pair is not None and (pair.instruction, pair.completion) == (instruction, completion)
    return LegacyRow(
        instruction=instruction,
        completion=completion,
        pair_id=_text(row, "pair_id") or "",
        source_convo_id=_text(row, "source_convo_id") or "",
        created_at=_text(row, "created_at") or "",
        feedback=_text(row, "feedback") or "",
        quality_score=_number(row.get("quality_score")),
        reviewer=_text(row, "signer_id") or "",
        claimed_verified=row.get("verified") is True,
        signed_frame=signed,
        unsigned_frame=unsigned,
        signature=signature,
        pair=pair,
        fault=fault,
        text_matches_frame=None if text is None else matches,
        frame_matches_signed=None if signed is None else strip_signature(signed.rstrip("\n")) == unsigned,
    )


def _json_object(line: str, limits: Limits) -> Mapping[str, object]:
    if len(line) > limits.max_line_chars:
        message = f"The line has {len(line):,} characters; at most {limits.max_line_chars:,} are read."
        raise FrameError("DECODE_001", message)
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise FrameError("DECODE_001", "The line is not JSON.") from None
    if not isinstance(row, dict):
        raise FrameError("DECODE_001", "The line is not a JSON object.")
    return row


def _text(row: Mapping[str, object], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise FrameError("VALIDATE_005", f"The row's {key} is not text.")
    if _SURROGATES.search(value):
        raise FrameError("DECODE_001", f"The row's {key} holds half of a surrogate pair and is not valid Unicode.")
    return value


def _number(value: object) -> str:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
