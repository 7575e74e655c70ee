"""The ledger of a team orders exports and changes of keys, also when they cross."""

import pytest

from datasets import actions, exporting
from datasets.actions.keys import current_list
from datasets.core import keys
from datasets.core.export import read_request, sign_request
from datasets.core.verify import LedgerOptions, Report, pin, verify
from datasets.models import Export, LedgerEntry, SigningKey
from studio.jobs.registry import Retry
from tests.core.export.making import OTHER, public
from tests.datasets.approved import acting, finish, make_approved, run_as_worker, start


@pytest.fixture
def owner(alice, team):
    return acting(alice, team)


@pytest.fixture(autouse=True)
def approved(rita, team):
    return make_approved(acting(rita, team), 1)


def report_of(export: Export, *, newer: keys.KeyList | None = None) -> Report:
    entries = LedgerEntry.objects.filter(team=export.team).order_by("seq")
    lines = [entry.envelope.encode().rstrip(b"\n") for entry in entries]
    return verify(export.folder, pin([export.key_id]), ledger=LedgerOptions(lines=lines, newer=newer))


def test_after_a_change_of_keys_the_ledger_needs_the_key_list_it_records(owner, settings) -> None:
    export = finish(owner, settings)
    assert report_of(export).ok
    actions.rotate_key(owner, "Next")
    run_as_worker(settings)
    assert [finding.code for finding in report_of(export).findings] == ["ledger.keys"]
    report = report_of(export, newer=current_list(owner.team))
    assert (report.findings, report.notes) == ([], [])


def test_a_revocation_gets_its_place_though_an_export_came_in_between(owner, settings) -> None:
    outside = actions.add_outside_key(owner, "Offline", keys.pem(public(OTHER)))
    export = finish(owner, settings)
    actions.revoke_key(owner, outside, "lost")
    LedgerEntry.objects.filter(export=export).update(keys_version=current_list(owner.team).version)
    run_as_worker(settings)
    assert SigningKey.objects.get(pk=outside.pk).revoked_seq == LedgerEntry.objects.count()


def test_no_export_is_entered_before_the_key_list_it_carries(owner, settings) -> None:
    actions.add_outside_key(owner, "Offline", keys.pem(public(OTHER)))
    export = start(owner, outside=True)
    run_as_worker(settings)
    export.refresh_from_db()
    request = read_request((export.unsigned / "signing_request.json").read_bytes())
    actions.attach_signatures(owner, export, sign_request(request, keys.signer(OTHER)))
    export.refresh_from_db()
    settings.STUDIO_ROLE = "worker"
    recorded = LedgerEntry.objects.filter(kind="keys")
    version = recorded.get().keys_version
    recorded.update(keys_version=0)
    with pytest.raises(Retry, match="no place in the ledger"):
        exporting.sign_outside(export)
    LedgerEntry.objects.filter(kind="keys").update(keys_version=version)
    exporting.sign_outside(export)
    export.refresh_from_db()
    assert export.is_ready
