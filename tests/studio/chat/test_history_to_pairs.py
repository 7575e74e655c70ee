"""A conversation's file becomes proposed pairs with its citations as evidence, once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from datasets import actions as dataset_actions
from datasets.models import Import, Pair, default_dataset
from studio.accounts.models import User
from studio.chat import actions
from studio.chat.models import Message
from tests.datasets.approved import run_as_worker
from tests.studio.chat.world import GOOD_SHOWN, actor_of, answered, host, passages_in, write

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def hand_in(user: User, data: bytes, settings: Any) -> Import:
    actor = actor_of(user)
    file = SimpleUploadedFile("conversation.json", data)
    found = dataset_actions.start_import(actor, default_dataset(actor.team), file)
    run_as_worker(settings)
    found.refresh_from_db()
    return found


def test_a_conversation_becomes_pairs_once(alice: User, client_for: ClientFor, settings: Any) -> None:
    first = answered(alice)
    second = actions.ask(actor_of(alice), first.conversation, "And then?", parent=first)
    write(second, host(passages_in(first.conversation.team)))
    got = client_for(alice).get(f"/ask/{first.conversation_id}/file/")
    assert (got.status_code, got["Content-Type"]) == (200, "application/json")

    found = hand_in(alice, got.content, settings)
    assert (found.state, found.created_pairs, found.problem_count) == ("done", 2, 0)
    pair, follow_up = Pair.objects.order_by("pk")
    question = Message.objects.get(pk=first.parent_id)
    assert (pair.instruction, pair.completion, pair.system) == (question.text, GOOD_SHOWN, "")
    assert (pair.provenance["origin"], pair.is_proposed) == ("chat", True)
    cited = list(first.citations.filter(stands=True).values("n", "title", "start", "end", "text_sha256", "quote"))
    names = ("n", "title", "start", "end", "sha256", "text")
    assert [[passage[name] for name in names] for passage in pair.evidence] == [list(c.values()) for c in cited]
    assert follow_up.system.endswith(f"[user]\n{question.text}\n\n[assistant]\n{GOOD_SHOWN}")

    again = hand_in(alice, got.content, settings)
    assert (again.created_pairs, again.known, Pair.objects.count()) == (0, 2, 2)


def test_the_file_is_for_the_team_only(alice: User, charlie: User, client_for: ClientFor) -> None:
    answer = answered(alice)
    assert client_for(charlie).get(f"/ask/{answer.conversation_id}/file/").status_code == 404
    page = client_for(alice).get(f"/ask/{answer.conversation_id}/").content.decode()
    assert f"/ask/{answer.conversation_id}/file/" in page
