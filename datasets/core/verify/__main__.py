"""`python -m datasets.core.verify`: check an export offline. Exit 0 only when nothing is wrong."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from datasets.core.errors import ExportError
from datasets.core.export.writer import FrameKey
from datasets.core.keys import parse_fingerprint, read_list
from datasets.core.verify import LedgerOptions, Report, pin, verify
from datasets.core.verify.legacy import verify_legacy

USAGE_ERROR = 64
MAX_SIDE_FILE = 100_000_000  # bytes of a ledger, a key list or a key; some 100,000 ledger entries
_EPILOG = "exit codes: 0 ok, 1 tampered, 2 untrusted key, 3 incomplete, 4 malformed, 64 wrong use"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = _Parser(prog="python -m datasets.core.verify", description="Check an export.", epilog=_EPILOG)
    found.add_argument("export", nargs="?", type=Path, help="the export: a folder or a zip file")
    found.add_argument(
        "--key",
        action="append",
        default=[],
        help="a trusted public key file or fingerprint; may be given several times",
    )
    found.add_argument("--threshold", type=int, default=1, help="how many of the keys must have signed")
    found.add_argument("--pair", metavar="ID", help="print and check the inclusion proof of one pair")
    found.add_argument("--ledger", type=Path, metavar="FILE", help="the publisher's whole ledger (JSON lines)")
    found.add_argument("--keys", type=Path, metavar="FILE", help="a later keys.json of the publisher")
    found.add_argument("--min-seq", type=int, default=0, metavar="N", help="refuse exports before this ledger number")
    found.add_argument("--frame-key-file", type=Path, metavar="FILE", help="the shared secret of signed frames")
    found.add_argument("--legacy", type=Path, metavar="FILE", help="check a JSON lines file of the original studio")
    found.add_argument("--json", action="store_true", help="print one JSON object")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    command = parser()
    options = command.parse_args(arguments)
    if (options.export is None) == (options.legacy is None):
        command.error("give an export, or --legacy with a file")
    try:
        report = _run(options, command)
    except OSError as error:
        command.error(f"{error.filename or 'the file'}: {error.strerror or error}")
    except ExportError as error:
        command.error(str(error))
    if options.json:
        print(json.dumps(report.to_json(), ensure_ascii=True, sort_keys=True))
    else:
        _print(report)
    return report.exit_code


def _run(options: argparse.Namespace, command: argparse.ArgumentParser) -> Report:
    secret = None
    if options.frame_key_file is not None:
        secret = _bytes(options.frame_key_file).removesuffix(b"\n")
    if options.legacy is not None:
        return verify_legacy(options.legacy, secret)
    if not options.key:
        command.error("--key is needed: trust comes from a key you got on another way")
    values = [
        value if parse_fingerprint(value) else _bytes(Path(value)).decode("ascii", "replace") for value in options.key
    ]
    pins = pin(values, options.threshold)
    ledger = LedgerOptions(
        newer=read_list(_bytes(options.keys)) if options.keys else None,
        lines=_bytes(options.ledger).splitlines() if options.ledger else None,
        min_seq=options.min_seq,
    )
    frame_key = FrameKey(secret=secret, signer_id="") if secret is not None else None
    return verify(options.export, pins, ledger=ledger, frame_key=frame_key, pair=options.pair)


def _key(value: str) -> str:
    return value if parse_fingerprint(value) else _bytes(Path(value)).decode("ascii", "replace")


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(MAX_SIDE_FILE) if os.fstat(stream.fileno()).st_size <= MAX_SIDE_FILE else None
    if data is None:
        raise ExportError(f"{path} is larger than {MAX_SIDE_FILE:,} bytes.")
    return data


def _print(report: Report) -> None:
    for sentence in report.checks:
        print(f"ok    {sentence}")
    for sentence in report.notes:
        print(f"note  {sentence}")
    for finding in report.findings:
        print(finding)
    if report.unlisted:
        print(f"and {report.unlisted:,} more of the same kinds")
    if report.proof is not None:
        print(json.dumps(report.proof, indent=1))
    print("VERIFIED" if report.ok else f"NOT VERIFIED (exit code {report.exit_code})")


if __name__ == "__main__":
    sys.exit(main())
