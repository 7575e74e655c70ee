"""From approved pairs to the rows and settings of an export; the same database content gives the same values."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import sha256
from itertools import islice

from datasets.actions import keys as key_actions
from datasets.actions.exports import approvals_of
from datasets.actions.ledger import utc
from datasets.chain import fault_of_pair
from datasets.core import names, statement
from datasets.core.layouts import preferred_over
from datasets.core.policy import Policy
from datasets.core.records import Approval, PairRecord, Row, WithheldRow, content_digest
from datasets.core.settings import Approver, ExportSettings, Material
from datasets.models import Decision, Export, ExportRow, Pair
from studio import __version__
from studio.accounts.models import Membership
from studio.jobs.registry import JobFailed

CHUNK = 500
MAX_MATERIALS = 10_000
RULES = "A person of the team with the right to review read the pair and approved exactly this text."


def settings_of(export: Export, materials: list[Material]) -> ExportSettings:
    """Everything that decides the export's bytes but its rows. materials: filled while `rows_of` is read."""
    before = export.supersedes
    return ExportSettings(
        name=export.dataset.name,
        version=export.version,
        keys=key_actions.current_list(export.team),
        description=export.description or export.dataset.description,
        licence=export.dataset.licence,
        policy=Policy(min_score=_decimal(export.min_quality), rules=RULES),
        layouts=tuple(export.layouts),
        parquet=export.parquet,
        frames=export.frames,
        selection=export.selection,
        approvers=_approvers(export),
        materials=materials,
        review_log=export.review_log or None,
        producer={"name": "ArcticCodex Studio", "version": __version__},
        supersedes=before.statement_sha256 if before else None,
    )


def keys_version(payload: bytes) -> int:
    """The version of the key list that a statement was made under."""
    return int(statement.read(payload).body["keys"]["version"])


def rows_of(export: Export, materials: list[Material]) -> Iterator[Row]:
    """Yield the export's rows by id, a few hundred at a time, and collect the documents they rest on.

    Raises JobFailed when a pair is not the one that was taken: then nothing leaves.
    """
    leaves = _withheld_leaves(export)
    documents: dict[str, Material] = {}
    for chunk in _chunks(export):
        pairs = Pair.objects.in_bulk([row.pair_id for row in chunk])
        decisions = _approvals(row for row in chunk if not row.withheld)
        for row in chunk:
            pair = pairs[row.pair_id]
            if row.withheld:
                yield WithheldRow(id=str(pair.pk), leaf=leaves[str(pair.pk)])
                continue
            decision = decisions.get((pair.pk, row.version))
            if pair.status != Pair.Status.APPROVED or pair.version != row.version or decision is None:
                raise JobFailed("A pair was decided about again while the export was written; start it again.")
            if fault := fault_of_pair(pair, decision):
                raise JobFailed(f"Pair {pair.pk} is not as it was approved, so nothing leaves: {fault}.")
            for material in _documents(pair):
                if len(documents) < MAX_MATERIALS and material.digest["sha256"] not in documents:
                    documents[material.digest["sha256"]] = material
                    materials.append(material)
            yield record_of(pair, decision)


def record_of(pair: Pair, decision: Decision) -> PairRecord:
    """Return a pair as it leaves, with the approval of exactly this text.

    The reviewer saw draft and revision side by side and approved the revision, so the draft may stand as the worse one.
    """
    system = pair.system or None
    shown = content_digest(pair.instruction, pair.completion, system)
    approval = Approval(
        by=reviewer_id(decision.reviewer_id), at=utc(decision.created), shown=shown, position=decision.position
    )
    return PairRecord(
        id=str(pair.pk),
        instruction=pair.instruction,
        completion=pair.completion,
        created_at=utc(pair.created),
        approvals=(approval,),
        system=system,
        rejected=preferred_over(pair.draft, pair.completion, by_person=True),
        score=_decimal(pair.score),
        source=(f"session:{pair.session_id}" if pair.session_id else str(pair.provenance.get("origin", "unknown")),),
        teachers=_teachers(pair),
        edited=sha256(decision.text_before.encode()).hexdigest() if decision.was_edited else None,
    )


def reviewer_id(user_id: int) -> str:
    """How rows name a reviewer: stable, and nothing personal."""
    return f"u{user_id}"


def _decimal(value: Decimal | None) -> str | None:
    """A number as the one text that all databases give: no zeros at the end, no exponent."""
    return None if value is None else f"{value.normalize():f}"


def _teachers(pair: Pair) -> tuple[str, ...]:
    models = [teacher.get("model", "") for teacher in pair.provenance.get("teachers", [])]
    return tuple(dict.fromkeys(model for model in models if model))


def _documents(pair: Pair) -> Iterator[Material]:
    for passage in pair.evidence:
        if digest := passage.get("sha256"):
            yield Material(name=passage.get("title") or "document", kind="document", digest={"sha256": digest})


def _chunks(export: Export) -> Iterator[list[ExportRow]]:
    rows = ExportRow.objects.filter(export=export).order_by("pair_id").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _approvals(rows: Iterable[ExportRow]) -> dict[tuple[object, int], Decision]:
    """The standing approval of each pair, by pair and version."""
    wanted = [row.pair_id for row in rows]
    found = Decision.objects.filter(pair__in=wanted, verdict=Decision.Verdict.APPROVE)
    return {(decision.pair_id, decision.version): decision for decision in found}


def _approvers(export: Export) -> tuple[Approver, ...]:
    """The people behind the approvals: name as they give it, role in the team, and whether they are a stand-in."""
    people = approvals_of(export).values_list("reviewer", "reviewer__name", "reviewer__is_demo").distinct()
    roles = dict(Membership.objects.filter(team=export.team).values_list("user", "role"))
    return tuple(
        Approver(
            id=reviewer_id(user),
            role="demo reviewer" if is_demo else roles.get(user, "former member"),
            name=name,
        )
        for user, name, is_demo in people.order_by("reviewer")
    )


def _withheld_leaves(export: Export) -> dict[str, str]:
    """Leaf hashes of the rows that this export withholds, from the index of the export it replaces."""
    if export.supersedes is None:
        return {}
    wanted = {str(pk) for pk in export.export_rows.filter(withheld=True).values_list("pair_id", flat=True)}
    with (export.supersedes.folder / names.INDEX).open(encoding="ascii") as index:
        leaves = (line.rstrip("\n").split(" ", 1) for line in index)
        return {name: leaf for leaf, name in leaves if name in wanted}
