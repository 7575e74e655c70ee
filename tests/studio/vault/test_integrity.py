"""The check names every damage, the repair mends what can be mended, and forgetting keeps its promise after a crash."""

import io
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from studio.accounts.models import Team, User
from studio.vault import actions, blobs, integrity
from studio.vault.models import Chunk, ChunkVector, Document
from studio.vault.reading import text_of
from studio.vault.search import hybrid
from studio.web.errors import StorageFull
from tests.jobs import run_all
from tests.studio.vault.samples import HANDBOOK, REACTOR, actor_of, files_of_at_most, ready, stored

pytestmark = pytest.mark.django_db


def checked(*arguments: str) -> tuple[bool, str]:
    """Whether `vault_check` is content, and what it says."""
    out = io.StringIO()
    try:
        call_command("vault_check", *arguments, stdout=out)
    except CommandError:
        return False, out.getvalue()
    return True, out.getvalue()


def flip(sha256: str, at: int) -> None:
    data = bytearray(blobs.path(sha256).read_bytes())
    data[at] ^= 1
    blobs.path(sha256).write_bytes(data)


def test_a_whole_vault_has_no_findings(alice: User, team: Team) -> None:
    ready(alice, team, HANDBOOK)
    ready(alice, team, b"   ", filename="blank.txt")
    stored(alice, team, REACTOR)
    assert list(integrity.check()) == []
    assert checked() == (True, "3 documents checked, 0 problems, 0 repaired.\n")


def test_every_flipped_byte_of_a_file_is_found(alice: User, team: Team) -> None:
    document = ready(alice, team, HANDBOOK)
    for at in range(0, len(HANDBOOK), 40):
        flip(document.sha256, at)
        assert [finding.document for finding in integrity.check()] == [document]
        flip(document.sha256, at)


def test_a_damaged_file_is_named_and_healed_by_a_new_upload(alice: User, team: Team) -> None:
    document = ready(alice, team, HANDBOOK + "\n")
    blobs.path(document.sha256).write_bytes(b"x" * document.size)
    whole, said = checked("--repair")
    assert not whole
    assert document.title in said
    assert "damaged. Upload the same file again" in said
    again, is_new = actions.store_document(actor_of(alice, team), [(HANDBOOK + "\n").encode()])
    assert (again.pk, is_new) == (document.pk, False)
    assert checked()[0]


@pytest.mark.parametrize("damage", ["text missing", "text changed", "no passages", "no vector", "wrong passage"])
def test_what_follows_from_the_file_is_repaired(alice: User, team: Team, damage: str) -> None:
    document = ready(alice, team, HANDBOOK)
    if damage == "text missing":
        blobs.path(document.text_sha256).unlink()
        blobs.put([HANDBOOK.encode()])  # the text of Markdown is its source: one file for both
        Document.objects.filter(pk=document.pk).update(text_sha256="0" * 64)
    elif damage == "text changed":
        Document.objects.filter(pk=document.pk).update(text_sha256=blobs.put([b"another text"])[0])
    elif damage == "no passages":
        document.chunks.all().delete()
    elif damage == "no vector":
        ChunkVector.objects.filter(chunk__document=document, chunk__ordinal=1).delete()
    else:
        Chunk.objects.filter(document=document, ordinal=1).update(text="invented")
    whole, said = checked()
    assert not whole
    assert "--repair would index it again" in said
    assert checked("--repair")[0]
    run_all()
    checked("--repair")  # a text that nobody names any more
    assert checked() == (True, "1 documents checked, 0 problems, 0 repaired.\n")
    document.refresh_from_db()
    assert text_of(document) == HANDBOOK
    assert "28 days" in hybrid(team.pk, "holiday")[0].text


def test_files_without_a_document_are_named_and_removed_on_request(alice: User, team: Team) -> None:
    document = ready(alice, team, HANDBOOK)
    orphan, _ = blobs.put([b"written, then the machine lost power"])
    assert not checked()[0]
    assert blobs.path(orphan).exists()
    assert checked("--repair")[0]
    assert not blobs.path(orphan).exists()
    assert text_of(document) == HANDBOOK


def test_what_a_killed_upload_left_is_swept_after_a_day(own_folder: Path) -> None:
    blobs.put([b"x"])
    old, young = (own_folder / "blobs" / "new" / name for name in ("old", "young"))
    for file in (old, young):
        file.write_bytes(b"half a file")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    assert integrity.sweep() == 1
    assert (old.exists(), young.exists()) == (False, True)


def test_a_forgotten_file_goes_even_when_the_process_dies_after_the_commit(alice: User, team: Team) -> None:
    document = ready(alice, team, HANDBOOK)
    actions.forget_document(actor_of(alice, team), document)
    blobs.put([HANDBOOK.encode()])  # as if it had died before the file was removed
    run_all()
    assert not blobs.path(document.sha256).exists()


def test_forgetting_removes_the_text_that_indexing_made_meanwhile(alice: User, team: Team) -> None:
    page = b"<html><body><p>A secret paragraph.</p></body></html>"
    early = stored(alice, team, page)
    run_all()
    assert early.text_sha256 == ""
    actions.forget_document(actor_of(alice, team), early)
    assert list(blobs.stored()) == []


def test_a_full_disk_has_its_own_sentence_and_leaves_nothing(own_folder: Path) -> None:
    with files_of_at_most(100_000), pytest.raises(StorageFull, match="no room"):
        blobs.put([b"x" * 200_000])
    assert list((own_folder / "blobs" / "new").iterdir()) == []


def test_bytes_that_failed_are_tried_again_by_whoever_brings_them(alice: User, team: Team) -> None:
    document = ready(alice, team, b"   ", filename="blank.txt")
    for _ in range(2):
        again, is_new = actions.store_document(actor_of(alice, team), [b"   "])
        assert (again.pk, again.state, is_new) == (document.pk, "stored", False)
