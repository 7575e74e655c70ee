"""Approved pairs leave in a signed export that verifies, whatever happens on the way."""

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from datasets import actions, exporting
from datasets.actions.keys import current_list
from datasets.core import dsse, keys
from datasets.core.export import FrameKey, read_request, sign_request
from datasets.core.verify import LedgerOptions, pin, verify
from datasets.models import Export, ExportRow, LedgerEntry, Pair, SigningKey, default_dataset
from studio.accounts.secrets import sealer
from studio.events.models import Event
from studio.jobs.models import Job
from studio.sealing import SealError
from studio.web.errors import Conflict, Forbidden, Invalid
from tests.core.export.making import OTHER, public
from tests.datasets.approved import acting, approve, finish, make_approved, run_as_worker, start
from tests.datasets.pairs import COMPLETION, make_pair
from tests.jobs import run_all


@pytest.fixture
def rita_acts(rita, team):
    return acting(rita, team)


@pytest.fixture
def owner(alice, team):
    return acting(alice, team)


def report_of(export: Export, **options):
    lines = [
        entry.envelope.encode().rstrip(b"\n") for entry in LedgerEntry.objects.filter(team=export.team).order_by("seq")
    ]
    options.setdefault("ledger", LedgerOptions(lines=lines, newer=current_list(export.team)))
    return verify(export.folder, pin([export.key_id]), **options)


def test_an_export_holds_the_approved_pairs_and_verifies(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 5)
    make_pair(owner.team, instruction="Not decided?")
    export = finish(owner, settings, frames=True)
    report = report_of(export)
    assert report.ok, report.findings
    rows = [json.loads(line) for line in (export.folder / "data/train.jsonl").read_bytes().splitlines()]
    assert [row["id"] for row in rows] == sorted(str(pair.pk) for pair in pairs)
    assert rows[0]["approvals"][0]["by"] == f"u{rita_acts.user.pk}"
    assert rows[0]["teachers"] == ["built-in"]
    assert rows[0]["rejected"] == pairs[0].draft
    assert export.rows == 5
    assert {info["name"] for info in export.files} >= {"data/train.jsonl", "attestation.dsse.json", "checkpoint"}
    assert verify(export.archive, pin([export.key_id])).ok
    with zipfile.ZipFile(io.BytesIO(export.archive.read_bytes())) as packed:
        assert len(packed.namelist()) == len(export.files)


def test_the_statement_says_what_was_left_out(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    make_approved(rita_acts, 1, score="0.5", instruction="Low?")
    rejected = make_pair(owner.team, instruction="Bad?")
    actions.decide_pair(rita_acts, rejected, verdict="reject", version=1, reason="wrong")
    make_pair(owner.team, instruction="Waiting?")
    export = finish(owner, settings, min_quality=Decimal("0.75"))
    body = json.loads(dsse.read((export.folder / "attestation.dsse.json").read_bytes()).payload)["predicate"]
    assert body["rows"]["count"] == 2
    assert body["selection"] == {
        "approved": 3,
        "belowThreshold": 1,
        "duplicatesRemoved": 0,
        "pending": 1,
        "rejected": 1,
        "withdrawn": 0,
    }
    assert body["policy"]["minimumScore"] == "0.75"
    assert body["approvers"][0]["role"] == "reviewer"
    assert body["reviewLog"]["length"] == 4


def test_of_pairs_with_the_same_text_the_first_leaves_and_the_others_are_counted(owner, rita_acts, settings) -> None:
    first, _, other = (make_pair(owner.team, system=system) for system in ("", "", "Be brief."))
    make_pair(owner.team, score="0.5")
    make_pair(owner.team, completion=f"  {COMPLETION.replace(' ', chr(10))}")
    edited = make_pair(owner.team, completion="Another answer.")
    for pair in Pair.objects.exclude(pk=edited.pk):
        approve(rita_acts, pair)
    approve(rita_acts, edited, text=COMPLETION)
    export = finish(owner, settings, min_quality=Decimal("0.75"))
    rows = [json.loads(line)["id"] for line in (export.folder / "data/train.jsonl").read_bytes().splitlines()]
    assert rows == [str(first.pk), str(other.pk)]
    body = json.loads(dsse.read((export.folder / "attestation.dsse.json").read_bytes()).payload)["predicate"]
    assert (body["selection"]["approved"], body["selection"]["belowThreshold"]) == (6, 1)
    assert body["selection"]["duplicatesRemoved"] == 3


def test_a_pair_whose_edit_was_taken_back_is_no_duplicate_any_more(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    pair = make_pair(owner.team, instruction="Question 0?", completion="Another answer.")
    approve(rita_acts, pair, text=COMPLETION)
    choice = actions.ExportChoice(dataset=default_dataset(owner.team))
    assert choice.selection()["duplicatesRemoved"] == 1
    actions.undo_decision(rita_acts, pair, version=pair.version)
    approve(rita_acts, Pair.objects.get(pk=pair.pk))
    assert (choice.selection()["duplicatesRemoved"], choice.pairs().count()) == (0, 2)


def test_an_edited_pair_leaves_as_it_was_approved(owner, rita_acts, settings) -> None:
    pair = make_pair(owner.team, draft="")
    approve(rita_acts, pair, text="The battery lasts 18 hours.")
    export = finish(owner, settings)
    row = json.loads((export.folder / "data/train.jsonl").read_bytes())
    assert row["completion"] == "The battery lasts 18 hours."
    assert len(row["edited"]) == 64
    assert "rejected" not in row


def test_only_those_who_may_export_start_one(rita_acts, owner, settings) -> None:
    make_approved(rita_acts, 1)
    with pytest.raises(Forbidden):
        start(rita_acts)
    with pytest.raises(Invalid, match="nothing would leave"):
        start(owner, min_quality=Decimal("0.99"))
    with pytest.raises(Invalid, match="layout"):
        start(owner, layouts=("nonsense",))
    assert not Export.objects.exists()
    assert not ExportRow.objects.exists()


def test_a_decision_stands_once_its_pair_is_taken(owner, rita_acts, settings) -> None:
    pair = make_approved(rita_acts, 1)[0]
    export = start(owner)
    with pytest.raises(Conflict, match="stands"):
        actions.undo_decision(rita_acts, pair, version=pair.version)
    actions.fail_export(str(export.pk), "called off")
    actions.undo_decision(rita_acts, pair, version=pair.version)
    assert Pair.objects.get(pk=pair.pk).is_proposed


def test_a_pair_that_is_not_as_it_was_taken_ends_the_export(owner, rita_acts, settings) -> None:
    pair = make_approved(rita_acts, 2)[0]
    export = start(owner)
    Pair.objects.filter(pk=pair.pk).update(status="rejected")
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_failed
    assert "decided about again" in export.error
    assert not export.folder.exists()
    assert Event.objects.filter(stream_id=f"export:{export.pk}", kind="export.failed").exists()


@pytest.mark.parametrize("field", ["instruction", "system", "completion", "draft"])
def test_a_pair_whose_text_was_changed_past_its_approval_ends_the_export(owner, rita_acts, settings, field) -> None:
    pair = make_approved(rita_acts, 2)[0]
    Pair.objects.filter(pk=pair.pk).update(**{field: "Changed without a decision."})
    export = start(owner)
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_failed
    assert f"Pair {pair.pk} is not as it was approved" in export.error
    assert not export.home.exists()


def test_a_second_run_of_a_finished_export_changes_nothing(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    export = finish(owner, settings)
    before = export.archive.read_bytes()
    Export.objects.filter(pk=export.pk).update(state="building")
    settings.STUDIO_ROLE = "worker"
    exporting.build(export, stopped=lambda: False, progress=lambda done: None)
    assert export.archive.read_bytes() == before
    assert LedgerEntry.objects.filter(export=export).count() == 1


def test_exports_follow_each_other_in_one_ledger(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    first, second = finish(owner, settings), finish(owner, settings)
    assert report_of(first).ok
    assert report_of(second).ok
    assert [entry.kind for entry in LedgerEntry.objects.order_by("seq")] == ["keys", "export", "export"]


def test_an_export_that_is_called_off_leaves_nothing(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    export = start(owner)
    settings.STUDIO_ROLE = "worker"
    with pytest.raises(exporting.Stopped):
        exporting.build(export, stopped=lambda: True, progress=lambda done: None)
    assert not export.folder.exists()
    assert not export.unsigned.exists()


def test_a_web_process_cannot_sign(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    export = start(owner)
    settings.STUDIO_ROLE = "web"
    with pytest.raises(SealError):
        exporting.build(export, stopped=lambda: False, progress=lambda done: None)


def test_no_private_key_is_in_a_row_of_the_database_or_a_job(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    export = finish(owner, settings)
    key = SigningKey.objects.get(key_id=export.key_id)
    settings.STUDIO_ROLE = "worker"
    secret = sealer().open(key.sealed, key.context)
    assert len(secret) == 44
    stored = [str(row) for model in (Job, Event, SigningKey, LedgerEntry, Export) for row in model.objects.values()]
    assert not any(secret in text for text in stored)
    assert secret.encode() not in b"".join(path.read_bytes() for path in export.folder.rglob("*") if path.is_file())
    assert key.sealed not in repr(key)


def test_a_rotated_key_signs_the_next_export_and_the_old_ones_stay_good(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    first = finish(owner, settings)
    actions.rotate_key(owner, "2026")
    second = finish(owner, settings)
    assert first.key_id != second.key_id
    assert report_of(first).ok
    assert report_of(second).ok
    assert SigningKey.objects.get(key_id=first.key_id).state == "retired"


def test_a_revoked_key_is_replaced_and_only_its_earlier_exports_stay_good(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    first = finish(owner, settings)
    key = SigningKey.objects.get(key_id=first.key_id)
    actions.revoke_key(owner, key, "laptop lost")
    second = finish(owner, settings)
    assert second.key_id != first.key_id
    assert SigningKey.objects.get(pk=key.pk).revoked_seq == 3
    assert report_of(first).ok
    assert report_of(first, ledger=LedgerOptions(newer=current_list(owner.team))).exit_code == 2
    assert report_of(second).ok
    with pytest.raises(Conflict):
        actions.revoke_key(owner, key, "again")


def test_a_key_on_another_machine_signs_an_export(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    with pytest.raises(Invalid, match="outside key"):
        start(owner, outside=True)
    actions.add_outside_key(owner, "Offline", keys.pem(public(OTHER)))
    export = start(owner, outside=True)
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_waiting
    request = read_request((export.unsigned / "signing_request.json").read_bytes())
    with pytest.raises(Invalid):
        actions.attach_signatures(owner, export, b"nonsense")
    actions.attach_signatures(owner, export, sign_request(request, keys.signer(OTHER)))
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_ready, export.error
    assert export.key_id == keys.key_id(public(OTHER))
    assert report_of(export).ok


def test_frames_carry_a_signature_line_when_a_secret_is_chosen(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 2)
    row, secret = actions.make_frame_secret(owner, "studio-frames")
    export = finish(owner, settings, frames=True, frame_secret=row)
    report = report_of(export, frame_key=FrameKey(secret=secret.encode(), signer_id="studio-frames"))
    assert report.ok
    assert report.notes == []
    assert secret.encode() not in b"".join(path.read_bytes() for path in export.folder.rglob("*") if path.is_file())


def test_the_same_pairs_give_the_same_bytes_a_day_later(owner, rita_acts, settings, monkeypatch) -> None:
    make_approved(rita_acts, 4)
    first = finish(owner, settings, version="1", frames=True)
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    second = finish(owner, settings, version="1", frames=True)
    changed = {info["name"] for info in first.files} ^ {info["name"] for info in second.files}
    assert not changed
    digests = {info["name"]: info["sha256"] for info in first.files}
    assert {i["name"] for i in second.files if digests[i["name"]] != i["sha256"]} == {"ledger.dsse.json", "checkpoint"}


def test_a_retry_of_a_failed_export_takes_what_is_approved_now(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    export = start(owner)
    actions.fail_export(str(export.pk), "the disk was full")
    run_all(waiting=True)
    export.refresh_from_db()
    make_approved(rita_acts, 1, instruction="One more?")
    again = actions.retry_export(owner, export)
    assert again.rows == 2
    with pytest.raises(Conflict):
        actions.retry_export(owner, again)


def test_an_export_that_was_called_off_is_never_signed(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    export = start(owner)
    settings.STUDIO_ROLE = "worker"

    def call_off(done: int) -> None:
        actions.cancel_export(owner, Export.objects.get(pk=export.pk))

    with pytest.raises(exporting.Stopped):
        exporting.build(export, stopped=lambda: False, progress=call_off)
    assert not LedgerEntry.objects.filter(export=export).exists()
    assert not export.folder.exists()
    with pytest.raises(Conflict):
        actions.cancel_export(owner, export)


def test_a_finished_export_cannot_be_called_off(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    export = finish(owner, settings)
    with pytest.raises(Conflict):
        actions.cancel_export(owner, export)


def test_a_change_of_keys_ends_an_export_that_waits_for_an_outside_key(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    actions.add_outside_key(owner, "Offline", keys.pem(public(OTHER)))
    export = start(owner, outside=True)
    run_as_worker(settings)
    export.refresh_from_db()
    request = read_request((export.unsigned / "signing_request.json").read_bytes())
    actions.rotate_key(owner, "2027")
    actions.attach_signatures(owner, export, sign_request(request, keys.signer(OTHER)))
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_failed
    assert "key list was changed" in export.error
    assert not export.unsigned.exists()


def test_an_export_that_waits_can_be_called_off(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    actions.add_outside_key(owner, "Offline", keys.pem(public(OTHER)))
    export = start(owner, outside=True)
    run_as_worker(settings)
    export.refresh_from_db()
    actions.cancel_export(owner, export)
    export.refresh_from_db()
    assert export.is_failed
    assert not export.home.exists()


def test_a_key_made_by_a_machine_whose_clock_is_ahead_signs_exports_that_verify(owner, rita_acts, settings) -> None:
    make_approved(rita_acts, 1)
    key = actions.ensure_key(owner.team, owner.user)
    SigningKey.objects.filter(pk=key.pk).update(created=timezone.now() + timedelta(hours=1))
    report = report_of(finish(owner, settings))
    assert report.ok, report.findings
