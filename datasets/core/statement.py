"""The in-toto Statement of an export: what is signed, built from settings and from what was counted while writing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datasets.core import canonical
from datasets.core.errors import Malformed
from datasets.core.records import PairRecord
from datasets.core.settings import SELECTION, ExportSettings, digest, to_json
from datasets.core.spelling import is_hash

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:arcticcodex:dataset-export:v1"
TREE = "RFC 6962, SHA-256"
LEAF_RULE = "one line of data/train.jsonl without its LF; a withheld row counts with the leaf hash it names"
_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_MODEL_AND_PERSON = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
# Distinct names counted for each list; beyond it a statement would grow with the rows.
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """One file of the export. name: path inside it; sha256: hex; size: bytes."""

    name: str
    sha256: str
    size: int


class Tally:
    """Counts what the statement says about the rows while they stream by."""

    def __init__(self) -> None:
        self.rows = 0
        self.withheld = 0
        self.edited = 0
        self.preferences = 0
        self.splits: Counter[str] = Counter()
        self.approvers: Counter[str] = Counter()
        self.teachers: Counter[str] = Counter()
        self.judges: Counter[str] = Counter()
        self.first = ""
        self.last = ""

    def add(self, record: PairRecord) -> None:
        """Count one row."""
        self.rows += 1
        self.splits[record.split] += 1
        if record.edited is not None:
            self.edited += 1
        if record.rejected is not None:
            self.preferences += 1
        for approval in record.approvals:
            self.approvers[approval.by] += 1
            if not self.first or approval.at < self.first:
                self.first = approval.at
            if approval.at > self.last:
                self.last = approval.at
        for name in record.teachers:
            _count(self.teachers, name)
        for vote in record.votes:
            _count(self.judges, vote.by)


def _count(counter: Counter[str], name: str) -> None:
    if name in counter or len(counter) < _MOST_NAMES:
        counter[name] += 1


def predicate(
    settings: ExportSettings, tally: Tally, root: bytes, *, frames: Mapping[str, str] | None, tools: Mapping[str, str]
) -> dict[str, Any]:
    """Return the predicate. frames: signer id and key fingerprint if frames are signed; tools: writer versions."""
    listed = to_json(settings)
    people = {item["id"]: item for item in listed["approvers"]}
    approvers = [
        {**people.get(by, {"id": by, "role": "not stated"}), "rows": rows}
        for by, rows in sorted(tally.approvers.items())
    ]
    models = [
        {"kind": kind, "name": name, "rows": rows}
        for kind, counter in (("judge", tally.judges), ("teacher", tally.teachers))
        for name, rows in sorted(counter.items())
    ]
    return {
        "dataset": {
            "name": settings.name,
            "version": settings.version,
            "description": settings.description,
            "licence": settings.licence,
            "intendedUse": settings.intended_use,
            "digitalSourceType": _MODEL_AND_PERSON if tally.edited else _MODEL,
            "formats": {"rows": "arcticcodex-pair-v1", "layouts": listed["layouts"], "frames": settings.frames},
        },
        "rows": {
            "count": tally.rows + tally.withheld,
            "withheld": tally.withheld,
            "edited": tally.edited,
            "preferences": tally.preferences,
            "splits": dict(tally.splits),
            "tree": TREE,
            "leaf": LEAF_RULE,
            "root": root.hex(),
            "firstApproval": tally.first or None,
            "lastApproval": tally.last or None,
        },
        "policy": settings.policy.to_json(),
        "selection": {name: settings.selection.get(name, 0) for name in SELECTION},
        "approvers": approvers,
        "reviewLog": settings.review_log,
        "materials": listed["materials"] + models,
        "producer": {**settings.producer, "settingsDigest": digest(settings), **tools},
        "frames": dict(frames) if frames else None,
        "keys": {"version": settings.keys.version},
        "checks": dict(settings.checks),
        "supersedes": settings.supersedes,
    }


def build(subjects: Iterable[FileInfo], body: Mapping[str, Any]) -> bytes:
    """Return the Statement's canonical JSON, subjects sorted by name."""
    ordered = sorted(subjects, key=lambda info: info.name)
    return canonical.dump(
        {
            "_type": STATEMENT,
            "subject": [{"name": info.name, "digest": {"sha256": info.sha256}} for info in ordered],
            "predicateType": PREDICATE,
            "predicate": body,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A parsed Statement. subjects: file name → sha256 hex; body: the predicate."""

    subjects: dict[str, str]
    body: dict[str, Any]

    @property
    def count(self) -> int:
        """Rows in the tree, withheld ones included."""
        return int(self.body["rows"]["count"])

    @property
    def withheld(self) -> int:
        """Rows of which only the leaf hash is left."""
        return int(self.body["rows"]["withheld"])

    @property
    def root(self) -> bytes:
        """The signed root over all rows."""
        return bytes.fromhex(self.body["rows"]["root"])


def read(payload: bytes) -> Statement:
    """Parse a Statement; Malformed when it is of another type or lacks what verification needs."""
    document = canonical.load_object(payload)
    if document.get("_type") != STATEMENT:
        raise Malformed("The payload is not an in-toto Statement v1.")
    if document.get("predicateType") != PREDICATE:
        raise Malformed("The statement is of another predicate type.")
    subjects: dict[str, str] = {}
    listed = document.get("subject")
    if not isinstance(listed, list) or len(listed) > 1000:
        raise Malformed("The statement lists no files.")
    for item in listed:
        name = item.get("name") if isinstance(item, dict) else None
        digests = item.get("digest") if isinstance(item, dict) else None
        hexadecimal = digests.get("sha256") if isinstance(digests, dict) else None
        if (
            not isinstance(name, str)
            or not isinstance(hexadecimal, str)
            or not is_hash(hexadecimal)
            or name in subjects
        ):
            raise Malformed("A file in the statement has no name or no SHA-256 digest, or stands twice.")
        subjects[name] = hexadecimal
    body = document.get("predicate")
    rows = body.get("rows") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(rows, dict):
        raise Malformed("The statement says nothing about rows.")
    if any(type(rows.get(name)) is not int or rows[name] < 0 for name in ("count", "withheld")):
        raise Malformed("The statement's row counts are not whole numbers.")
    if not isinstance(rows.get("root"), str) or not is_hash(rows["root"]):
        raise Malformed("The statement's root is not a SHA-256 hash.")
    return Statement(subjects=subjects, body=body)
