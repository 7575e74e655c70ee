"""The front page: a newcomer's next step, and no steps any more after the first export."""

import re
from collections.abc import Callable

from django.test import Client

from datasets.models import Export, Pair
from datasets.models.dataset import default_dataset
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
