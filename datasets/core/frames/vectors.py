"""Runs test vectors of the shared format against this codec."""

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from . import builders, builders_meta
from .blob import decode_blob, decode_body, decode_text, encode_blob, encode_text
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
from .records import Fact, Summary, build_fact, build_summary, read_fact, read_summary
from .signature import SignatureCheck, content_hash, sign, strip_signature, verify
from .train_pair import build_train_pair, read_train_pair

Result = dict[str, object]
Operation = Callable[[Mapping[str, Any]], Result]

_LARGEST_FILE: Final = 64_000_000

_INTEGERS: Final = frozenset({"exp_width", "exponent", "integer", "man_width", "scale"})

BUILDERS: Final[dict[str, Callable[..., str]]] = {
    "TRAIN_PAIR": build_train_pair,
    "SUMMARY": lambda **fields: build_summary(Summary(**fields)),
    "FACT": lambda **fields: build_fact(Fact(**fields)),
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
    with path.open("rb") as file:
        data = file.read(_LARGEST_FILE + 1) if os.fstat(file.fileno()).st_size <= _LARGEST_FILE else b""
    if not 0 < len(data) <= _LARGEST_FILE:
        raise FrameError("DECODE_001", f"The file is empty or larger than {_LARGEST_FILE:,} bytes.")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise FrameError("DECODE_001", "The file is not JSON.") from None
    vectors = document.get("vectors") if isinstance(document, dict) else None
    if not isinstance(vectors, list):
        raise FrameError("DECODE_001", "The file holds no list called vectors.")
    failures = []
    for place, vector in enumerate(vectors, start=1):
        if problem := run_vector(vector):
            name = vector.get("id") if isinstance(vector, dict) else None
            failures.append(f"{name or f'vector {place}'}: {problem}")
    return Report(passed=len(vectors) - len(failures), failures=failures)


def run_vector(vector: Any) -> str:
    """Return what is wrong with the codec's answer to one vector, or with the vector itself; empty text if nothing."""
    if not isinstance(vector, dict) or not isinstance(vector.get("in"), dict):
        return "the vector is no object with an input"
    if not isinstance(vector.get("out"), dict) and not isinstance(vector.get("error"), str):
        return "the vector has neither out nor error"
    operation = _OPERATIONS.get(str(vector.get("op")))
    if operation is None:
        return f"unknown operation {vector.get('op')}"
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
    builder = BUILDERS.get(args["kind"])
    if builder is None:
        raise FrameError("ENCODE_002", f"There is no builder for {args['kind']!r:.60}.")
    arguments = dict(args["args"])
    for name in arguments.keys() & {"data_hex", "hex"}:
        arguments["data"] = bytes.fromhex(arguments.pop(name))
    return {"frame": builder(**arguments)}


def _numbers(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with integers that are written as decimal text turned into numbers."""
    return {name: _number(value) if name in _INTEGERS else value for name, value in args.items()}


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) else value


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
    "int_u3.encode": lambda a: {"token": encode_int_u3(_number(a["n"]))},
    "int_u3.decode": lambda a: {"n": str(decode_int_u3(a["token"], a.get("mode", "compat")))},
    "int_s3.encode": lambda a: {"token": encode_int_s3(_number(a["n"]))},
    "int_s3.decode": lambda a: {"n": str(decode_int_s3(a["token"], a.get("mode", "compat")))},
    "decimal_t.encode": lambda a: {"token": encode_decimal(**_numbers(a))},
    "decimal_t.decode": _decode_decimal,
    "float_t.encode": lambda a: {"token": encode_float(**_numbers(a))},
    "float_t.decode": lambda a: asdict(decode_float(a["token"], a.get("mode", "compat"))),
    "float_t.value": lambda a: {"value": float_value(**_numbers(a))},
    "blob_t.encode": lambda a: {"token": encode_blob(bytes.fromhex(a["hex"]))},
    "blob_t.encode_text": lambda a: {"token": encode_text(a["text"])},
    "blob_t.encode_digest": _encode_digest,
    "blob_t.decode": lambda a: {"hex": decode_blob(a["token"], a.get("mode", "compat")).hex()},
    "blob_t.decode_text": lambda a: {"text": decode_text(a["token"])},
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
    "summary.read": lambda a: asdict(read_summary(a["frame"])),
    "fact.build": lambda a: {"frame": build_fact(Fact(**a))},
    "fact.read": lambda a: asdict(read_fact(a["frame"])),
    "sig.sign": _sign,
    "sig.verify": lambda a: _checked(verify(a["signed"], key=bytes.fromhex(a["key_hex"]))),
    "sig.strip": lambda a: {"unsigned": strip_signature(a["signed"])},
    "legacy_row.verify": _legacy,
}
