"""Every write of the datasets app that means something; other apps import actions from here."""

from datasets.actions.decisions import (
    BulkResult,
    Decided,
    decide_many,
    decide_pair,
    last_decision,
    undo_decision,
    undo_last,
)
from datasets.actions.leases import claim_pairs, release_lease, renew_leases, take_over
from datasets.actions.proposals import propose_pair

__all__ = [
    "BulkResult",
    "Decided",
    "claim_pairs",
    "decide_many",
    "decide_pair",
    "last_decision",
    "propose_pair",
    "release_lease",
    "renew_leases",
    "take_over",
    "undo_decision",
    "undo_last",
]
