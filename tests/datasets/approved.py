"""Approved pairs and finished exports as tests need them, in one call each."""

from typing import Any

from datasets import actions
from datasets.actions import ExportChoice
from datasets.models import Export, Pair, default_dataset
from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Team, User
from tests.datasets.pairs import make_pair
from tests.jobs import run_all


def acting(user: User, team: Team) -> Actor:
    """The person in the team."""
    found = actor_for(user, team)
    assert found is not None
    return found


def approve(actor: Actor, pair: Pair, **fields: Any) -> Pair:
    actions.decide_pair(actor, pair, verdict="approve", version=pair.version, **fields)
    return pair


def make_approved(actor: Actor, count: int, **fields: Any) -> list[Pair]:
    """Approved pairs with numbered questions."""
    pairs = [make_pair(actor.team, **{"instruction": f"Question {number}?", **fields}) for number in range(count)]
    return [approve(actor, pair) for pair in pairs]


def start(actor: Actor, **fields: Any) -> Export:
    """An export that waits for its worker."""
    return actions.start_export(actor, ExportChoice(dataset=default_dataset(actor.team), **fields))


def finish(actor: Actor, settings: Any, **fields: Any) -> Export:
    """A finished export."""
    export = start(actor, **fields)
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_ready, export.error
    return export


def run_as_worker(settings: Any) -> None:
    """Run every due job as a worker does, which alone may open private keys."""
    settings.STUDIO_ROLE = "worker"
    run_all(waiting=True)
    settings.STUDIO_ROLE = "web"
