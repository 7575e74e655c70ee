"""The vault's API: upload, state, text, search, as documented."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.accounts.models import Team, User
from studio.vault.models import Document
from studio.web.ids import uuid7
from tests.conftest import ApiClient
from tests.jobs import run_all
from tests.studio.vault.samples import HANDBOOK, REACTOR, ready

pytestmark = pytest.mark.django_db
ApiFor = Callable[..., ApiClient]


def upload(api: ApiClient, content: bytes = HANDBOOK.encode(), **more: str):  # type: ignore[no-untyped-def]
    return api.post("/api/v1/documents", {"file": SimpleUploadedFile("handbook.md", content), **more})


def test_upload_index_read_and_search(bob: User, api_for: ApiFor) -> None:
    api = api_for(bob)
    created = upload(api, collection="People")
    assert created.status_code == 201
    data = created.json()
    assert data["state"] == "stored"
    assert api.get(f"/api/v1/documents/{data['id']}/text").status_code == 409
    run_all()
    document = api.get(f"/api/v1/documents/{data['id']}").json()
    assert (document["state"], document["reason"], document["collection"]) == ("ready", "", "People")
    assert document["sha256"] == data["sha256"]
    text = api.get(f"/api/v1/documents/{data['id']}/text").content.decode()
    assert text == HANDBOOK
    results = api.get("/api/v1/search", {"q": "How many days of holiday?", "limit": 2}).json()["results"]
    assert "28 days" in results[0]["text"]
    for result in results:
        assert text[result["start"] : result["end"]] == result["text"]
        assert set(result) == {"chunk_id", "document_id", "title", "start", "end", "text", "score"}


def test_a_failed_document_tells_its_reason(bob: User, api_for: ApiFor) -> None:
    api = api_for(bob)
    created = upload(api, b"  ").json()
    run_all()
    document = api.get(f"/api/v1/documents/{created['id']}").json()
    assert (document["state"], document["reason"]) == ("failed", "The file holds no text.")


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "meaning"])
def test_each_mode_answers(alice: User, team: Team, api_for: ApiFor, mode: str) -> None:
    ready(alice, team, REACTOR)
    results = api_for(alice).get("/api/v1/search", {"q": "coolant pump", "mode": mode}).json()["results"]
    assert results[0]["title"] == "RX-40 manual"


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "x", "mode": "other"}, {"q": "x", "limit": 0}, {"q": "x", "limit": 101}]
)
def test_a_wrong_query_is_a_problem(alice: User, api_for: ApiFor, query: dict[str, object]) -> None:
    answer = api_for(alice).get("/api/v1/search", query)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_empty_and_missing_files_are_problems(alice: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    assert upload(api, b"").status_code == 422
    assert api.post("/api/v1/documents", {}).status_code == 422
    assert Document.objects.count() == 0


def test_a_reading_token_cannot_upload(alice: User, api_for: ApiFor) -> None:
    assert upload(api_for(alice, ["read"])).status_code == 403


def test_strangers_get_404_and_find_nothing(alice: User, charlie: User, team: Team, api_for: ApiFor) -> None:
    document = ready(alice, team, HANDBOOK)
    api = api_for(charlie)
    assert api.get(f"/api/v1/documents/{document.pk}").status_code == 404
    assert api.get(f"/api/v1/documents/{document.pk}/text").status_code == 404
    assert api.get(f"/api/v1/documents/{uuid7()}").status_code == 404
    assert api.get("/api/v1/search", {"q": "holiday"}).json() == {"results": []}


def test_text_is_a_download_that_nothing_runs_in(alice: User, team: Team, api_for: ApiFor) -> None:
    document = ready(alice, team, "<!doctype html><p>&lt;script&gt;alert(1)&lt;/script&gt; text")
    answer = api_for(alice).get(f"/api/v1/documents/{document.pk}/text")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
