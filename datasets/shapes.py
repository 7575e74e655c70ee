"""The JSON that pairs carry, checked where it comes in: evidence, claims, critique, provenance."""

from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
Short = Annotated[str, StringConstraints(max_length=300)]
Verdict = Literal["SUPPORTED", "CONTRADICTED", "NOT_FOUND", "NOT_CHECKABLE"]


class Passage(BaseModel):
    """A passage that the draft and its revision were checked against.

    n: its number in citations. start, end: character offsets in the document's text, where it comes from one.
    """

    n: int = Field(ge=0)
    document_id: Short = ""
    title: Short = ""
    sha256: Hex = ""
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)
    text: str


class Quote(BaseModel):
    """Words that a claim rests on. n: the passage; start, end: where they stand, or None where they were not found."""

    n: int = Field(default=0, ge=0)
    text: str
    start: int | None = None
    end: int | None = None


class Claim(BaseModel):
    """One statement of the completion and what the evidence says about it. note: why, for people."""

    text: str
    verdict: Verdict
    quotes: list[Quote] = []
    note: str = ""


class Aspect(BaseModel):
    """One side of the completion, scored 1 (bad) to 5 (nothing to wish for), and why."""

    name: Short
    score: float = Field(ge=0, le=5, allow_inf_nan=False)
    why: str = ""


class Issue(BaseModel):
    """Something to mend: which aspect, how bad, and what to do about it."""

    aspect: Short = ""
    severity: Short = ""
    fix: str


class Critique(BaseModel):
    """What the teacher said about the completion."""

    aspects: list[Aspect] = []
    issues: list[Issue] = []
    summary: str = ""


class Teacher(BaseModel):
    """A model that took part."""

    model_config = ConfigDict(extra="forbid")
    model: Short
    provider: Short = ""


class Provenance(BaseModel):
    """Where a pair comes from; closed, because it leaves with the signed export.

    prompts_sha256, settings_sha256: digests of the prompts and of the settings that the teachers worked with.
    """

    model_config = ConfigDict(extra="forbid")
    origin: Literal["session", "chat", "file", "api"]
    session_id: Short = ""
    teachers: list[Teacher] = []
    prompts_sha256: Hex = ""
    settings_sha256: Hex = ""


class PairShapes(BaseModel):
    """All of them, as one thing to validate."""

    evidence: list[Passage]
    claims: list[Claim]
    critique: Critique
    provenance: Provenance
    flags: list[Short]


class ProvenanceRecord(TypedDict, total=False):
    """Provenance as callers write it."""

    origin: Literal["session", "chat", "file", "api"]
    session_id: str
    teachers: list[dict[str, str]]
    prompts_sha256: str
    settings_sha256: str
