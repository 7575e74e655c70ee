"""The front page: a newcomer's next step, and no steps any more after the first export."""

import re
from collections.abc import Callable

from django.test import Client

from datasets.models import Export, Pair
from datasets.models.dataset import default_dataset
from studio import samples
from studio.accounts.models import Team, User
from studio.chat.models import Conversation
from studio.vault.models import Document
from teacher.models import Session
from tests.datasets.pairs import make_pair

Clients = Callable[[User], Client]


def next_step(client: Client) -> str | None:
    found = re.search(
        r'aria-current="step".*?class="title" href="([^"]+)"', client.get("/").content.decode(), re.DOTALL
    )
    return found and found[1]


def test_the_first_step_that_is_not_done_is_the_next_one(team: Team, alice: User, client_for: Clients) -> None:
    client = client_for(alice)
    assert next_step(client) == "/vault/"
    Document.objects.create(team=team, title="Handbook", sha256="0" * 64, size=1)
    assert next_step(client) == "/ask/"
    Conversation.objects.create(team=team, title="How cold?")
    assert next_step(client) == "/sessions/new/"
    Session.objects.create(team=team, question="How cold?", state=Session.State.DONE)
    assert next_step(client) == "/review/"
    pair = make_pair(team)
    Pair.objects.filter(pk=pair.pk).update(status=Pair.Status.APPROVED, decided=pair.created)
    assert next_step(client) == "/datasets/exports/new/"
    signed = {"state": Export.State.READY, "key_id": "0" * 64}
    Export.objects.create(team=team, dataset=default_dataset(team), rows=1, version="1", **signed)
    assert next_step(client) is None


def test_a_newcomer_gets_the_sample_documents_once(team: Team, alice: User, client_for: Clients) -> None:
    client = client_for(alice)
    assert 'action="/samples/"' in client.get("/").content.decode()
    for _ in range(2):
        assert client.post("/samples/").status_code == 302
    kept = Document.objects.filter(team=team)
    assert set(kept.values_list("sha256", "collection__name")) == {(each, "Samples") for each in samples.DIGESTS}
    assert kept.count() == len(samples.DOCUMENTS)
    assert 'action="/samples/"' not in client.get("/").content.decode()


def test_first_questions_are_offered_about_the_sample_documents_alone(
    team: Team, alice: User, client_for: Clients
) -> None:
    client = client_for(alice)
    read = {"state": Document.State.READY, "text_sha256": "0" * 64}
    Document.objects.create(team=team, title="Handbook", sha256="0" * 64, size=1, **read)
    assert "To begin with" not in client.get("/ask/").content.decode()
    client.post("/samples/")
    Document.objects.filter(team=team).update(**read)
    page = client.get("/ask/").content.decode()
    suggested = re.findall(r'href="(\?question=[^"]+)"', page)
    assert len(suggested) == 3
    assert f"{samples.QUESTIONS[0]}</textarea>" in client.get(f"/ask/{suggested[0]}").content.decode()
    Conversation.objects.create(team=team, title="How cold?")
    assert "To begin with" not in client.get("/ask/").content.decode()


def test_a_paused_session_is_under_way_and_does_not_run(team: Team, alice: User, client_for: Clients) -> None:
    Document.objects.create(team=team, title="Handbook", sha256="0" * 64, size=1)
    Session.objects.create(team=team, question="How cold?", state=Session.State.PAUSED)
    page = client_for(alice).get("/").content.decode()
    assert "Under way" in page
    assert 'class="running"' not in page
    Session.objects.create(team=team, question="How warm?", state=Session.State.RUNNING)
    assert 'class="running"' in client_for(alice).get("/").content.decode()


def test_the_ask_page_of_an_empty_vault_leads_to_the_upload(team: Team, alice: User, client_for: Clients) -> None:
    client = client_for(alice)
    assert "Upload documents" in client.get("/ask/").content.decode()
    Document.objects.create(team=team, title="Handbook", sha256="0" * 64, size=1)
    assert "Upload documents" not in client.get("/ask/").content.decode()
