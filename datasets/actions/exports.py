"""Starting an export; taking rows back; giving up."""

import shutil
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.fields import BooleanField, UUIDField
from django.utils import timezone

from datasets.actions import keys
from datasets.actions.choice import (
    LEFT_OUT,
    MAX_VERSION,
    ExportChoice,
    check,
    has_outside_key,
    next_version,
    withdrawn_texts,
)
from datasets.core import ed25519, names
from datasets.core.errors import ExportError
from datasets.core.export import read_request, read_signatures
from datasets.exported import export_check
from datasets.models import Decision, Export, ExportRow, LedgerEntry, Pair, SigningKey
from studio.accounts.access import Actor, require
from studio.accounts.actions import announce, record
from studio.accounts.models import Team
from studio.events.actions import append
from studio.jobs.actions import cancel, enqueue
from studio.web.errors import Conflict, Invalid

BUILD_JOB = "datasets.build_export"
SIGN_JOB = "datasets.sign_export"
LONG_ROWS = 20_000
"""With more, an export is work for minutes."""


@export_check
def is_in_export(pair: Pair) -> bool:
    """Whether the pair stands in an export that is ready, waiting or being built."""
    return ExportRow.objects.filter(pair=pair, withheld=False, export__in=Export.objects.standing()).exists()


def withdrawn_since(export: Export) -> list[UUID]:
    """Pairs that an export, unless it is replaced, still holds though their text was withdrawn from another one."""
    if not export.is_ready or export.successors.standing().exists():
        return []
    rows = export.export_rows.filter(withheld=False, pair__folded_sha256__in=withdrawn_texts(export.team_id))
    return list(rows.order_by("pair_id").values_list("pair_id", flat=True))


def start_export(actor: Actor, choice: ExportChoice) -> Export:
    """Take the approved pairs as they are at this moment, and have them written and signed in the background.

    Taking them and checking that they are approved is one transaction; from then on their decisions stand.
    Raises Invalid (422) when nothing would leave or the choice cannot be used; Forbidden (403).
    """
    require(actor, "export")
    check(actor, choice)
    keys.ensure_key(actor.team, actor.user)
    with transaction.atomic():
        export = _create(actor, choice, rows=1)
        taken = _take(export, choice.pairs().select_for_update())
        if not taken:
            raise Invalid("There is no approved pair that fits: nothing would leave.")
        # Asked after the cut, while others go on deciding: what was taken and what was left out must still add up, and
        # the log must be long enough to hold every approval that was taken.
        selection = choice.selection()
        selection["approved"] = taken + sum(selection[name] for name in LEFT_OUT)
        export.rows, export.selection, export.review_log = taken, selection, _review_log(actor.team)
        export.save(update_fields=["rows", "selection", "review_log"])
        _announce_start(export, actor)
    return export


def _review_log(team: Team) -> dict[str, object]:
    last = Decision.objects.filter(team=team).order_by("-position").values("position", "digest").first()
    return {"head": last["digest"], "length": last["position"]} if last else {}


def withdraw_rows(actor: Actor, export: Export, pairs: Sequence[UUID]) -> Export:
    """Make the export again without the text of some rows; the root over all rows stays the same.

    What was withdrawn from any other export of the team since is withheld as well.
    Raises Invalid when none of the pairs is in it, Conflict when it is not ready; Forbidden.
    """
    require(actor, "export")
    if not export.is_ready:
        raise Conflict("Only a finished export can have rows withdrawn.")
    with transaction.atomic():
        # Two at once must see each other, or the later one brings back what the earlier one took out.
        Export.objects.select_for_update().get(pk=export.pk)
        present = export.export_rows.filter(withheld=False)
        if not present.filter(pair__in=pairs).exists():
            raise Invalid("None of these pairs is in the export.")
        withdrawn = Q(pair__in=pairs) | Q(pair__folded_sha256__in=withdrawn_texts(export.team_id))
        gone = set(present.filter(withdrawn).values_list("pair_id", flat=True))
        names = ("team", "dataset", "description", "min_quality", "layouts", "parquet", "frames", "frame_secret")
        fields: dict[str, Any] = {name: getattr(export, name) for name in names}
        outside = export.signing == Export.Signing.OUTSIDE and has_outside_key(actor)
        again = Export.objects.create(
            **fields,
            signing=Export.Signing.OUTSIDE if outside else Export.Signing.STUDIO,
            version=f"{export.version}-w{export.successors.count() + 1}"[:MAX_VERSION],
            rows=export.rows,
            withheld=export.withheld + len(gone),
            selection=export.selection,
            review_log=export.review_log,
            supersedes=export,
            created_by=actor.user,
        )
        rows = export.export_rows.order_by("pair_id").values_list("pair_id", "version", "withheld")
        ExportRow.objects.bulk_create(
            [
                ExportRow(export=again, pair_id=pair, version=version, withheld=withheld or pair in gone)
                for pair, version, withheld in rows.iterator()
            ],
            batch_size=2_000,
        )
        _announce_start(again, actor)
    return again


def retry_export(actor: Actor, export: Export) -> Export:
    """Begin a failed export anew with the pairs that are approved now, or a failed withdrawal with the same rows.

    Raises Conflict, Invalid, Forbidden.
    """
    if not export.is_failed:
        raise Conflict("Only a failed export can be made again.")
    if export.supersedes is not None:
        withheld = export.export_rows.filter(withheld=True).values_list("pair_id", flat=True)
        return withdraw_rows(actor, export.supersedes, list(withheld))
    choice = ExportChoice(
        dataset=export.dataset,
        min_quality=export.min_quality,
        version=export.version,
        description=export.description,
        layouts=export.layouts,
        parquet=export.parquet,
        frames=export.frames,
        frame_secret=export.frame_secret,
        outside=export.signing == Export.Signing.OUTSIDE,
    )
    return start_export(actor, choice)


def attach_signatures(actor: Actor, export: Export, data: bytes) -> None:
    """Take the signatures file that an outside key made for a waiting export, and have the export completed.

    Raises Invalid (422) when they are not by an active key of the team over exactly this export; Conflict; Forbidden.
    """
    require(actor, "export")
    if not export.is_waiting:
        raise Conflict("This export does not wait for a signature.")
    try:
        signatures = read_signatures(data)
        request = read_request((export.unsigned / names.REQUEST).read_bytes())
    except (ExportError, OSError) as error:
        raise Invalid("This is not the signatures file of an export.") from error
    mine = signatures["statement"][0]
    if not ed25519.is_signature(mine.public, mine.value, request.messages()["statement"]):
        raise Invalid("The signature does not belong to this export.")
    if not SigningKey.objects.filter(team=actor.team, key_id=mine.key_id, state=SigningKey.State.ACTIVE).exists():
        raise Invalid("The key that signed is not an active key of the team.")
    with transaction.atomic():
        waiting = Export.objects.filter(pk=export.pk, state=Export.State.WAITING, signatures="")
        if not waiting.update(signatures=data.decode()):
            raise Conflict("Signatures were attached already.")
        _enqueue(SIGN_JOB, export, actor.team)


def cancel_export(actor: Actor, export: Export) -> None:
    """Call an export off: nothing of it leaves, and its pairs can be decided about again.

    Raises Conflict when it has ended or is signed already, Forbidden.
    """
    require(actor, "export")
    with transaction.atomic():
        found = Export.objects.select_for_update().get(pk=export.pk)
        if found.is_ready or found.is_failed or LedgerEntry.objects.filter(export=found).exists():
            raise Conflict("The export has ended or is signed already.")
        cancel(BUILD_JOB, f"export:{export.pk}")
        fail_export(str(export.pk), "It was called off.")
    if found.is_waiting:  # no worker has its hands on it
        shutil.rmtree(found.home, ignore_errors=True)


def fail_export(export_id: str, reason: str) -> None:
    """Say that an export ended without a result; its pairs can be decided about again."""
    with transaction.atomic():
        open_states = [Export.State.BUILDING, Export.State.WAITING]
        changed = Export.objects.filter(pk=export_id, state__in=open_states).update(
            state=Export.State.FAILED, error=reason, finished=timezone.now()
        )
        if changed:
            export = Export.objects.select_related("team").get(pk=export_id)
            data = {"export_id": export_id, "reason": reason}
            append(f"export:{export_id}", "export.failed", data)
            append(f"datasets:{export.team_id}", "export.failed", data)
            announce(export.team, "datasets")


def _create(actor: Actor, choice: ExportChoice, *, rows: int) -> Export:
    return Export.objects.create(
        team=actor.team,
        dataset=choice.dataset,
        version=choice.version or next_version(choice.dataset),
        description=choice.description,
        min_quality=choice.min_quality,
        layouts=sorted(choice.layouts),
        parquet=choice.parquet,
        frames=choice.frames,
        frame_secret=choice.frame_secret if choice.frames else None,
        signing=Export.Signing.OUTSIDE if choice.outside else Export.Signing.STUDIO,
        rows=rows,
        created_by=actor.user,
    )


def _take(export: Export, pairs: QuerySet[Pair]) -> int:
    """Copy ids and versions of locked pairs into the export, inside the database; returns how many."""
    found = pairs.annotate(
        wanted=Value(export.pk, output_field=UUIDField()), stays=Value(False, output_field=BooleanField())
    ).values_list("wanted", "pk", "version", "stays")
    sql, parameters = found.query.sql_with_params()
    table = connection.ops.quote_name(ExportRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (export_id, pair_id, version, withheld) {sql}", parameters)
        return int(cursor.rowcount)


def _announce_start(export: Export, actor: Actor) -> None:
    data = {"export_id": str(export.pk), "rows": export.rows}
    append(f"export:{export.pk}", "export.started", data, actor=actor.user)
    append(f"datasets:{export.team_id}", "export.started", data, actor=actor.user)
    named = {"dataset": export.dataset.name, "version": export.version}
    record(actor.team, "export.ordered", {**data, **named}, by=actor.user, what="datasets")
    _enqueue(BUILD_JOB, export, actor.team)


def _enqueue(job: str, export: Export, team: Team) -> None:
    key, is_long = f"export:{export.pk}", export.rows > LONG_ROWS
    enqueue(job, key=key, team=team, is_long=is_long, export_id=str(export.pk))


def approvals_of(export: Export) -> QuerySet[Decision]:
    """The decisions by which the export's rows were approved."""
    return Decision.objects.filter(
        verdict=Decision.Verdict.APPROVE,
        pair__export_rows__export=export,
        version=F("pair__export_rows__version"),
    )
