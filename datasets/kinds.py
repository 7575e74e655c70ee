"""Event kinds and watch rules of the datasets app."""

from typing import Literal

from studio.accounts.access import is_member
from studio.accounts.models import User
from studio.events.kinds import Payload, kind
from studio.events.watch import watch


@watch("review")
def may_watch_review(user: User, object_id: str) -> bool:
    """Members see what happens in their team's review queue."""
    return is_member(user, object_id)


@kind("pair.proposed", template="datasets/events/pair_proposed.html")
class PairProposed(Payload):
    """A pair waits for review. origin: where it comes from."""

    pair_id: str
    origin: str
    session_id: str | None = None


@kind("pair.decided", template="datasets/events/pair_decided.html")
class PairDecided(Payload):
    """A person decided about pairs: one, or many at once. status: what they are now."""

    pair_ids: list[str]
    verdict: Literal["approve", "reject", "send_back", "undo"]
    status: str
    reviewer_id: int
    reviewer: str
    edited: bool = False
