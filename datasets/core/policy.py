"""The rules that every exported row must satisfy, checked by the writer and again by the verifier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from datasets.core import dsse, ed25519
from datasets.core.errors import Malformed
from datasets.core.records import PairRecord, approval_message, content_digest
from datasets.core.spelling import is_decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a row needs to be in the export.

    min_approvals: different people who approved exactly this text; min_score: decimal text or None;
    rules: a sentence or a digest that names who may approve and how.
    """

    min_approvals: int = 1
    min_score: str | None = None
    rules: str = "A person of the team read the pair and approved exactly this text."

    def to_json(self) -> dict[str, object]:
        """Return the policy as it stands in the statement."""
        return {"minimumApprovals": self.min_approvals, "minimumScore": self.min_score, "rules": self.rules}


def read_policy(value: object) -> Policy:
    """Parse the statement's policy; Malformed when a field is missing or has another type."""
    if not isinstance(value, Mapping):
        raise Malformed("The statement holds no policy.")
    least, score, rules = value.get("minimumApprovals"), value.get("minimumScore"), value.get("rules")
    if type(least) is not int or least < 0 or not isinstance(rules, str):
        raise Malformed("The statement's policy is incomplete.")
    if score is not None and not (isinstance(score, str) and is_decimal(score)):
        raise Malformed("The policy's minimum score is not a decimal number.")
    return Policy(min_approvals=least, min_score=score, rules=rules)


def checker(policy: Policy, reviewers: Mapping[str, bytes] | None = None) -> Callable[[PairRecord], str | None]:
    """Return a function that says what is wrong with a row under this policy, or None.

    reviewers: key id → raw public key; a reviewer's signature that is present must be by one of them.
    """
    least = policy.min_approvals
    least_score = None if policy.min_score is None else Decimal(policy.min_score)
    known = reviewers or {}

    def check(record: PairRecord) -> str | None:
        approvals = record.approvals
        if approvals:
            shown = content_digest(record.instruction, record.completion, record.system)
            for approval in approvals:
                if approval.shown != shown:
                    return f"the approval by {approval.by:.80} belongs to another text"
                if approval.sig is not None and not _is_signed(record.id, approval, known):
                    return f"the reviewer's signature by {approval.by:.80} is not valid"
        people = len(approvals) if len(approvals) < 2 else len({approval.by for approval in approvals})
        if people < least:
            return f"{people} of {least} needed approvals"
        if least_score is not None and (record.score is None or Decimal(record.score) < least_score):
            return f"the score {record.score} is below {policy.min_score}"
        return None

    return check


def _is_signed(pair_id: str, approval: Any, known: Mapping[str, bytes]) -> bool:
    public = known.get(approval.key or "")
    if public is None:
        return False
    try:
        value = dsse.decode_base64(approval.sig)
    except Malformed:
        return False
    return ed25519.is_signature(public, value, approval_message(pair_id, approval))
