"""Files of pairs go into the review queue once, and what is wrong with a line is said with its number."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from datasets import actions, importing
from datasets.core.frames import build_train_pair, sign
from datasets.models import Import, Pair, default_dataset
from studio.accounts.access import actor_for
from studio.events.watch import may_watch
from studio.web.errors import Conflict, Forbidden, Invalid
from tests.datasets.approved import acting, approve, finish, make_approved, run_as_worker
from tests.datasets.pairs import make_pair
from tests.datasets.statements import statements

GOOD = {"instruction": "Q?", "output": "A."}
KEY = "a shared secret of the original"


@pytest.fixture
def owner(alice, team):
    return acting(alice, team)


def hand_in(owner, settings, *rows, **options) -> Import:
    data = b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)
    file = SimpleUploadedFile("pairs.jsonl", data)
    found = actions.start_import(owner, default_dataset(owner.team), file, **options)
    run_as_worker(settings)
    found.refresh_from_db()
    return found


def test_good_lines_become_proposals(owner, settings) -> None:
    chat = [{"role": "user", "content": "B?"}, {"role": "assistant", "content": "B."}]
    found = hand_in(owner, settings, GOOD, {"messages": chat}, {"prompt": "C?", "chosen": "C.", "rejected": "c"})
    assert (found.state, found.created_pairs, found.problem_count) == ("done", 3, 0)
    pairs = list(Pair.objects.order_by("pk"))
    assert [pair.completion for pair in pairs] == ["A.", "B.", "C."]
    assert pairs[2].draft == "c"
    assert all(pair.is_proposed and pair.provenance["origin"] == "file" for pair in pairs)
    assert not found.path.exists()


def test_the_same_file_twice_makes_nothing_new(owner, settings) -> None:
    hand_in(owner, settings, GOOD, {"question": "B?", "answer": "B."})
    again = hand_in(owner, settings, {"prompt": "Q?", "completion": "A."}, GOOD, {"question": "B?", "answer": "B."})
    assert (again.state, again.created_pairs, again.known) == ("done", 0, 3)
    assert Pair.objects.count() == 2


def known_again(owner, count: int) -> list[str]:
    """The statements that reading a file takes whose pairs are all there."""
    file = SimpleUploadedFile("again.jsonl", b"\n".join(json.dumps(row(number)).encode() for number in range(count)))
    found = actions.start_import(owner, default_dataset(owner.team), file)
    with statements() as taken:
        importing.run(found, stopped=lambda: False, progress=lambda done, total: None)
    found.refresh_from_db()
    assert (found.created_pairs, found.known) == (0, count)
    return taken


def row(number: int) -> dict[str, str]:
    return {"instruction": f"Question {number}?", "output": "A."}


def test_known_pairs_are_found_by_their_digests_however_many_they_are(owner, settings) -> None:
    hand_in(owner, settings, *[row(number) for number in range(60)])
    few, many = known_again(owner, 2), known_again(owner, 60)
    assert len(few) == len(many)
    if connection.vendor == "sqlite":
        asked = [sql for sql in many if sql.startswith("SELECT") and 'FROM "datasets_pair"' in sql]
        for sql, name in zip(asked, ("content_sha256", "folded_sha256"), strict=True):
            with connection.cursor() as cursor:
                plan = str(cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())
            assert f"(team_id=? AND {name}=?)" in plan


def test_a_pair_that_a_reviewer_edited_is_known_as_it_was_and_as_it_is(owner, rita, team, settings) -> None:
    hand_in(owner, settings, GOOD)
    approve(acting(rita, team), Pair.objects.get(), text="Edited.")
    again = hand_in(owner, settings, GOOD, {"instruction": "Q?", "output": "Edited."})
    assert (again.created_pairs, again.known) == (0, 2)


def test_a_text_of_other_white_space_is_a_pair_of_its_own(owner, settings) -> None:
    found = hand_in(
        owner, settings, GOOD, {"instruction": "Q?", "output": "A.\n  "}, {"instruction": " Q?", "output": "A."}
    )
    assert found.created_pairs == Pair.objects.count() == 3


def test_a_file_with_problems_waits_for_a_word(owner, settings) -> None:
    found = hand_in(owner, settings, GOOD, b"broken", {"colour": "red"})
    assert (found.state, found.found, found.problem_count) == ("asking", 1, 2)
    assert [(p["line"], p["code"]) for p in found.problems] == [(2, "import.json"), (3, "import.layout")]
    assert not Pair.objects.exists()
    actions.take_rest(owner, found)
    run_as_worker(settings)
    found.refresh_from_db()
    assert (found.state, found.created_pairs) == ("done", 1)
    with pytest.raises(Conflict):
        actions.take_rest(owner, found)


def test_a_file_with_problems_can_be_left_out(owner, settings) -> None:
    found = hand_in(owner, settings, GOOD, b"broken")
    actions.drop_import(owner, found)
    found.refresh_from_db()
    assert found.state == "failed"
    assert not found.path.exists()
    assert not Pair.objects.exists()


def test_the_good_lines_go_in_at_once_when_that_was_wished(owner, settings) -> None:
    found = hand_in(owner, settings, GOOD, b"broken", take_rest=True)
    assert (found.state, found.created_pairs, found.problem_count) == ("done", 1, 1)


def test_a_file_without_pairs_fails(owner, settings) -> None:
    found = hand_in(owner, settings, b"broken")
    assert found.state == "failed"
    assert "No line" in found.error
    with pytest.raises(Invalid, match="empty"):
        hand_in(owner, settings)


def test_our_own_export_comes_back_without_doubles(owner, rita, team, settings) -> None:
    make_approved(acting(rita, team), 3)
    approve(acting(rita, team), make_pair(team, instruction="Edited?"), text="As the reviewer wrote it.")
    export = finish(owner, settings)
    rows = (export.folder / "data/train.jsonl").read_bytes().splitlines()
    found = hand_in(owner, settings, *rows)
    assert (found.found, found.created_pairs) == (4, 0)
    assert Pair.objects.count() == 4


def original(**changes) -> dict[str, object]:
    frame = build_train_pair("Q?", "A.", created_at="2025-01-01T00:00:00", metadata={"NOTE": "x"})
    signed = sign(frame, key=KEY.encode(), signer_id="old", timestamp="t")
    return {"pair_id": "1", "instruction": "Q?", "completion": "A.", "frame": frame, "signature": signed} | changes


def test_rows_of_the_original_are_taken_with_its_secret_which_is_not_kept(owner, settings) -> None:
    found = hand_in(owner, settings, original(), secret=KEY)
    assert (found.state, found.created_pairs, found.sealed_secret) == ("done", 1, "")
    refused = hand_in(owner, settings, original(), secret="another secret")
    assert refused.state == "failed"


def test_a_damaged_frame_is_salvaged_on_request_and_marked(owner, settings) -> None:
    frame = build_train_pair("Q?", "A.", created_at="2025-01-01T00:00:00", metadata={"NOTE": "MARK"})
    damaged = frame.replace("MARK", "a ∷ b")
    row = original(frame=damaged, signature=sign(damaged, key=KEY.encode(), signer_id="old", timestamp="t"))
    assert hand_in(owner, settings, row, secret=KEY).state == "failed"
    assert hand_in(owner, settings, row, secret=KEY, salvage=True).created_pairs == 1
    assert Pair.objects.get().flags == ["salvaged"]


def test_texts_that_cannot_be_stored_are_problems_of_their_lines(owner, settings) -> None:
    found = hand_in(owner, settings, {"question": "a\x00b", "answer": "c"}, GOOD)
    assert (found.state, found.problems[0]["line"]) == ("asking", 1)


def test_the_pages_show_the_import_to_the_team_only(alice, charlie, bob, client_for, owner, settings) -> None:
    client = client_for(alice)
    file = SimpleUploadedFile("pairs.jsonl", json.dumps(GOOD).encode() + b"\nbroken\n")
    sent = client.post("/datasets/imports/", {"dataset": str(default_dataset(owner.team).pk), "file": file})
    assert sent.status_code == 302
    assert "Reading the file" in client.get(sent["Location"]).content.decode()
    run_as_worker(settings)
    page = client.get(sent["Location"]).content.decode()
    assert "Take the 1 good" in page
    assert "import.json" in page
    assert client_for(charlie).get(sent["Location"]).status_code == 404
    assert client_for(charlie).post(f"{sent['Location']}take/").status_code == 404
    assert client_for(bob).get(sent["Location"]).status_code == 200
    client.post(f"{sent['Location']}take/")
    run_as_worker(settings)
    assert "wait" in client.get(sent["Location"]).content.decode()
    assert "pairs.jsonl" in client.get("/datasets/imports/").content.decode()
    pk = Import.objects.get().pk
    assert may_watch(bob, f"import:{pk}")
    assert not may_watch(charlie, f"import:{pk}")


def test_a_form_without_a_file_or_with_too_much_gives_itself_back(alice, client_for, owner, settings) -> None:
    client = client_for(alice)
    assert client.post("/datasets/imports/", {"dataset": str(default_dataset(owner.team).pk)}).status_code == 422
    settings.STUDIO_UPLOAD_MAX_MB = 0
    file = SimpleUploadedFile("pairs.jsonl", b"x" * 10)
    sent = client.post("/datasets/imports/", {"dataset": str(default_dataset(owner.team).pk), "file": file})
    assert sent.status_code == 422


def test_a_file_for_another_teams_data_set_is_refused(charlie, owner, settings) -> None:
    stranger = acting(charlie, charlie.teams.get())
    with pytest.raises(Invalid):
        actions.start_import(stranger, default_dataset(owner.team), SimpleUploadedFile("x", b"{}"))


def test_a_token_that_may_only_read_imports_nothing(rita, owner, team, settings) -> None:
    reader = actor_for(rita, team, scopes=["read"])
    with pytest.raises(Forbidden):
        actions.start_import(reader, default_dataset(team), SimpleUploadedFile("x", b"{}"))
