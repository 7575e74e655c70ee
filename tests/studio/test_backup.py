"""Backups: consistent while others write, brought up to date by a second one, never half a file."""

import sqlite3
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from studio.events.actions import append
from studio.events.kinds import Payload, kind
from studio.events.models import Event, Stream
from studio.supervisor.backup import copy_database, copy_files
from studio.vault import blobs

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has tools of its own")


@kind("backup.noted")
class Noted(Payload):
    n: int


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_copy_made_while_others_write_is_whole_and_consistent(tmp_path: Path) -> None:
    written, enough = threading.Event(), threading.Event()

    def write() -> None:
        for n in range(3000):
            append("backup:1", "backup.noted", {"n": n})
            if n > 20:
                written.set()
            if enough.is_set():
                break
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(60)
    copy = copy_database(tmp_path)
    enough.set()
    writer.join()
    assert copy is not None
    with sqlite3.connect(copy) as database:
        [last] = database.execute(f"SELECT last_seq FROM {Stream._meta.db_table}").fetchone()
        [count] = database.execute(f"SELECT count(*) FROM {Event._meta.db_table}").fetchone()
    database.close()
    assert count == last > 20
    assert [path.name for path in tmp_path.glob("*.sqlite3*")] == [copy.name]


@pytest.mark.django_db
def test_a_second_backup_copies_only_what_is_new(tmp_path: Path) -> None:
    target = tmp_path / "backup"
    first, _ = blobs.put([b"first"])
    assert [path.read_bytes() for path in copy_files(target)] == [b"first"]
    second, _ = blobs.put([b"second"])
    assert list(copy_files(target)) == [blobs.path(second)]
    assert (target / blobs.path(first).relative_to(settings.STUDIO_DATA_DIR)).read_bytes() == b"first"


@pytest.mark.django_db
def test_a_file_that_an_interrupted_backup_left_short_is_copied_again(tmp_path: Path) -> None:
    digest, _ = blobs.put([b"whole"])
    copied = tmp_path / "backup" / blobs.path(digest).relative_to(settings.STUDIO_DATA_DIR)
    copied.parent.mkdir(parents=True)
    copied.write_bytes(b"wh")
    assert list(copy_files(tmp_path / "backup"))
    assert copied.read_bytes() == b"whole"


@pytest.mark.django_db
def test_keys_are_copied_only_when_asked_for(tmp_path: Path) -> None:
    settings.STUDIO_KEYS_DIR.mkdir(parents=True)
    (settings.STUDIO_KEYS_DIR / "seal.key").write_bytes(b"k" * 32)
    target = tmp_path / "backup"
    assert not list(copy_files(target))
    assert [path.name for path in copy_files(target, keys=True)] == ["seal.key"]


@pytest.mark.django_db
def test_a_place_that_cannot_be_written_ends_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="There is no complete backup"):
        call_command("backup", str(tmp_path / "file"), stdout=StringIO())
