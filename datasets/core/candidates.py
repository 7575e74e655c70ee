"""What reading a foreign file gives, line by line: candidates for pairs, and problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets.core.errors import ExportError
from datasets.core.records import content_digest

MAX_TEXT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A pair read from a file, not yet anybody's decision.

    line: 1-based; kind: the layout it was recognised by; verified: True when a signature on the row was checked and
    right; salvaged: the text was recovered from a damaged frame on request; evidence: passages that the completion
    cites, {n, document_id, title, sha256, start, end, text}.
    """

    line: int
    kind: str
    instruction: str
    completion: str
    system: str | None = None
    rejected: str | None = None
    score: str | None = None
    external_id: str = ""
    teachers: tuple[str, ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = ()
    verified: bool = False
    salvaged: bool = False

    @property
    def digest(self) -> str:
        """The content digest: the same pair in another file or layout has the same one."""
        return content_digest(self.instruction, self.completion, self.system)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that gives no candidate. code: stable; message: a sentence for people."""

    line: int
    code: str
    message: str


class Unfit(ExportError):
    """The line holds no pair."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def checked_text(value: Any, name: str) -> str:
    """The text, when it is one and neither empty nor too long; raises Unfit."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit("import.text", f"The {name} is empty or not text.")
    if len(value) > MAX_TEXT:
        raise Unfit("import.long", f"The {name} is longer than {MAX_TEXT:,} characters.")
    return value


def extra_text(row: Mapping[str, Any], name: str) -> str | None:
    """The text of a column that may be missing or empty; raises Unfit for what is no text or too long."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unfit("import.text", f"The {name} is not text.")
    if len(value) > MAX_TEXT:
        raise Unfit("import.long", f"The {name} is longer than {MAX_TEXT:,} characters.")
    return value
