"""A withdrawn text is out of every later export, whatever is made again, by whom and from what."""

import json

import pytest

from datasets import actions
from datasets.actions.exports import BUILD_JOB, LONG_ROWS
from datasets.core import keys
from datasets.core.export import read_request, sign_request
from datasets.core.verify import pin, verify
from datasets.models import Export, LedgerEntry, default_dataset
from studio.jobs.models import Job
from studio.web.errors import Conflict, Invalid
from tests.core.export.making import OTHER, public
from tests.datasets.approved import acting, approve, finish, make_approved, run_as_worker, start
from tests.datasets.pairs import make_pair
from tests.jobs import run_all


@pytest.fixture
def rita_acts(rita, team):
    return acting(rita, team)


@pytest.fixture
def owner(alice, team):
    return acting(alice, team)


def withdraw(owner, settings, export: Export, *pairs) -> Export:
    again = actions.withdraw_rows(owner, export, [pair.pk for pair in pairs])
    run_as_worker(settings)
    again.refresh_from_db()
    assert again.is_ready, again.error
    return again


def text(response) -> str:
    return response.content.decode()


def questions(export: Export) -> list[str]:
    rows = [json.loads(line) for line in (export.folder / "data/train.jsonl").read_bytes().splitlines()]
    return [row.get("instruction", "withheld") for row in rows]


def test_a_withdrawn_row_leaves_the_root_and_loses_its_text(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 3)
    first = finish(owner, settings)
    second = withdraw(owner, settings, first, pairs[1])
    assert second.root == first.root
    assert verify(second.folder, pin([second.key_id])).ok
    assert not any(b"Question 1?" in path.read_bytes() for path in second.folder.rglob("*") if path.is_file())
    assert LedgerEntry.objects.get(export=second).kind == "withdrawal"
    third = withdraw(owner, settings, second, pairs[0])
    assert (third.root, third.withheld) == (first.root, 2)
    with pytest.raises(Invalid):
        actions.withdraw_rows(owner, third, [pairs[0].pk])


def test_many_rows_are_long_work(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 2)
    export = finish(owner, settings)
    Export.objects.filter(pk=export.pk).update(rows=LONG_ROWS + 1)
    actions.withdraw_rows(owner, Export.objects.get(pk=export.pk), [pairs[0].pk])
    assert list(Job.objects.filter(name=BUILD_JOB).order_by("pk").values_list("is_long", flat=True)) == [False, True]


def test_a_withdrawn_text_is_not_in_the_next_export_and_is_counted_there(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 3)
    make_pair(owner.team, instruction="Waiting?")
    withdrawn = finish(owner, settings)
    for pair in pairs[:2]:
        withdrawn = withdraw(owner, settings, withdrawn, pair)
    later = finish(owner, settings)
    assert questions(later) == ["Question 2?"]
    left_out = {"belowThreshold": 0, "duplicatesRemoved": 0, "pending": 1, "rejected": 0, "withdrawn": 2}
    assert later.selection == {"approved": 3, **left_out}


def test_a_withdrawn_text_does_not_come_back_in_another_pair(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 2)
    withdraw(owner, settings, finish(owner, settings), pairs[0])
    approve(rita_acts, make_pair(owner.team, instruction="Question \n 0?"))
    assert questions(finish(owner, settings)) == ["Question 1?"]


def test_a_second_withdrawal_from_the_first_export_keeps_the_first_one_out(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 3)
    first = finish(owner, settings)
    withdraw(owner, settings, first, pairs[0])
    again = withdraw(owner, settings, first, pairs[2])
    assert questions(again) == ["withheld", "Question 1?", "withheld"]
    assert (again.withheld, again.root) == (2, first.root)


def test_a_failed_withdrawal_is_made_again_as_one(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 2)
    first = finish(owner, settings)
    failed = actions.withdraw_rows(owner, first, [pairs[0].pk])
    actions.fail_export(str(failed.pk), "the disk was full")
    run_all(waiting=True)
    failed.refresh_from_db()
    again = actions.retry_export(owner, failed)
    run_as_worker(settings)
    again.refresh_from_db()
    assert again.is_ready, again.error
    assert again.supersedes == first
    assert questions(again) == ["withheld", "Question 1?"]
    with pytest.raises(Conflict):
        actions.retry_export(owner, again)


def test_a_withdrawal_from_an_export_of_an_outside_key_is_signed_by_that_key(owner, rita_acts, settings) -> None:
    pairs = make_approved(rita_acts, 2)
    actions.add_outside_key(owner, "Offline", keys.pem(public(OTHER)))

    def sign(export: Export) -> None:
        run_as_worker(settings)
        export.refresh_from_db()
        assert export.is_waiting, export.error
        request = read_request((export.unsigned / "signing_request.json").read_bytes())
        actions.attach_signatures(owner, export, sign_request(request, keys.signer(OTHER)))
        run_as_worker(settings)
        export.refresh_from_db()
        assert export.is_ready, export.error

    first = start(owner, outside=True)
    sign(first)
    again = actions.withdraw_rows(owner, first, [pairs[0].pk])
    sign(again)
    assert (again.key_id, again.root) == (first.key_id, first.root)
    assert verify(again.folder, pin([first.key_id])).ok


def test_the_pages_count_what_was_withdrawn_and_point_to_the_newer_export(
    owner, rita_acts, alice, client_for, settings
) -> None:
    pairs = make_approved(rita_acts, 3)
    first = finish(owner, settings)
    again = withdraw(owner, settings, first, pairs[0])
    client = client_for(alice)
    page = client.get(f"/datasets/exports/{first.pk}/").content.decode()
    assert f"/datasets/exports/{again.pk}/" in page
    assert "1 pair of it is withdrawn since" in page
    assert "withdrawn since" not in client.get(f"/datasets/exports/{again.pk}/").content.decode()
    wizard = client.get("/datasets/exports/preview/", {"dataset": default_dataset(owner.team).pk}).content.decode()
    assert "<b>2</b> approved pairs will leave" in wizard
    assert "1 withdrawn" in wizard


def test_other_exports_that_hold_a_withdrawn_text_say_so_until_it_is_withdrawn_there(
    owner, alice, rita_acts, settings, client_for, api_for
) -> None:
    pairs = make_approved(rita_acts, 3)
    older, newer = finish(owner, settings), finish(owner, settings)
    again = withdraw(owner, settings, newer, pairs[1])
    assert [actions.withdrawn_since(export) for export in (older, newer, again)] == [[pairs[1].pk], [], []]
    client, api = client_for(alice), api_for(alice)
    page = text(client.get(f"/datasets/exports/{older.pk}/"))
    assert "1 pair of it was withdrawn from another export since, and still stands in this one" in page
    assert api.get(f"/api/v1/exports/{older.pk}").json()["withdrawn_since"] == 1
    client.post(f"/datasets/exports/{older.pk}/withdraw/", {"pair": str(actions.withdrawn_since(older)[0])})
    run_as_worker(settings)
    assert "withdrawn from another export" not in text(client.get(f"/datasets/exports/{older.pk}/"))
    assert api.get(f"/api/v1/exports/{older.pk}").json()["withdrawn_since"] == 0


def test_a_replaced_export_names_the_one_at_the_end_of_the_line(
    owner, alice, rita_acts, settings, client_for, api_for
) -> None:
    pairs = make_approved(rita_acts, 3)
    first = finish(owner, settings)
    second = withdraw(owner, settings, first, pairs[0])
    third = withdraw(owner, settings, second, pairs[1])
    api = api_for(alice)
    said = [api.get(f"/api/v1/exports/{export.pk}").json() for export in (first, second, third)]
    assert [row["superseded_by"] for row in said] == [str(third.pk), str(third.pk), None]
    assert [row["supersedes"] for row in said] == [None, str(first.pk), str(second.pk)]
    client = client_for(alice)
    assert f"/datasets/exports/{third.pk}/" in text(client.get(f"/datasets/exports/{first.pk}/"))
    assert text(client.get("/datasets/")).count(">replaced<") == 2
