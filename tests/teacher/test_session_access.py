"""Who may see and do what: Alice owns the team, Bob is a member, Charlie is a stranger."""

import pytest
from django.test import Client
from django.urls import reverse

from studio.events.watch import may_watch
from studio.vault.models import Chunk, Document
from teacher.models import Session
from tests.jobs import run_all
from tests.teacher.sessions import form, make_session

pytestmark = pytest.mark.django_db
POSTS = ["session_cancel", "session_resume", "session_propose"]


@pytest.mark.parametrize("name", POSTS)
def test_a_stranger_can_do_nothing_with_a_session(client_for, bob, charlie, name):
    session = make_session(bob)
    assert client_for(charlie).post(reverse(f"teacher:{name}", args=[session.pk])).status_code == 404
    session.refresh_from_db()
    assert session.state == "queued"


def test_a_stranger_sees_no_session(client_for, bob, charlie):
    session = make_session(bob)
    client = client_for(charlie)
    for name in ("session_detail", "session_evidence"):
        assert client.get(reverse(f"teacher:{name}", args=[session.pk])).status_code == 404
    assert session.question not in client.get(reverse("teacher:session_list")).content.decode()


def test_a_stranger_cannot_watch_a_session(bob, alice, charlie):
    session = make_session(bob)
    assert may_watch(alice, session.stream)
    assert not may_watch(charlie, session.stream)
    assert not may_watch(alice, "session:nonsense")


def test_nobody_sees_anything_without_signing_in(bob):
    session = make_session(bob)
    response = Client().get(reverse("teacher:session_detail", args=[session.pk]))
    assert (response.status_code, "login" in response.url) == (302, True)


def test_the_api_hides_a_session_from_strangers(api_for, bob, charlie):
    session = make_session(bob)
    client = api_for(charlie)
    for path in (f"/api/v1/sessions/{session.pk}", f"/api/v1/sessions/{session.pk}/events"):
        assert client.get(path).status_code == 404
    assert client.post_json(f"/api/v1/sessions/{session.pk}/cancel", {}).status_code == 404


def test_a_token_that_only_reads_starts_and_cancels_nothing(api_for, bob):
    session = make_session(bob)
    client = api_for(bob, ["read"])
    assert client.get(f"/api/v1/sessions/{session.pk}").status_code == 200
    assert client.post_json("/api/v1/sessions", {"question": "x"}).status_code == 403
    assert client.post_json(f"/api/v1/sessions/{session.pk}/cancel", {}).status_code == 403


@pytest.mark.parametrize("name", POSTS)
def test_changes_are_posted(client_for, bob, name):
    session = make_session(bob)
    assert client_for(bob).get(reverse(f"teacher:{name}", args=[session.pk])).status_code == 405


def test_a_chunk_of_another_team_is_no_evidence(client_for, bob, charlie):
    theirs = Document.objects.create(
        team=charlie.teams.get(), title="Secret", sha256="0" * 64, size=1, state="ready", text_sha256="1" * 64
    )
    chunk = Chunk.objects.create(document=theirs, ordinal=0, start=0, end=9, words=2, text="TOP SECRET")
    client_for(bob).post(reverse("teacher:session_create"), form(evidence="") | {"chunk": str(chunk.pk)})
    assert Session.objects.get().evidence == []


def test_hostile_texts_stay_text(client_for, bob):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3))"
    session = make_session(bob, question=hostile, draft=hostile, texts=[hostile])
    run_all()
    page = client_for(bob).get(reverse("teacher:session_detail", args=[session.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page
