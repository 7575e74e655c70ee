"""What verification found: named findings, the checks that were made, and the exit code."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Fault = Literal["tampered", "untrusted", "incomplete", "malformed"]
EXIT_CODES: dict[Fault, int] = {"tampered": 1, "untrusted": 2, "incomplete": 3, "malformed": 4}
# The graver comes first when there are several: without a readable or trusted statement nothing else means anything.
_GRAVITY: tuple[Fault, ...] = ("malformed", "untrusted", "tampered", "incomplete")
MOST_FINDINGS = 50
# What it comes to for whoever wanted to use the data; None: nothing is wrong.
_ADVICE: dict[Fault | None, str] = {
    None: "Everything is as it was signed.",
    "tampered": "Something is not as it was signed: do not use it, and get it again from its publisher.",
    "untrusted": "It may not be trusted, for the reason above: ask its publisher by another way than the file came.",
    "incomplete": "Something is missing: get the whole of it again.",
    "malformed": "This cannot be read as an export: is it the right file, and as it was when it was downloaded?",
}


def plain(text: str) -> str:
    """Return text of strangers in which nothing steers a terminal."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. code: dotted and stable; file: path in the export; row: 1-based line; id: the pair."""

    code: str
    fault: Fault
    message: str
    file: str | None = None
    row: int | None = None
    id: str | None = None

    def __str__(self) -> str:
        place = self.file or ""
        if self.row is not None:
            place += f" row {self.row}"
        if self.id is not None:
            place += f" ({self.id})"
        return plain(f"{self.fault.upper()} {self.code}: {place + ': ' if place else ''}{self.message}")


@dataclass(slots=True, kw_only=True)
class Report:
    """The result. checks: sentences about what was checked and found right; notes: what could not be checked."""

    findings: list[Finding] = field(default_factory=list)
    unlisted: int = 0
    checks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    proof: dict[str, Any] | None = None
    _faults: set[Fault] = field(default_factory=set)
    _per_code: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        code: str,
        fault: Fault,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        id: str | None = None,
    ) -> None:
        """Record a finding; after MOST_FINDINGS of one code only their number grows."""
        self._faults.add(fault)
        self._per_code[code] += 1
        if self._per_code[code] > MOST_FINDINGS:
            self.unlisted += 1
        else:
            self.findings.append(Finding(code=code, fault=fault, message=message, file=file, row=row, id=id))

    @property
    def ok(self) -> bool:
        """True only when nothing at all is wrong."""
        return not self._faults

    @property
    def exit_code(self) -> int:
        """0 ok, 1 tampered, 2 untrusted key, 3 incomplete, 4 malformed."""
        return EXIT_CODES[self._gravest] if self._gravest else 0

    @property
    def advice(self) -> str:
        """One sentence for people: what it comes to, and what to do."""
        return _ADVICE[self._gravest]

    @property
    def about(self) -> str:
        """What a trusted statement says it is, in one line; empty when there is none."""
        if "root" not in self.summary:
            return ""
        said = self.summary
        count = said["rows"]
        parts = [
            f"{count:,} row{'' if count == 1 else 's'}"
            + (f", {said['withheld']:,} of them withheld" if said["withheld"] else "")
        ]
        parts.append(f"licence {said.get('licence')}")
        if "ledger" in said:
            parts.append(f"ledger entry {said['ledger']['seq']:,} of {said['ledger']['time']}")
        return f"{said.get('name')} {said.get('version')}: {', '.join(parts)}"

    @property
    def _gravest(self) -> Fault | None:
        return next((fault for fault in _GRAVITY if fault in self._faults), None)

    def to_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "ok": self.ok,
            "exitCode": self.exit_code,
            "advice": self.advice,
            "about": self.about,
            "findings": [asdict(finding) for finding in self.findings],
            "unlistedFindings": self.unlisted,
            "checks": self.checks,
            "notes": self.notes,
            "summary": self.summary,
            "proof": self.proof,
        }
