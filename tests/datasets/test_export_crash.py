"""A worker that dies or fails while it exports: the state is true, the next try ends it, nothing is left behind."""

import shutil

import pytest

from datasets import actions, exporting
from datasets.core import dsse
from datasets.core.export import SigningRequest
from datasets.core.ledger import read_checkpoint
from datasets.core.verify import pin, verify
from datasets.models import Export, LedgerEntry
from tests.datasets.approved import acting, finish, make_approved, run_as_worker, start


@pytest.fixture
def rita_acts(rita, team):
    return acting(rita, team)


@pytest.fixture
def owner(alice, team):
    return acting(alice, team)


def report_of(export: Export):
    return verify(export.folder, pin([export.key_id]))


def test_an_export_killed_after_its_ledger_entry_is_completed_with_the_same_bytes(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    export = finish(owner, settings)
    signed = {info["name"]: info["sha256"] for info in export.files}
    shutil.rmtree(export.folder)
    Export.objects.filter(pk=export.pk).update(state="building", files=[])
    export.refresh_from_db()
    settings.STUDIO_ROLE = "worker"
    exporting.build(export, stopped=lambda: False, progress=lambda done: None)
    export.refresh_from_db()
    assert {info["name"]: info["sha256"] for info in export.files} == signed
    assert LedgerEntry.objects.filter(team=owner.team, kind="export").count() == 1
    assert report_of(export).ok


def test_an_export_killed_after_its_ledger_entry_is_completed_though_the_key_was_changed(
    owner, rita_acts, settings
) -> None:
    make_approved(rita_acts, 2)
    export = finish(owner, settings)
    signed = {info["name"]: info["sha256"] for info in export.files}
    files = {name: (export.folder / name).read_bytes() for name in ("attestation.dsse.json", "ledger.dsse.json")}
    statement, entry = (dsse.read(data).payload for data in files.values())
    note = read_checkpoint((export.folder / "checkpoint").read_bytes()).text
    request = SigningRequest(statement=statement, entry=entry, note=note)
    export.folder.rename(export.unsigned)
    (export.unsigned / "signing_request.json").write_bytes(request.to_bytes())
    Export.objects.filter(pk=export.pk).update(state="building")
    actions.rotate_key(owner, "Newer")
    export.refresh_from_db()
    settings.STUDIO_ROLE = "worker"
    exporting.build(export, stopped=lambda: False, progress=lambda done: None)
    export.refresh_from_db()
    assert export.is_ready
    assert {info["name"]: info["sha256"] for info in export.files} == signed
    assert report_of(export).ok


def test_a_failed_export_leaves_no_file(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 2)
    export = start(owner)
    (export.home / ".unsigned.dead.partial").mkdir(parents=True)
    type(pairs[0]).objects.filter(pk=pairs[1].pk).update(completion="Changed behind the studio's back.")
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_failed
    assert not export.home.exists()
