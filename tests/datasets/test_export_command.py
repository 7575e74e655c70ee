"""`manage.py export_dataset` leaves a verified export where it was asked to."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from datasets.core.verify import pin, verify
from datasets.models import Export
from tests.datasets.approved import acting, make_approved


@pytest.fixture
def pairs(rita, alice, team):
    return make_approved(acting(rita, team), 2)


@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_the_command_writes_a_folder_or_a_zip_that_verifies(pairs, tmp_path: Path, settings, name: str) -> None:
    out = io.StringIO()
    call_command("export_dataset", tmp_path / name, layout=["alpaca"], stdout=out, stderr=io.StringIO())
    key = Export.objects.get().key_id
    assert verify(tmp_path / name, pin([key])).ok
    assert key in out.getvalue()
    assert "2 pairs" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"team": "Nobody"}, "no such team"),
        ({"dataset": "Nothing"}, "no data set"),
        ({"min_quality": "2"}, "between 0 and 1"),
        ({"min_quality": "high"}, "between 0 and 1"),
        ({"min_quality": "nan"}, "between 0 and 1"),
        ({"min_quality": "0.12345"}, "at most three digits"),
        ({"min_quality": "0.99"}, "nothing would leave"),
    ],
)
def test_the_command_says_what_it_cannot_do(pairs, tmp_path: Path, options: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("export_dataset", tmp_path / "export", stderr=io.StringIO(), **options)
    assert not (tmp_path / "export").exists()


def test_the_command_makes_the_folders_above_its_target_before_it_signs(pairs, tmp_path: Path) -> None:
    call_command("export_dataset", tmp_path / "a/b/export.zip", stdout=io.StringIO(), stderr=io.StringIO())
    assert (tmp_path / "a/b/export.zip").is_file()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("export_dataset", tmp_path / "file/export.zip")
    assert Export.objects.count() == 1


def test_the_command_overwrites_nothing(pairs, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_dataset", tmp_path)
