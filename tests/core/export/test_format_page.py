"""The pages by which strangers write a verifier of their own name everything that stands in an export."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasets.core import dsse, names, records
from datasets.core.statement import PREDICATE
from datasets.core.verify import EXIT_CODES
from tests.core.export.making import check

HELP = Path(__file__).parents[3] / "templates/help"
FORMAT = (HELP / "export_format.md").read_text()


def members(value: Any) -> Iterator[str]:
    """The names of the members of a JSON value, two levels deep."""
    for name, inner in value.items():
        yield name
        if isinstance(inner, dict) and name == "rows":
            yield from inner


def missing(found: Iterator[str] | set[str]) -> list[str]:
    return [name for name in found if f"`{name}`" not in FORMAT]


def payload(folder: Path, name: str) -> Any:
    return json.loads(dsse.read((folder / name).read_bytes()).payload)


def test_every_member_of_the_statement_is_described(finished: Path) -> None:
    assert missing(members(payload(finished, names.ATTESTATION)["predicate"])) == []
    assert PREDICATE in FORMAT


def test_every_member_of_a_ledger_entry_is_described(finished: Path) -> None:
    assert missing(members(payload(finished, names.LEDGER))) == []


def test_every_field_of_a_row_a_key_and_a_proof_is_described(finished: Path) -> None:
    listed = json.loads((finished / names.KEYS).read_bytes())["keys"]
    proof = check(finished, pair="pair-00001").proof
    assert proof is not None
    assert missing(set(records.PairRecord.__dataclass_fields__) | set(records.Approval.__dataclass_fields__)) == []
    assert missing(set(listed[0]) | set(proof)) == []


def test_every_kind_of_file_and_envelope_is_described(finished: Path) -> None:
    written = {path.relative_to(finished).as_posix() for path in finished.rglob("*") if path.is_file()}
    assert written
    assert missing({f"{name.partition('/')[0]}/" if name.startswith("derived/") else name for name in written}) == []
    kinds = (dsse.STATEMENT_TYPE, dsse.LEDGER_TYPE, dsse.APPROVAL_TYPE)
    assert [kind for kind in kinds if kind not in FORMAT] == []


def test_every_member_of_the_json_report_is_described(finished: Path) -> None:
    page = (HELP / "verify.md").read_text()
    report = check(finished, pair="pair-00001").to_json()
    finding = {"code", "fault", "message", "file", "row", "id"}
    named = set(report) | set(report["summary"]) | set(report["proof"]) | finding | set(EXIT_CODES)
    assert sorted(name for name in named if f"`{name}`" not in page) == []
