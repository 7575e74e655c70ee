"""`manage.py vault_import`: files and folders in, with progress, safe to repeat."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from studio.accounts.models import Role, Team, User
from studio.jobs.actions import worker_name
from studio.jobs.models import Job
from studio.vault.models import Document
from tests.factories import make_team, make_user
from tests.studio.vault.samples import HANDBOOK, REACTOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "handbook.md").write_text(HANDBOOK)
    (tmp_path / "in" / "deep" / "manual.md").write_text(REACTOR)
    (tmp_path / "in" / ".hidden").write_text("not this")
    return tmp_path / "in"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("vault_import", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_files_and_folders_are_stored_and_indexed(alice: User, folder: Path) -> None:
    said = run(str(folder), "--collection", "Import")
    assert "[2/2]" in said
    assert "2 in the vault of Arctic Lab, 0 could not be read, 0 refused." in said
    assert set(Document.objects.values_list("title", "state", "collection__name")) == {
        ("handbook", "ready", "Import"),
        ("manual", "ready", "Import"),
    }
    assert {document.uploaded_by for document in Document.objects.all()} == {alice}


def test_running_it_again_changes_nothing(alice: User, folder: Path) -> None:
    run(str(folder))
    before = set(Document.objects.values_list("pk", "indexed"))
    assert "known already" in run(str(folder))
    assert set(Document.objects.values_list("pk", "indexed")) == before


def test_what_a_killed_import_was_reading_is_taken_over(alice: User, folder: Path) -> None:
    run(str(folder), "--no-wait")
    dead = {"status": Job.Status.RUNNING, "attempts": 1, "claims": 1, "worker": worker_name(2**22 + 1)}
    Job.objects.update(**dead, lease_until=timezone.now() + timedelta(hours=1))
    run(str(folder))
    assert Document.objects.ready().count() == 2


def test_without_waiting_files_are_only_stored(alice: User, folder: Path) -> None:
    run(str(folder), "--no-wait")
    assert set(Document.objects.values_list("state", flat=True)) == {"stored"}


def test_what_cannot_be_read_is_named_and_the_end_says_so(alice: User, folder: Path) -> None:
    (folder / "blank.txt").write_text("  ")
    out = StringIO()
    with pytest.raises(CommandError, match="Not every file"):
        call_command("vault_import", str(folder), stdout=out, stderr=out)
    assert "blank: The file holds no text." in out.getvalue()
    assert Document.objects.ready().count() == 2


def test_a_team_is_named_where_there_are_several(alice: User, charlie: User, team: Team, folder: Path) -> None:
    with pytest.raises(CommandError, match="several teams"):
        run(str(folder))
    run(str(folder), "--team", "Elsewhere")
    assert {document.team for document in Document.objects.all()} == {charlie.teams.get()}
    run(str(folder), "--team", str(team.pk), "--email", alice.email)
    assert Document.objects.filter(team=team).count() == 2


def test_unknown_people_teams_and_paths_are_refused(folder: Path, db: None) -> None:
    with pytest.raises(CommandError, match="setup"):
        run(str(folder))
    make_user("Olga", team=make_team("North"), role=Role.OWNER)
    with pytest.raises(CommandError, match="does not exist"):
        run(str(folder / "nowhere"))
    (folder / "empty").mkdir()
    with pytest.raises(CommandError, match="no file"):
        run(str(folder / "empty"))
