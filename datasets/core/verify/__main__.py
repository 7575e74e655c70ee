"""`python -m datasets.core.verify`: check an export offline. Exit 0 only when nothing is wrong."""

import argparse
import json
import sys
from pathlib import Path

from datasets.core.commands import Parser, read_file
from datasets.core.errors import ExportError, KeyRefused
from datasets.core.framed import FrameKey
from datasets.core.keys import load_public, parse_fingerprint, read_list
from datasets.core.verify import LedgerOptions, Report, pin, verify
from datasets.core.verify.legacy import verify_legacy
from datasets.core.verify.report import plain

_EPILOG = "exit codes: 0 ok, 1 tampered, 2 untrusted key, 3 incomplete, 4 malformed, 64 wrong use"


def parser() -> Parser:
    """Return the command line."""
    found = Parser(prog="python -m datasets.core.verify", description="Check an export.", epilog=_EPILOG)
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
        command.refuse(f"{error.filename or 'the file'}: {error.strerror or error}")
    except ExportError as error:
        command.refuse(str(error))
    for stream in (sys.stdout, sys.stderr):  # a console of another encoding must not end in an exception
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if options.json:
        print(json.dumps(report.to_json(), ensure_ascii=True, sort_keys=True))
    else:
        _print(report)
    return report.exit_code


def _run(options: argparse.Namespace, command: Parser) -> Report:
    secret = None
    if options.frame_key_file is not None:
        secret = read_file(options.frame_key_file).removesuffix(b"\n")
    if options.legacy is not None:
        return verify_legacy(options.legacy, secret)
    if not options.key:
        command.error("--key is needed: trust comes from a key you got by another way")
    pins = pin(map(_key, options.key), options.threshold)
    ledger = LedgerOptions(
        newer=read_list(read_file(options.keys)) if options.keys else None,
        lines=read_file(options.ledger).splitlines() if options.ledger else None,
        min_seq=options.min_seq,
    )
    frame_key = FrameKey(secret=secret, signer_id="") if secret is not None else None
    return verify(options.export, pins, ledger=ledger, frame_key=frame_key, pair=options.pair)


def _key(value: str) -> str:
    """Return the text of a key: a fingerprint as it stands, else the content of a file, else the key itself."""
    if parse_fingerprint(value):
        return value
    try:
        return read_file(Path(value)).decode("ascii", "replace")
    except (OSError, ValueError) as error:
        try:
            load_public(value)
        except KeyRefused:
            message = f"{value!r:.80} is no fingerprint (64 hex digits), no public key, and no file that can be read."
            raise KeyRefused(message) from error
        return value


def _print(report: Report) -> None:
    for sentence in report.checks:
        print(f"ok    {plain(sentence)}")
    for sentence in report.notes:
        print(f"note  {plain(sentence)}")
    for finding in report.findings:
        print(finding)
    if report.unlisted:
        print(f"and {report.unlisted:,} more of the same kinds")
    if report.proof is not None:
        print(json.dumps(report.proof, indent=1))
    if report.about:
        print(f"\n{plain(report.about)}")
    print(report.advice)
    print("VERIFIED" if report.ok else f"NOT VERIFIED (exit code {report.exit_code})")


if __name__ == "__main__":
    sys.exit(main())
