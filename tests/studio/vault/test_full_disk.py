"""A full disk is no mistake of the studio: people and programs are told in a sentence, nothing stays half stored."""

import asyncio
import gc
import json
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.asgi import get_asgi_application
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.vault import actions, blobs
from studio.vault.models import Document
from studio.web.body_limit import BodyLimit
from studio.web.errors import StorageFull
from studio.web.full_disk import is_full
from tests.studio.vault.samples import actor_of, files_of_at_most

MEGABYTE = 1_000_000
FILE = b"A line of text.\n" * 200_000


@contextmanager
def full_disk() -> Iterator[None]:
    """What was begun to be written goes at the end, and not, unclosed, in another test."""
    with files_of_at_most(MEGABYTE), warnings.catch_warnings(action="ignore", category=ResourceWarning):
        yield
        gc.collect()


def upload(user: User, **headers: str) -> tuple[int, str]:
    """Post a file for which Django's own temporary file has no room; returns status and body of the answer."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    with full_disk():
        answer = client.post(
            reverse("vault:document_upload"), {"file": SimpleUploadedFile("a.txt", FILE)}, headers=headers
        )
        found = answer.status_code, answer.content.decode()
        del answer  # it holds the error, and with it the file
    return found


def nothing_is_stored(own_folder: Path) -> bool:
    return not Document.objects.exists() and not list((own_folder / "blobs").glob("*/*"))


@pytest.mark.django_db
def test_the_page_says_that_there_is_no_room(alice: User, own_folder: Path) -> None:
    status, page = upload(alice)
    assert status == 507
    assert "There is no room left on the studio&#x27;s disk." in page
    assert nothing_is_stored(own_folder)


@pytest.mark.django_db
def test_the_upload_script_gets_the_sentence_to_show(alice: User, own_folder: Path) -> None:
    status, body = upload(alice, accept="application/json")
    assert (status, json.loads(body)["detail"]) == (507, StorageFull().message)
    assert nothing_is_stored(own_folder)


def test_a_body_that_cannot_be_kept_is_refused_with_a_sentence() -> None:
    sent: list[dict[str, Any]] = []
    body = iter([{"type": "http.request", "body": FILE, "more_body": False}])

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return next(body)

    headers = [(b"content-length", str(len(FILE)).encode())]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/documents", "headers": headers, "query_string": b""}
    with full_disk():
        asyncio.run(BodyLimit(get_asgi_application(), 10 * MEGABYTE)(scope, receive, send))
    assert sent[0]["status"] == 507
    assert json.loads(sent[1]["body"])["detail"] == StorageFull().message


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_row_cannot_be_written_does_not_stay(alice: User, team: Team, own_folder: Path) -> None:
    actor = actor_of(alice, team)
    team.delete()
    with pytest.raises(DatabaseError):
        actions.store_document(actor, [b"A text."])
    assert list(blobs.stored()) == []


def test_a_database_without_room_is_told_from_one_with_trouble() -> None:
    small = sqlite3.connect(":memory:")
    small.execute("CREATE TABLE note (text)")
    small.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as full:
        small.execute("INSERT INTO note VALUES (?)", ["x" * 10_000])
    with pytest.raises(sqlite3.OperationalError) as wrong:
        small.execute("INSERT INTO nothing VALUES (1)")
    small.close()
    assert (is_full(full.value), is_full(wrong.value), is_full(None)) == (True, False, False)
    assert is_full(psycopg.errors.DiskFull())
