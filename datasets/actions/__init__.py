"""Every write of the datasets app that means something; other apps import actions from here."""

from datasets.actions.choice import ExportChoice, next_version
from datasets.actions.decisions import (
    BulkResult,
    Decided,
    decide_many,
    decide_pair,
    last_decision,
    undo_decision,
    undo_last,
    undone_text,
)
from datasets.actions.exports import (
    attach_signatures,
    cancel_export,
    fail_export,
    retry_export,
    start_export,
    withdraw_rows,
    withdrawn_since,
)
from datasets.actions.imports import drop_import, start_import, take_rest
from datasets.actions.keys import add_outside_key, ensure_key, make_frame_secret, revoke_key, rotate_key, signing_key
from datasets.actions.leases import claim_pairs, release_lease, renew_leases, take_over
from datasets.actions.proposals import propose_pair

__all__ = [
    "BulkResult",
    "Decided",
    "ExportChoice",
    "add_outside_key",
    "attach_signatures",
    "cancel_export",
    "claim_pairs",
    "decide_many",
    "decide_pair",
    "drop_import",
    "ensure_key",
    "fail_export",
    "last_decision",
    "make_frame_secret",
    "next_version",
    "propose_pair",
    "release_lease",
    "renew_leases",
    "retry_export",
    "revoke_key",
    "rotate_key",
    "signing_key",
    "start_export",
    "start_import",
    "take_over",
    "take_rest",
    "undo_decision",
    "undo_last",
    "undone_text",
    "withdraw_rows",
    "withdrawn_since",
]
