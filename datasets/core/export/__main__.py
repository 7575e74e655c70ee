"""`python -m datasets.core.export prepare|sign|attach`: make an export whose key lives on another machine."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasets.core import canonical, keys, ledger, names, settings, statement
from datasets.core.commands import USAGE_ERROR, Parser, read_file
from datasets.core.errors import ExportError, Malformed
from datasets.core.export import attach, read_request, read_signatures, sign_request, write
from datasets.core.ledger import LedgerHead
from datasets.core.records import Row, from_line


def parser() -> Parser:
    """Return the command line."""
    found = Parser(prog="python -m datasets.core.export", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="write an unsigned export from rows and settings")
    prepare.add_argument("rows", type=Path, help="rows as JSON lines, ascending by id, as in data/train.jsonl")
    prepare.add_argument("settings", type=Path, help="settings as JSON, with the key list and the ledger's head")
    prepare.add_argument("folder", type=Path, help="the folder to make")
    sign = commands.add_parser("sign", help="sign a request; this is the only step that needs the private key")
    sign.add_argument("request", type=Path, help=f"{names.REQUEST} of an unsigned export")
    sign.add_argument("signatures", type=Path, help="the file to write")
    sign.add_argument("--key", type=Path, required=True, help="private key, PKCS#8 PEM; its password is asked for")
    join = commands.add_parser("attach", help="make the signed export")
    join.add_argument("unsigned", type=Path)
    join.add_argument("folder", type=Path, help="the folder to make")
    join.add_argument("signatures", type=Path, nargs="+")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, or 64 with a sentence on standard error."""
    options = parser().parse_args(arguments)
    try:
        {"prepare": _prepare, "sign": _sign, "attach": _attach}[options.command](options)
    except (ExportError, OSError) as error:
        cause = getattr(error, "cause", "")
        print(f"{error}{f' ({cause})' if cause else ''}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def _prepare(options: argparse.Namespace) -> None:
    document = canonical.load_object(read_file(options.settings))
    head = _head(document.pop("ledger", None))
    chosen = settings.from_json(document)
    result = write(options.folder, _rows(options.rows), settings=chosen, sign=None, ledger=head)
    print(f"{result.rows} rows wait for a signature in {options.folder / names.REQUEST}")


def _head(value: Any) -> LedgerHead:
    """Read the ledger's head: origin, time, and for a ledger that has begun size, last and peaks (hex)."""
    try:
        fields = dict(value)
        fields["peaks"] = tuple(bytes.fromhex(peak) for peak in fields.get("peaks", ()))
        return LedgerHead(**fields)
    except (TypeError, ValueError) as error:
        raise Malformed("The settings hold no ledger head.", cause=str(error)) from error


def _rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as stream:
        for number, line in enumerate(canonical.lines(stream), 1):
            try:
                yield from_line(line)
            except Malformed as error:
                raise Malformed(f"Line {number}: {error}", cause=error.cause) from error


def _sign(options: argparse.Namespace) -> None:
    request = read_request(read_file(options.request))
    found, entry = statement.read(request.statement), ledger.read_entry(request.entry)
    data = read_file(options.key)
    password = getpass.getpass("Password of the key: ").encode() if b"ENCRYPTED" in data else None
    sign = keys.signer(keys.load_private(data, password))
    options.signatures.write_bytes(sign_request(request, sign))
    print(f"Signed {found.count} rows with root {found.root.hex()} for {entry.origin}.")


def _attach(options: argparse.Namespace) -> None:
    signatures = [read_signatures(read_file(path)) for path in options.signatures]
    sealed = attach(options.unsigned, signatures, options.folder)
    print(f"{options.folder} is signed by key {sealed.key_id}")


if __name__ == "__main__":
    sys.exit(main())
