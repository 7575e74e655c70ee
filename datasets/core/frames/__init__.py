"""ForgeNumerics text frames: read, write, sign and check them. Pure Python; numpy is used where it is installed."""

from .alphabet import Mode
from .blob import decode_blob, encode_blob
from .canonical import canonicalise, is_canonical
from .errors import FrameError
from .frame import Field, Frame, join_literals, parse, serialise
from .legacy import LegacyRow, read_legacy_row
from .limits import DEFAULT_LIMITS, Limits
from .records import Fact, Summary, build_fact, build_summary, read_fact, read_summary
from .signature import (
    ChainCheck,
    SignatureCheck,
    check_key,
    content_hash,
    sign,
    strip_signature,
    verify,
    verify_chain,
)
from .train_pair import TrainPair, build_train_pair, read_literal_pair, read_train_pair, salvage_train_pair

__all__ = [
    "DEFAULT_LIMITS",
    "ChainCheck",
    "Fact",
    "Field",
    "Frame",
    "FrameError",
    "LegacyRow",
    "Limits",
    "Mode",
    "SignatureCheck",
    "Summary",
    "TrainPair",
    "build_fact",
    "build_summary",
    "build_train_pair",
    "canonicalise",
    "check_key",
    "content_hash",
    "decode_blob",
    "encode_blob",
    "is_canonical",
    "join_literals",
    "parse",
    "read_fact",
    "read_legacy_row",
    "read_literal_pair",
    "read_summary",
    "read_train_pair",
    "salvage_train_pair",
    "serialise",
    "sign",
    "strip_signature",
    "verify",
    "verify_chain",
]
