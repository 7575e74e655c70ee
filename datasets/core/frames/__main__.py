"""Command line of the frame codec: check vectors; encode, decode, canonicalize, validate and compare frames."""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from datasets.core.commands import USAGE_ERROR, Parser

from .alphabet import BLOB_T, DECIMAL_T, FLOAT_T, INT_S3, INT_U3, NUMBER_MARK
from .blob import decode_blob
from .canonical import canonicalise, is_canonical
from .errors import FrameError
from .frame import Frame, parse
from .limits import DEFAULT_LIMITS
from .numbers import decode_decimal, decode_float, decode_int_s3, decode_int_u3
from .signature import read_signature_line, strip_signature
from .train_pair import build_train_pair, read_train_pair
from .vectors import run_vectors

OK, REFUSED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 for input that is refused or differs, 64 for wrong usage."""
    sys.set_int_max_str_digits(DEFAULT_LIMITS.max_int_digits)  # decimal text of the longest integer that is read
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        result: int = options.run(options)
    except FrameError as error:
        _explain(error)
        return REFUSED
    except OSError as error:
        print(f"Cannot read {error.filename}: {error.strerror}.", file=sys.stderr)
        return USAGE_ERROR
    return result


def check(options: argparse.Namespace) -> int:
    """Run a vector file: each failure, then the counts."""
    report = run_vectors(Path(options.file))
    for failure in report.failures:
        print(f"FAILED {failure}")
    print(f"{report.passed} passed, {len(report.failures)} failed")
    return REFUSED if report.failures or not report.passed else OK


def encode(options: argparse.Namespace) -> int:
    """Write the TRAIN_PAIR frame of a JSON object."""
    try:
        pair = json.loads(_read(options.file))
    except (ValueError, RecursionError):
        raise FrameError("DECODE_001", "The input is not JSON.") from None
    wanted = {"instruction": str, "completion": str, "created_at": str, "metadata": dict}
    if not isinstance(pair, dict) or not pair.keys() <= wanted.keys():
        raise FrameError("ENCODE_002", f"The input must be a JSON object with only {', '.join(wanted)}.")
    pair = {"metadata": {}, **pair}
    if wrong := [key for key, kind in wanted.items() if not isinstance(pair.get(key), kind)]:
        raise FrameError("ENCODE_002", f"Missing or of the wrong kind: {', '.join(wrong)}.")
    print(build_train_pair(**pair))
    return OK


def decode(options: argparse.Namespace) -> int:
    """Write what a frame says as JSON: the pair of a TRAIN_PAIR, else header and decoded tokens."""
    text = _read(options.file).rstrip("\n")
    line = read_signature_line(text)
    frame = parse(strip_signature(text), options.mode)
    result: dict[str, object]
    if frame.get("TYPE") == "TRAIN_PAIR" and all(token.startswith(BLOB_T) for token in frame.payload):
        pair = read_train_pair(text, mode=options.mode)
        result = {"instruction": pair.instruction, "completion": pair.completion, "header": pair.header}
    else:
        result = {"header": frame.header, "payload": [_show(token) for token in frame.payload]}
    if line.signature:
        result["unchecked_signature"] = {"signer_id": line.signer_id, "timestamp": line.timestamp}
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return OK


def canonicalize(options: argparse.Namespace) -> int:
    """Write the canonical form of an unsigned frame."""
    text = _read(options.file)
    if read_signature_line(text).signature:
        raise FrameError("SIG_006", "The frame is signed, and its canonical form would no longer verify.")
    print(canonicalise(text))
    return OK


def validate(options: argparse.Namespace) -> int:
    """Say whether a frame is valid in the chosen mode, canonical, and signed."""
    text = _read(options.file).rstrip("\n")
    unsigned = strip_signature(text)
    frame = parse(unsigned, options.mode)
    if frame.get("TYPE") == "TRAIN_PAIR" and options.mode == "strict" and frame.payload[:1] != ["≛NATLANG"]:
        read_train_pair(text)
    canonical = "canonical" if is_canonical(unsigned) else "not canonical"
    signed = "signed (not checked here)" if unsigned != text else "not signed"
    print(f"valid ({options.mode}), {canonical}, {signed}")
    print(f"TYPE {frame.get('TYPE') or '(none)'}, {len(frame.header)} header fields, {len(frame.payload)} tokens")
    return OK


def diff(options: argparse.Namespace) -> int:
    """Write the header fields and tokens in which two frames differ."""
    if options.file == "-" and options.other == "-":
        raise FrameError("ENCODE_002", "Only one of the two frames can come from standard input.")
    old, new = (
        parse(strip_signature(_read(name).rstrip("\n")), options.mode) for name in (options.file, options.other)
    )
    lines = _diff_fields(_header_parts(old), _header_parts(new))
    lines += _diff_tokens(list(map(_show, old.payload)), list(map(_show, new.payload)))
    for line in lines:
        print(line)
    if not lines:
        print("The frames say the same.")
    return REFUSED if lines else OK


def _header_parts(frame: Frame) -> list[str]:
    return [f"{key} = {_show(value)}" for key, value in sorted(frame.header, key=lambda field: field[0])]


def _diff_fields(old: list[str], new: list[str]) -> list[str]:
    olds, news = set(old), set(new)
    gone = [f"- header {part}" for part in old if part not in news]
    return gone + [f"+ header {part}" for part in new if part not in olds]


def _diff_tokens(old: list[str], new: list[str]) -> list[str]:
    lines = []
    for place, (before, after) in enumerate(zip_longest(old, new), start=1):
        if before != after:
            lines += [f"- token {place} {before}"] if before is not None else []
            lines += [f"+ token {place} {after}"] if after is not None else []
    return lines


def _show(token: str) -> str:
    """Return a token as a person reads it: numbers in decimal, text of blobs, everything else as it stands."""
    if not token.startswith(NUMBER_MARK):
        return token
    try:
        match token[:3]:
            case prefix if prefix == BLOB_T:
                return f"text {decode_blob(token).decode()!r}"
            case prefix if prefix == INT_U3:
                return str(decode_int_u3(token))
            case prefix if prefix == INT_S3:
                return str(decode_int_s3(token))
            case prefix if prefix == DECIMAL_T:
                number = decode_decimal(token)
                return f"{'' if number.positive else '-'}{number.integer}e-{number.scale}"
            case prefix if prefix == FLOAT_T:
                value = decode_float(token)
                return f"{'' if value.positive else '-'}1.{value.mantissa} · 3^{value.exponent}"
    except (FrameError, UnicodeDecodeError):
        pass  # not readable strictly: shown as it stands
    return token


def _read(name: str) -> str:
    """Return the text of a file or of standard input (-), at most as long as one frame may be."""
    most = DEFAULT_LIMITS.max_frame_chars * 4
    if name == "-":
        data = sys.stdin.buffer.read(most + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(most + 1)
    if len(data) > most:
        raise FrameError("DECODE_001", f"The input is larger than {most:,} bytes.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise FrameError("DECODE_001", f"The input is not UTF-8 text (byte {error.start}).") from None
    return _unquoted(text) if text.startswith('"') else text


def _unquoted(text: str) -> str:
    """Return the frame of one line of an export's `frames/train.fn`, where frames stand as JSON strings."""
    if "\n" in text.rstrip("\n"):
        raise FrameError(
            "PARSE_001", "There is a frame on every line: hand in one of them, as `sed -n 3p FILE` gives it."
        )
    try:
        return str(json.loads(text))
    except ValueError:
        raise FrameError("DECODE_001", "The line begins like a JSON string and is none.") from None


def _explain(error: FrameError) -> None:
    print(error, file=sys.stderr)
    if error.context:
        print(f"  near: {error.context}", file=sys.stderr)
    print(f"  hint: {error.hint}", file=sys.stderr)


def _parser() -> Parser:
    parser = Parser(prog="python -m datasets.core.frames", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (check, encode, decode, canonicalize, validate, diff):
        command = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        if run is check:
            command.add_argument("file", metavar="VECTORS.json")
        else:
            command.add_argument("file", nargs=None if run is diff else "?", default="-", help="a file, or - for stdin")
        if run is diff:
            command.add_argument("other", help="the frame to compare with")
        if run in (decode, validate, diff):
            command.add_argument("--mode", choices=("strict", "compat"), default="strict", help="default: strict")
    return parser


if __name__ == "__main__":
    sys.exit(main())
