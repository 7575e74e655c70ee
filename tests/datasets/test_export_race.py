"""People decide while exports are cut: what leaves is approved, and stays so."""

import json
import random
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from datasets import actions
from datasets.actions import ExportChoice
from datasets.actions.keys import current_list
from datasets.core.verify import LedgerOptions, pin, verify
from datasets.models import Decision, Export, ExportRow, Pair, default_dataset
from studio.accounts.models import Role
from studio.jobs import runner
from studio.jobs.models import Job
from studio.web.errors import Conflict, Invalid
from tests.datasets.approved import acting, run_as_worker
from tests.datasets.pairs import make_pair
from tests.factories import make_team, make_user

PAIRS, ROUNDS, EXPORTS = 16, 60, 6


def in_threads(*works: Callable[[], None]) -> None:
    """Run all at once; an error in any fails the test."""
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed on below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.django_db(transaction=True)
def test_no_unapproved_or_later_rejected_pair_is_in_an_export(settings) -> None:
    team = make_team()
    owner = acting(make_user("Olga", team=team, role=Role.OWNER), team)
    rita = acting(make_user("Rita", team=team, role=Role.REVIEWER), team)
    ids = [make_pair(team, instruction=f"Question {number}?").pk for number in range(PAIRS)]
    dataset = default_dataset(team)
    actions.ensure_key(team)

    def decide(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(ROUNDS):
            pair = Pair.objects.get(pk=rng.choice(ids))
            try:
                if pair.is_proposed:
                    verdict = rng.choice(["approve", "approve", "reject"])
                    actions.decide_pair(rita, pair, verdict=verdict, version=pair.version, reason="seen")
                else:
                    actions.undo_decision(rita, pair, version=pair.version)
            except Conflict:
                continue

    def export() -> None:
        for _ in range(EXPORTS):
            try:
                made = actions.start_export(owner, ExportChoice(dataset=dataset, layouts=(), parquet=False))
            except Invalid:
                continue
            if made.pk.int % 2:
                actions.fail_export(str(made.pk), "called off, so that decisions move again")

    in_threads(lambda: decide(1), lambda: decide(2), export)
    standing = ExportRow.objects.filter(export__in=Export.objects.standing()).select_related("pair")
    for row in standing:
        assert (row.pair.status, row.pair.version) == (Pair.Status.APPROVED, row.version)
        last = Decision.objects.filter(pair=row.pair).order_by("-position").first()
        assert (last.verdict, last.version) == (Decision.Verdict.APPROVE, row.version)
    run_as_worker(settings)
    for made in Export.objects.standing():
        assert made.is_ready, made.error
        assert verify(made.folder, pin([made.key_id])).ok
        counts = made.selection
        left_out = [counts[name] for name in ("belowThreshold", "duplicatesRemoved", "withdrawn")]
        assert (made.rows, min(left_out)) == (counts["approved"] - sum(left_out), 0)
        rows = [json.loads(line) for line in (made.folder / "data/train.jsonl").read_bytes().splitlines()]
        assert max(row["approvals"][0]["position"] for row in rows) <= made.review_log["length"]


@pytest.mark.django_db(transaction=True)
def test_exports_and_key_changes_at_once_make_one_ledger(settings) -> None:
    team = make_team()
    owner = acting(make_user("Olga", team=team, role=Role.OWNER), team)
    for number in range(3):
        pair = make_pair(team, instruction=f"Question {number}?")
        actions.decide_pair(owner, pair, verdict="approve", version=1)
    choice = ExportChoice(dataset=default_dataset(team), layouts=(), parquet=False)
    exports = [actions.start_export(owner, choice) for _ in range(3)]
    settings.STUDIO_ROLE = "worker"
    jobs = [str(pk) for pk in Job.objects.due().values_list("pk", flat=True)]
    in_threads(*(lambda job=job: runner.run(job) for job in jobs), lambda: actions.rotate_key(owner, "2027"))
    run_as_worker(settings)
    seqs = list(team.ledger_entries.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    lines = [entry.envelope.rstrip("\n").encode() for entry in team.ledger_entries.order_by("seq")]
    for export in exports:
        export.refresh_from_db()
        assert export.is_ready, export.error
        options = LedgerOptions(lines=lines, newer=current_list(team))
        assert verify(export.folder, pin([export.key_id]), ledger=options).ok
