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
