"""The pages of data sets, exports, keys, ledger and verification: who sees them, what they show, what they do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from datasets import actions
from datasets.core import keys
from datasets.models import Dataset, Export, FrameSecret, SigningKey, default_dataset
from studio.events.watch import may_watch
from tests.core.export.making import OTHER, public
from tests.datasets.approved import acting, approve, finish, make_approved, run_as_worker, start
from tests.datasets.pairs import make_pair


@pytest.fixture
def owner(alice, team):
    return acting(alice, team)


@pytest.fixture
def pairs(rita, team):
    return make_approved(acting(rita, team), 4)


@pytest.fixture
def export(owner, pairs, settings):
    return finish(owner, settings, frames=True)


def text(response) -> str:
    return response.content.decode()


def test_an_empty_team_is_told_what_the_page_is_for(alice, client_for) -> None:
    page = client_for(alice).get("/datasets/")
    assert page.status_code == 200
    assert "Nothing to export yet" in text(page)


def test_the_page_shows_figures_exports_and_the_key(alice, client_for, export, team) -> None:
    make_pair(team, instruction="Waiting?")
    page = text(client_for(alice).get("/datasets/"))
    assert "<b>4</b> approved" in page
    assert export.key_id in page
    assert "BEGIN PUBLIC KEY" in page
    assert f"/datasets/exports/{export.pk}/" in page
    assert "Rita" in page


def test_the_page_takes_as_many_statements_for_many_exports(alice, client_for, export, statements) -> None:
    client = client_for(alice)
    client.get("/datasets/")
    few = statements(lambda: client.get("/datasets/"))
    fields = {"team": export.team, "dataset": export.dataset, "rows": 1, "state": "failed"}
    Export.objects.bulk_create([Export(**fields, version=str(number)) for number in range(60)])
    assert statements(lambda: client.get("/datasets/")) == few
    page = text(client.get("/datasets/"))
    assert "before=" in page


def test_the_wizard_says_exactly_what_will_leave_and_then_it_leaves(
    alice, rita, client_for, pairs, settings, team
) -> None:
    client = client_for(alice)
    approve(acting(rita, team), make_pair(team, instruction=pairs[0].instruction))
    dataset = default_dataset(team)
    page = text(client.get("/datasets/exports/new/"))
    assert "<b>4</b> approved pairs will leave" in page
    assert "1 with the text of an earlier one" in page
    preview = client.get("/datasets/exports/preview/", {"dataset": dataset.pk, "min_quality": "0.95"})
    assert "<b>0</b> approved pairs will leave" in text(preview)
    assert f'data-stream="review:{team.pk}"' in text(preview)
    assert 'data-refresh-on="pair.*"' in text(preview)
    sent = client.post("/datasets/exports/new/", {"dataset": dataset.pk, "min_quality": "", "layouts": ["sft_trl"]})
    export = Export.objects.get()
    assert sent.status_code == 302
    assert sent["Location"] == f"/datasets/exports/{export.pk}/"
    assert "Writing and signing" in text(client.get(sent["Location"]))
    run_as_worker(settings)
    page = text(client.get(sent["Location"]))
    assert "How a stranger verifies it" in page
    assert "derived/sft_trl.jsonl" in page


def test_an_export_of_nothing_gives_the_form_back(alice, client_for, team) -> None:
    sent = client_for(alice).post("/datasets/exports/new/", {"dataset": default_dataset(team).pk, "version": "keep me"})
    assert sent.status_code == 422
    assert "nothing would leave" in text(sent)
    assert "keep me" in text(sent)


def test_a_finished_export_can_be_fetched_whole_and_file_by_file(alice, client_for, export) -> None:
    client = client_for(alice)
    packed = client.get(f"/datasets/exports/{export.pk}/archive/")
    assert b"".join(packed.streaming_content)[:2] == b"PK"
    assert packed["Content-Disposition"] == 'attachment; filename="main-1.zip"'
    rows = client.get(f"/datasets/exports/{export.pk}/files/data/train.jsonl")
    assert b"".join(rows.streaming_content) == (export.folder / "data/train.jsonl").read_bytes()
    for name in ("../export.zip", "nothing", "data", "%2e%2e/export.zip"):
        assert client.get(f"/datasets/exports/{export.pk}/files/{name}").status_code == 404


def test_the_proof_of_one_pair_is_on_the_page(alice, client_for, export, pairs) -> None:
    client = client_for(alice)
    page = text(client.get(f"/datasets/exports/{export.pk}/", {"pair": str(pairs[2].pk)}))
    assert "Proven" in page
    assert "Row 3 of 4" in page
    assert "holds no pair" in text(client.get(f"/datasets/exports/{export.pk}/", {"pair": "nobody"}))
    (export.folder / "data/train.jsonl").write_bytes(b"{}\n" * 4)
    assert "Not proven" in text(client.get(f"/datasets/exports/{export.pk}/", {"pair": str(pairs[2].pk)}))


def test_a_running_export_can_be_called_off(alice, client_for, owner, pairs, settings) -> None:
    export = start(owner)
    client = client_for(alice)
    client.post(f"/datasets/exports/{export.pk}/cancel/")
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_failed
    page = text(client.get(f"/datasets/exports/{export.pk}/"))
    assert "Nothing has left" in page
    again = client.post(f"/datasets/exports/{export.pk}/retry/")
    assert again.status_code == 302
    assert Export.objects.filter(state="building").count() == 1


def test_a_pair_is_withdrawn_from_the_page(alice, client_for, export, pairs, settings) -> None:
    client = client_for(alice)
    assert client.post(f"/datasets/exports/{export.pk}/withdraw/", {"pair": "nonsense"}).status_code == 422
    sent = client.post(f"/datasets/exports/{export.pk}/withdraw/", {"pair": str(pairs[0].pk)})
    run_as_worker(settings)
    page = text(client.get(sent["Location"]))
    assert "1 withheld" in page
    assert "Replaces" in page


def test_an_outside_key_signs_through_the_pages(alice, client_for, owner, pairs, settings, team) -> None:
    client = client_for(alice)
    client.post("/datasets/keys/outside/", {"outside-name": "Offline", "outside-public": keys.pem(public(OTHER))})
    sent = client.post("/datasets/exports/new/", {"dataset": default_dataset(team).pk, "outside": "1"})
    run_as_worker(settings)
    assert "Sign it on the other machine" in text(client.get(sent["Location"]))
    from datasets.core.export import read_request, sign_request

    request = b"".join(client.get(f"{sent['Location']}request/").streaming_content)
    signatures = sign_request(read_request(request), keys.signer(OTHER))
    assert client.post(f"{sent['Location']}sign/", {"file": SimpleUploadedFile("x", b"nonsense")}).status_code == 422
    client.post(f"{sent['Location']}sign/", {"file": SimpleUploadedFile("s.json", signatures)})
    run_as_worker(settings)
    assert keys.key_id(public(OTHER)) in text(client.get(sent["Location"]))


def test_keys_are_made_revoked_and_fetched(alice, client_for, export, settings) -> None:
    client = client_for(alice)
    key = SigningKey.objects.get()
    assert key.key_id in text(client.get("/datasets/keys/"))
    pem = client.get(f"/datasets/keys/{key.pk}/public.pem")
    assert keys.load_public(text(pem)) == key.raw
    assert client.post("/datasets/keys/new/", {"key-name": ""}).status_code == 422
    client.post("/datasets/keys/new/", {"key-name": "2027"})
    client.post(f"/datasets/keys/{key.pk}/revoke/", {"reason": "stolen"})
    run_as_worker(settings)
    listed = keys.read_list(client.get("/datasets/keys/keys.json").content)
    assert listed.version == 3
    assert {entry.state for entry in listed.keys} == {"active", "revoked"}
    assert "stolen" in text(client.get("/datasets/keys/"))


def test_a_wrong_outside_key_gives_the_form_back(alice, client_for) -> None:
    client = client_for(alice)
    for public_text in ("nonsense", "-----BEGIN PRIVATE KEY-----"):
        sent = client.post("/datasets/keys/outside/", {"outside-name": "x", "outside-public": public_text})
        assert sent.status_code == 422
    assert not SigningKey.objects.exists()


def test_a_frame_secret_is_shown_once_and_stored_sealed(alice, client_for) -> None:
    client = client_for(alice)
    page = client.post("/datasets/keys/frames/", {"frames-signer_id": "studio"})
    row = FrameSecret.objects.get()
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert row.fingerprint in text(client.get("/datasets/keys/"))
    assert row.sealed not in text(page)
    assert client.post("/datasets/keys/frames/", {"frames-signer_id": "studio"}).status_code == 422


def test_the_ledger_is_shown_and_fetched(alice, client_for, export) -> None:
    client = client_for(alice)
    page = text(client.get("/datasets/ledger/"))
    assert "Change of keys" in page
    assert f"arcticcodex-studio/{export.team_id}" in page
    assert f"--min-seq {export.ledger_entry.seq}" in page
    lines = client.get("/datasets/ledger/ledger.jsonl").content.splitlines()
    assert len(lines) == 2


def upload(path) -> SimpleUploadedFile:
    return SimpleUploadedFile("export.zip", path.read_bytes())


def test_a_dropped_export_is_verified_with_our_own_keys(alice, client_for, export) -> None:
    page = client_for(alice).post("/datasets/verify/", {"file": upload(export.archive)})
    assert page.status_code == 200
    assert "Verified" in text(page)
    assert "the ledger&#x27;s 2 entries are complete" in text(page)
    assert f"{export.dataset.name} {export.version}: 4 rows, licence {export.dataset.licence}, ledger entry 2" in text(
        page
    )
    assert "Everything is as it was signed." in text(page)


def test_a_dropped_export_that_was_changed_names_the_row(alice, client_for, export, pairs, tmp_path) -> None:
    import zipfile

    with zipfile.ZipFile(export.archive) as old, zipfile.ZipFile(tmp_path / "x.zip", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"Question 2?", b"Question 9?") if name.endswith("train.jsonl") else data)
    page = text(client_for(alice).post("/datasets/verify/", {"file": upload(tmp_path / "x.zip")}))
    assert "Not verified" in page
    assert str(pairs[2].pk) in page
    assert "row.changed" in page


def test_another_key_or_a_broken_one_is_said(alice, client_for, export) -> None:
    client = client_for(alice)
    page = text(client.post("/datasets/verify/", {"file": upload(export.archive), "key": keys.pem(public(OTHER))}))
    assert "signature.stranger" in page
    assert client.post("/datasets/verify/", {"file": upload(export.archive), "key": "nonsense"}).status_code == 422
    assert client.post("/datasets/verify/", {}).status_code == 422
    page = client.post("/datasets/verify/", {"file": SimpleUploadedFile("a.zip", b"nonsense")})
    assert "This is not a zip file" in text(page)


def test_a_file_of_the_original_is_verified(alice, client_for, export) -> None:
    row = b'{"pair_id":"1","instruction":"a","completion":"b"}\n'
    page = text(client_for(alice).post("/datasets/verify/", {"file": SimpleUploadedFile("old.jsonl", row)}))
    assert "legacy.SIG_001" in page


def test_a_data_set_is_named_and_described(alice, client_for, team) -> None:
    client = client_for(alice)
    client.post("/datasets/new/", {"name": "Contracts", "description": "About leases.", "licence": "CC-BY-4.0"})
    found = Dataset.objects.get(name="Contracts")
    assert default_dataset(team).name == "Main"
    assert client.post("/datasets/new/", {"name": "Contracts", "licence": "CC0-1.0"}).status_code == 422
    client.post(f"/datasets/{found.pk}/edit/", {"name": "Leases", "description": "", "licence": "CC0-1.0"})
    found.refresh_from_db()
    assert (found.name, found.licence) == ("Leases", "CC0-1.0")
    page = text(client.get(f"/datasets/{found.pk}/"))
    assert "<h1>Leases</h1>" in page
    assert f"/datasets/{found.pk}/edit/" in page
    chosen = text(client.get(f"/datasets/exports/new/?dataset={found.pk}"))
    assert f'<option value="{found.pk}" selected>' in chosen


PAGES = ["", "archive/", "files/data/train.jsonl", "request/"]
POSTS = ["cancel/", "retry/", "withdraw/", "sign/"]


def test_a_stranger_finds_nothing(charlie, client_for, export) -> None:
    client = client_for(charlie)
    for page in PAGES:
        assert client.get(f"/datasets/exports/{export.pk}/{page}").status_code == 404
    for page in POSTS:
        assert client.post(f"/datasets/exports/{export.pk}/{page}").status_code == 404
    key = SigningKey.objects.get(key_id=export.key_id)
    assert client.get(f"/datasets/keys/{key.pk}/public.pem").status_code == 404
    assert client.post(f"/datasets/keys/{key.pk}/revoke/").status_code == 404
    assert export.key_id not in text(client.get("/datasets/keys/"))
    assert client.get("/datasets/ledger/ledger.jsonl").content == b""
    assert not may_watch(charlie, f"export:{export.pk}")
    assert not may_watch(charlie, f"datasets:{export.team_id}")
    assert not may_watch(charlie, "export:nonsense")


def test_a_member_reads_but_changes_nothing(bob, client_for, export) -> None:
    client = client_for(bob)
    assert client.get(f"/datasets/exports/{export.pk}/").status_code == 200
    assert client.get("/datasets/keys/").status_code == 200
    assert may_watch(bob, f"export:{export.pk}")
    assert client.get("/datasets/exports/new/").status_code == 403
    for page in POSTS:
        assert client.post(f"/datasets/exports/{export.pk}/{page}").status_code == 403
    for page in ("new/", "outside/", "frames/"):
        assert client.post(f"/datasets/keys/{page}").status_code == 403
    assert client.get("/datasets/new/").status_code == 403


def test_hostile_names_stay_text_on_every_page(alice, client_for, owner, export, settings) -> None:
    evil = "<script>alert(1)</script>"
    Dataset.objects.update(name=evil, description=evil)
    SigningKey.objects.update(name=evil)
    client = client_for(alice)
    actions.revoke_key(owner, SigningKey.objects.get(state="active"), evil)
    for page in ("", f"exports/{export.pk}/", "exports/new/", "keys/", "ledger/", "imports/"):
        assert evil not in text(client.get(f"/datasets/{page}"))


def test_parts_that_refresh_themselves_do_not_do_so_on_a_click(alice, client_for, owner, pairs, settings) -> None:
    export = start(owner)
    client = client_for(alice)
    for page in ("", f"exports/{export.pk}/", "keys/", "ledger/"):
        whole = text(client.get(f"/datasets/{page}"))
        assert whole.count("data-refresh-on") == whole.count('hx-trigger="studio:refresh"'), page


def test_an_open_page_becomes_whole_when_the_export_ends(alice, client_for, owner, pairs, settings) -> None:
    export = start(owner)
    client = client_for(alice)
    part = client.get(f"/datasets/exports/{export.pk}/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part.headers
    assert "<html" not in text(part)
    run_as_worker(settings)
    part = client.get(f"/datasets/exports/{export.pk}/", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
