"""How many SQL statements the review and the list pages take, for 20 rows and for 10,000.

Prints one JSON object. The bars: a decision and the next pair take at most 10; a list takes as many for 10,000 rows as
for 20.
"""

# ruff: noqa: E402  Django has to be set up before its models are imported
import json
import os
import sys
from collections.abc import Callable
from copy import copy
from typing import Any
from uuid import uuid4

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import setup_test_environment

from datasets.access import access_pair
from datasets.actions import claim_pairs, decide_pair
from datasets.models import Pair
from studio.accounts.access import actor_for
from studio.accounts.models import Role, Team, User
from studio.chat.models import Conversation
from studio.jobs.models import Job
from studio.vault.models import Document
from teacher.models import Session
from tests.datasets.pairs import make_pair
from tests.datasets.statements import statements
from tests.factories import make_team, make_user

FEW, MANY = 20, 10_000
LISTS = ("/pairs/", "/review/", "/sessions/", "/vault/", "/ask/", "/jobs/")


def main() -> int:
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    try:
        print(json.dumps(_measure()))
    finally:
        connection.creation.destroy_test_db("", verbosity=0)
    return 0


def _measure() -> dict[str, Any]:
    team = make_team()
    user = make_user("Rita", team=team, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    _fill(team, user, FEW)
    few = _counts(client)
    _fill(team, user, MANY - FEW)
    many = _counts(client)
    return {
        "decision_and_next_pair": _decision(team, user),
        "lists": {path: [few[path], many[path]] for path in LISTS},
        "most_more_for_10000_rows": max(many[path] - few[path] for path in LISTS),
    }


def _counts(client: Client) -> dict[str, int]:
    found = {}
    for path in LISTS:
        client.get(path)  # what a first visit makes is not counted
        with statements() as run:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        found[path] = len(run)
    return found


def _decision(team: Team, user: User) -> int:
    actor = actor_for(user, team)
    if actor is None:
        raise SystemExit("the reviewer is not in the team")
    [first] = claim_pairs(actor, limit=1)
    with statements() as run:
        decide_pair(actor, access_pair(actor, first.pk), verdict="approve", version=first.version, text="Edited.")
        claim_pairs(actor, limit=1, without=[first.pk])
    return len(run)


def _fill(team: Team, user: User, number: int) -> None:
    _copies(Pair, make_pair(team), number - 1, lambda row: setattr(row, "session_id", uuid4()))
    _rows(Session, number, lambda n: {"team": team, "created_by": user, "question": f"Question {n}?", "state": "done"})
    _rows(Conversation, number, lambda n: {"team": team, "created_by": user, "title": f"Conversation {n}"})
    _rows(Job, number, lambda n: {"team": team, "name": "vault.index_document", "queue": "cpu", "status": "done"})
    names = {"state": "failed", "reason": "It is empty.", "filename": "a.txt", "size": 1}
    _rows(Document, number, lambda n: {"team": team, "title": f"Document {n}", "sha256": uuid4().hex * 2, **names})


def _rows(model: type[Model], number: int, fields: Callable[[int], dict[str, Any]]) -> None:
    model._default_manager.bulk_create([model(**fields(n)) for n in range(number)], batch_size=500)


def _copies(model: type[Model], first: Model, number: int, change: Callable[[Model], None]) -> None:
    rows = []
    for _ in range(number):
        row = copy(first)
        row.pk = uuid4()
        change(row)
        rows.append(row)
    model._default_manager.bulk_create(rows, batch_size=500)


if __name__ == "__main__":
    sys.exit(main())
