"""A copy of all that a running studio keeps, consistent as of one moment, in a folder that can be kept up to date.

The database first, then the files: they are written before the rows that name them and never change afterwards, so what
the copied rows name is there to be copied, and a second backup into the same folder copies only what is new.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

FOLDERS = ("blobs", "exports", "imports", "uploads")
#: Below `blobs`: the lock, and files that an upload has not finished.
PASSING = {"lock", "new"}


class CannotBackUp(RuntimeError):
    """The backup could not be made."""


def copy_database(target: Path) -> Path | None:
    """The SQLite database as of now, checked, under its own name in the target; writers go on meanwhile.

    Returns None on PostgreSQL, whose own tools do this. Raises CannotBackUp.
    """
    if connection.vendor != "sqlite":
        return None
    connection.ensure_connection()
    name = Path(str(connection.settings_dict["NAME"])).name
    draft, final = target / f".{name}.new", target / name
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise CannotBackUp(f"The copy of the database is damaged, and so may be the database: {verdict}")
    _to_disk(draft)
    return draft.replace(final)


def copy_files(target: Path, *, keys: bool = False) -> Iterator[Path]:
    """Copy the files that the target does not have yet, and yield each; the keys only when asked for."""
    for folder in (*FOLDERS, "keys") if keys else FOLDERS:
        root = Path(settings.STUDIO_DATA_DIR) / folder
        for source in sorted(root.rglob("*")):
            inside = source.relative_to(root)
            if source.is_file() and inside.parts[0] not in PASSING and _copy(source, target / folder / inside):
                yield source


def _copy(source: Path, final: Path) -> bool:
    """Whether there was something to copy; a file that was removed meanwhile is nobody's any more."""
    try:
        if final.exists() and final.stat().st_size == source.stat().st_size:
            return False
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = final.with_name(f".{final.name}.new")
        shutil.copy2(source, draft)
    except FileNotFoundError:
        return False
    _to_disk(draft)
    draft.replace(final)
    return True


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
