"""From stored to ready or failed: events, texts, retries, crashes, and forgetting without a trace."""

from pathlib import Path

import pytest

from studio.accounts.models import Role, Team, User
from studio.events.models import Event
from studio.jobs.models import Job
from studio.vault import actions, blobs
from studio.vault.models import Chunk, ChunkVector, Document
from studio.vault.reading import text_of
from studio.vault.search import hybrid
from studio.web.errors import Conflict, Forbidden, Invalid, TooLarge
from tests.core.vault.builders import pdf_of
from tests.factories import make_team, make_user
from tests.jobs import run_all
from tests.studio.vault.samples import HANDBOOK, REACTOR, actor_of, ready, stored

pytestmark = pytest.mark.django_db


def kinds(team: Team) -> list[str]:
    found = Event.objects.of(f"vault:{team.pk}").values_list("kind", flat=True)
    return [kind for kind in found if kind != "document.progressed"]


def test_a_document_becomes_ready_with_exact_passages(alice: User, team: Team) -> None:
    document = ready(alice, team, HANDBOOK)
    assert (document.state, document.kind, document.progress) == ("ready", "md", 100)
    text = text_of(document)
    assert text == HANDBOOK
    chunks = list(document.chunks.order_by("ordinal"))
    assert [text[chunk.start : chunk.end] for chunk in chunks] == [chunk.text for chunk in chunks]
    assert [chunk.header for chunk in chunks][1] == "Employee handbook > Sickness"
    assert ChunkVector.objects.filter(chunk__document=document).count() == len(chunks) == document.chunk_count
    assert kinds(team) == ["document.stored", "document.ready"]


def test_the_same_bytes_are_one_document(alice: User, bob: User, team: Team) -> None:
    first = stored(alice, team, HANDBOOK, filename="a.md")
    second, is_new = actions.store_document(actor_of(bob, team), [HANDBOOK.encode()], filename="b.md")
    assert (second.pk, is_new) == (first.pk, False)
    assert Document.objects.count() == 1
    assert Job.objects.count() == 1


def test_two_teams_share_bytes_and_nothing_else(alice: User, charlie: User, team: Team) -> None:
    theirs = charlie.teams.get()
    ours = ready(alice, team, HANDBOOK)
    other = ready(charlie, theirs, HANDBOOK)
    assert ours.pk != other.pk
    assert ours.sha256 == other.sha256
    actions.forget_document(actor_of(alice, team), ours)
    assert text_of(other) == HANDBOOK
    assert hybrid(team.pk, "holiday") == []
    assert hybrid(theirs.pk, "holiday")


def test_a_file_that_cannot_be_read_fails_with_its_reason(alice: User, team: Team) -> None:
    document = ready(alice, team, pdf_of([[]]), filename="scan.pdf")
    assert document.state == "failed"
    assert "scan" in document.reason
    assert kinds(team) == ["document.stored", "document.failed"]
    assert Job.objects.get().status == Job.Status.FAILED


def test_a_failed_document_can_be_tried_again_once(alice: User, team: Team) -> None:
    document = ready(alice, team, b"   ", filename="blank.txt")
    actions.retry_document(actor_of(alice, team), document)
    document.refresh_from_db()
    assert (document.state, document.reason) == ("stored", "")
    with pytest.raises(Conflict):
        actions.retry_document(actor_of(alice, team), document)
    run_all()
    document.refresh_from_db()
    assert document.state == "failed"


def test_uploading_a_failed_file_again_tries_it_again(alice: User, team: Team) -> None:
    document = ready(alice, team, b"   ", filename="blank.txt")
    assert stored(alice, team, b"   ").pk == document.pk
    assert Document.objects.get().state == "stored"


def test_indexing_again_after_a_crash_gives_one_set_of_passages(alice: User, team: Team) -> None:
    document = stored(alice, team, HANDBOOK)
    assert actions.start_indexing(str(document.pk)) is not None  # a worker began and was killed
    run_all()
    document.refresh_from_db()
    assert document.state == "ready"
    assert Chunk.objects.filter(document=document).count() == document.chunk_count
    assert actions.start_indexing(str(document.pk)) is None


def test_a_damaged_file_ends_as_failed(alice: User, team: Team) -> None:
    document = stored(alice, team, HANDBOOK)
    blobs.path(document.sha256).write_bytes(b"something else")
    run_all()
    document.refresh_from_db()
    assert document.state == "failed"
    assert "damaged" in document.reason
    assert document.retryable


def test_a_document_forgotten_while_it_waits_is_not_indexed(alice: User, team: Team) -> None:
    document = stored(alice, team, HANDBOOK)
    actions.forget_document(actor_of(alice, team), document)
    run_all()
    assert Chunk.objects.count() == 0
    assert Job.objects.get(name=actions.INDEX_JOB).status == Job.Status.CANCELLED


def test_a_large_file_is_long_work_also_when_it_is_tried_again(alice: User, team: Team) -> None:
    actor = actor_of(alice, team)
    small, large = (actions.store_document(actor, [b"a " * n])[0] for n in (10, actions.LONG_BYTES))
    assert dict(Job.objects.values_list("key", "is_long")) == {
        actions.job_key(small.pk): False,
        actions.job_key(large.pk): True,
    }
    actions.fail_document(str(large.pk), "No.", retryable=True)
    Job.objects.update(status=Job.Status.FAILED)
    actions.retry_document(actor, large)
    assert Job.objects.live().get().is_long


def test_forgetting_leaves_no_row_and_no_file(alice: User, team: Team, own_folder: Path) -> None:
    document = ready(alice, team, HANDBOOK)
    actions.forget_document(actor_of(alice, team), document)
    assert Document.objects.count() == Chunk.objects.count() == ChunkVector.objects.count() == 0
    assert [path for path in (own_folder / "blobs").rglob("*") if path.is_file() and path.name != "lock"] == []
    assert hybrid(team.pk, "holiday") == []
    assert kinds(team)[-1] == "document.forgotten"


def test_members_forget_their_own_and_admins_anything(alice: User, bob: User, team: Team) -> None:
    document = stored(alice, team, HANDBOOK)
    own = stored(bob, team, REACTOR)
    with pytest.raises(Forbidden):
        actions.forget_document(actor_of(bob, team), document)
    actions.forget_document(actor_of(bob, team), own)
    admin = make_user("Ada", team=team, role=Role.ADMIN)
    actions.forget_document(actor_of(admin, team), document)
    assert Document.objects.count() == 0


def test_empty_and_too_large_files_are_refused(alice: User, team: Team, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STUDIO_UPLOAD_MAX_MB = 1
    with pytest.raises(Invalid, match="empty"):
        stored(alice, team, b"", filename="x")
    with pytest.raises(TooLarge, match="1 MB"):
        stored(alice, team, b"x" * 1_000_001, filename="x")
    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("filename", "label", "title"),
    [
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Users\\me\\Plan.docx", "Plan.docx", "Plan"),
        ("a\x00b\n.txt", "a b .txt", "a b "),
        ("", "", "Document "),
        ("x" * 400 + ".md", "x" * 300, "x" * 300),
    ],
)
def test_a_file_name_is_only_a_label(alice: User, team: Team, filename: str, label: str, title: str) -> None:
    document, _ = actions.store_document(actor_of(alice, team), [b"text"], filename=filename)
    assert document.filename == label
    assert document.title.startswith(title)


def test_a_collection_is_made_when_it_is_named(alice: User, team: Team) -> None:
    first = stored(alice, team, HANDBOOK, collection="  People\x00 ")
    second = stored(alice, team, REACTOR, collection="People")
    assert first.collection is not None
    assert first.collection.name == "People"
    assert first.collection == second.collection


def test_who_is_not_in_the_team_cannot_act_there(team: Team) -> None:
    from studio.accounts.access import actor_for

    assert actor_for(make_user("Stranger", team=make_team("Other")), team) is None
