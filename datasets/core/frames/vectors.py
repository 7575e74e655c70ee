"""Runs test vectors of the shared format against this codec."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from . import builders, builders_meta
from .blob import decode_body, encode_blob, encode_text
from .canonical import canonicalise, is_canonical
from .errors import FrameError
from .frame import Frame, parse, serialise
from .legacy import read_legacy_row
from .numbers import (
    decode_decimal,
    decode_float,
    decode_int_s3,
    decode_int_u3,
    encode_decimal,
    encode_float,
    encode_int_s3,
    encode_int_u3,
    float_value,
)
from .records import Fact, Summary, build_fact, build_summary, read_fact
from .signature import SignatureCheck, content_hash, sign, strip_signature, verify
from .train_pair import build_train_pair, read_train_pair

Result = dict[str, object]
Operation = Callable[[Mapping[str, Any]], Result]

_LARGEST_FILE: Final = 64_000_000

BUILDERS: Final[dict[str, Callable[..., str]]] = {
    "TRAIN_PAIR_NL": builders.train_pair_literal,
    "REPAIR_PAIR": builders.repair_pair,
    "FACT_KB": builders.fact_schema,
    "LOG": builders.log,
    "VECTOR": builders.vector,
    "MATRIX": builders.matrix,
    "TENSOR": builders.tensor,
    "MEASUREMENT": builders.measurement,
    "COMPRESSED": builders.compressed,
    "DICT_UPDATE": builders_meta.dict_update,
    "DICT_UPDATE_PLAIN": builders_meta.dict_update_plain,
    "DICT_POLICY": builders_meta.dict_policy,
    "GRAMMAR": builders_meta.grammar,
    "SCHEMA": builders_meta.schema,
    "EXPLAIN": builders_meta.explain,
    "TASK": builders_meta.task,
    "CAPS": builders_meta.caps,
    "ERROR": builders_meta.error,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How many vectors passed, and a line for each that did not."""

    passed: int
    failures: Sequence[str]


def run_vectors(path: Path) -> Report:
    """Run every vector of a file. Raises FrameError DECODE_001 for a file that holds no vectors or is too large."""
    if path.stat().st_size > _LARGEST_FILE:
        raise FrameError("DECODE_001", f"The file is larger than {_LARGEST_FILE:,} bytes.")
    try:
        vectors = json.loads(path.read_bytes())["vectors"]
        problems = [(str(vector["id"]), run_vector(vector)) for vector in vectors]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FrameError("DECODE_001", f"This is not a file of vectors: {error}.") from None
    failures = [f"{name}: {problem}" for name, problem in problems if problem]
    return Report(passed=len(problems) - len(failures), failures=failures)


def run_vector(vector: Mapping[str, Any]) -> str:
    """Return what is wrong with the codec's answer to one vector; empty text if nothing."""
    operation = _OPERATIONS.get(vector["op"])
    if operation is None:
        return f"unknown operation {vector['op']}"
    try:
        result = operation(vector["in"])
    except FrameError as error:
        return _compare_error(vector, error)
    except Exception as error:  # noqa: BLE001  an uncoded exception is a finding to report, not a reason to stop
        return f"uncoded {type(error).__name__}: {error}"
    if "error" in vector:
        return f"wanted {vector['error']}, got {result!r:.200}"
    wrong = [key for key, wanted in vector["out"].items() if not _same(result.get(key), wanted)]
    return "; ".join(f"{key}: wanted {vector['out'][key]!r:.200}, got {result.get(key)!r:.200}" for key in wrong)


def _compare_error(vector: Mapping[str, Any], error: FrameError) -> str:
    if "error" not in vector:
        return f"unexpected {error}"
    if error.code != vector["error"]:
        return f"wanted {vector['error']}, got {error}"
    if "error_offset" in vector and error.offset != vector["error_offset"]:
        return f"wanted offset {vector['error_offset']}, got {error.offset}"
    return ""


def _same(got: object, wanted: object) -> bool:
    if isinstance(wanted, float) and isinstance(got, (int, float)):
        return math.isclose(got, wanted, rel_tol=1e-12)
    if isinstance(wanted, list) and isinstance(got, (list, tuple)):
        return len(got) == len(wanted) and all(map(_same, got, wanted))
    return got == wanted


def _decode_decimal(args: Mapping[str, Any]) -> Result:
    value = decode_decimal(args["token"], args.get("mode", "compat"))
    return {"positive": value.positive, "scale": value.scale, "integer": str(value.integer)}


def _encode_digest(args: Mapping[str, Any]) -> Result:
    token = encode_blob(bytes.fromhex(args["hex"]))
    return {"sha256": hashlib.sha256(token.encode()).hexdigest(), "symbols": len(token), "length": len(token)}


def _parse(args: Mapping[str, Any]) -> Result:
    frame = parse(args["text"], args.get("mode", "compat"))
    return {"header": frame.header, "payload": frame.payload}


def _serialise(args: Mapping[str, Any]) -> Result:
    header = [(key, value) for key, value in args["header"]]
    return {"text": serialise(Frame(header=header, payload=args["payload"]))}


def _build(args: Mapping[str, Any]) -> Result:
    arguments = dict(args["args"])
    if "data_hex" in arguments:
        arguments["data"] = bytes.fromhex(arguments.pop("data_hex"))
    return {"frame": BUILDERS[args["kind"]](**arguments)}


def _read_pair(args: Mapping[str, Any]) -> Result:
    pair = read_train_pair(args["frame"], mode=args.get("mode", "compat"))
    return {"instruction": pair.instruction, "completion": pair.completion, "header": pair.header}


def _sign(args: Mapping[str, Any]) -> Result:
    key = bytes.fromhex(args["key_hex"])
    return {"signed": sign(args["frame"], key=key, signer_id=args["signer_id"], timestamp=args["timestamp"])}


def _checked(check: SignatureCheck) -> Result:
    return {key: value for key, value in asdict(check).items() if value is not None}


def _legacy(args: Mapping[str, Any]) -> Result:
    row = read_legacy_row(args["line"], key=bytes.fromhex(args["key_hex"]))
    answers = {"text_matches_frame": row.text_matches_frame, "frame_matches_signed": row.frame_matches_signed}
    return _checked(row.signature) | answers


_OPERATIONS: Final[dict[str, Operation]] = {
    "int_u3.encode": lambda a: {"token": encode_int_u3(int(a["n"]))},
    "int_u3.decode": lambda a: {"n": str(decode_int_u3(a["token"], a.get("mode", "compat")))},
    "int_s3.encode": lambda a: {"token": encode_int_s3(int(a["n"]))},
    "int_s3.decode": lambda a: {"n": str(decode_int_s3(a["token"], a.get("mode", "compat")))},
    "decimal_t.encode": lambda a: {"token": encode_decimal(**{**a, "integer": int(a["integer"])})},
    "decimal_t.decode": _decode_decimal,
    "float_t.encode": lambda a: {"token": encode_float(**a)},
    "float_t.decode": lambda a: asdict(decode_float(a["token"], a.get("mode", "compat"))),
    "float_t.value": lambda a: {"value": float_value(**a)},
    "blob_t.encode": lambda a: {"token": encode_blob(bytes.fromhex(a["hex"]))},
    "blob_t.encode_text": lambda a: {"token": encode_text(a["text"])},
    "blob_t.encode_digest": _encode_digest,
    "blob_t.decode_body": lambda a: {"hex": decode_body(a["body"], a.get("mode", "compat")).hex()},
    "frame.serialize": _serialise,
    "frame.parse": _parse,
    "frame.canonicalize": lambda a: {"text": canonicalise(a["text"])},
    "frame.is_canonical": lambda a: {"canonical": is_canonical(a["text"])},
    "frame.build": _build,
    "frame.content_hash": lambda a: {"sha256": content_hash(a["text"])},
    "train_pair.build": lambda a: {"frame": build_train_pair(**a)},
    "train_pair.read": _read_pair,
    "summary.build": lambda a: {"frame": build_summary(Summary(**a))},
    "fact.build": lambda a: {"frame": build_fact(Fact(**a))},
    "fact.read": lambda a: asdict(read_fact(a["frame"])),
    "sig.sign": _sign,
    "sig.verify": lambda a: _checked(verify(a["signed"], key=bytes.fromhex(a["key_hex"]))),
    "sig.strip": lambda a: {"unsigned": strip_signature(a["signed"])},
    "legacy_row.verify": _legacy,
}
