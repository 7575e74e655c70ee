"""What somebody decides before an export is written; nothing here depends on the clock or the machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from datasets.core import canonical
from datasets.core.errors import ExportError, Malformed
from datasets.core.keys import KeyList, read_list, write_list
from datasets.core.layouts import LAYOUTS
from datasets.core.policy import Policy, read_policy

DEFAULT_LAYOUTS = ("sft_trl", "sft_messages", "dpo_trl")
# Counts of what was left out, in the order people read them.
SELECTION = ("approved", "rejected", "pending", "belowThreshold", "duplicatesRemoved", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """A person who approved rows. name: as the team wants it published, empty for none."""

    id: str
    role: str = "reviewer"
    name: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A document, model or judge the rows were made from. digest: algorithm → hex; uri: optional."""

    name: str
    kind: str
    uri: str = ""
    digest: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """Everything about an export but its rows.

    layouts: names of `layouts.LAYOUTS`; selection: counts of what the team had and left out (see SELECTION);
    review_log: digest of the head and length of the log the approvals come from; materials: read when the rows have
    ended, so they may be collected while the rows stream; producer: software name, version and commit; checks: tool →
    result as text; supersedes: digest of the statement that a withdrawal replaces.
    """

    name: str
    version: str
    keys: KeyList
    description: str = ""
    licence: str = "not stated"
    intended_use: str = "Supervised fine-tuning and preference training of language models."
    policy: Policy = field(default_factory=Policy)
    layouts: tuple[str, ...] = DEFAULT_LAYOUTS
    parquet: bool = True
    frames: bool = False
    selection: Mapping[str, int] = field(default_factory=dict)
    approvers: tuple[Approver, ...] = ()
    materials: Sequence[Material] = ()
    review_log: Mapping[str, Any] | None = None
    producer: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)
    supersedes: str | None = None

    def __post_init__(self) -> None:
        unknown = sorted(set(self.layouts) - set(LAYOUTS))
        if unknown:
            raise ExportError(f"There is no layout called {unknown[0]!r:.60}.")
        if len(set(self.layouts)) != len(self.layouts):
            raise ExportError("A layout is named twice.")
        if not self.name.strip() or not self.version.strip():
            raise ExportError("An export needs a name and a version.")


def to_json(settings: ExportSettings) -> dict[str, Any]:
    """Return the settings as a JSON object, as `python -m datasets.core.export prepare` reads them."""
    approvers = [
        {"id": a.id, "role": a.role, **({"name": a.name} if a.name else {}), **({"key": a.key} if a.key else {})}
        for a in sorted(settings.approvers, key=lambda a: a.id)
    ]
    materials = [
        {
            "name": m.name,
            "kind": m.kind,
            **({"uri": m.uri} if m.uri else {}),
            **({"digest": dict(m.digest)} if m.digest else {}),
            **({"annotations": dict(m.annotations)} if m.annotations else {}),
        }
        for m in sorted(settings.materials, key=lambda m: (m.kind, m.name, sorted(m.digest.items())))
    ]
    return {
        "name": settings.name,
        "version": settings.version,
        "keys": canonical.load(write_list(settings.keys)),
        "description": settings.description,
        "licence": settings.licence,
        "intendedUse": settings.intended_use,
        "policy": settings.policy.to_json(),
        "layouts": sorted(settings.layouts),
        "parquet": settings.parquet,
        "frames": settings.frames,
        "selection": dict(settings.selection),
        "approvers": approvers,
        "materials": materials,
        "reviewLog": settings.review_log,
        "producer": dict(settings.producer),
        "checks": dict(settings.checks),
        "supersedes": settings.supersedes,
    }


def from_json(document: Mapping[str, Any]) -> ExportSettings:
    """Return settings from JSON; missing members take their defaults. Raises Malformed or ExportError."""
    names = {"intendedUse": "intended_use", "reviewLog": "review_log"}
    fields = {names.get(name, name): value for name, value in document.items()}
    try:
        fields["keys"] = read_list(canonical.dump(fields["keys"]) + b"\n")
        if "policy" in fields:
            fields["policy"] = read_policy(fields["policy"])
        if "layouts" in fields:
            fields["layouts"] = tuple(fields["layouts"])
        fields["approvers"] = tuple(Approver(**item) for item in fields.get("approvers", ()))
        fields["materials"] = tuple(Material(**item) for item in fields.get("materials", ()))
        return ExportSettings(**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed("These are not the settings of an export.", cause=str(error)) from error


def digest(settings: ExportSettings) -> str:
    """Return the SHA-256 of the settings that decide the bytes."""
    return sha256(canonical.dump(to_json(settings))).hexdigest()
