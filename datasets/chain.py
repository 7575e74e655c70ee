"""The team's log of decisions: appending to its hash chain, and checking the chain against the pairs."""

from collections.abc import Sequence
from dataclasses import dataclass

from datasets.models import Decision, Pair
from datasets.models.decision import NO_PREVIOUS
from datasets.models.pair import sha256_of
from studio.accounts.actions import announce
from studio.accounts.models import Team
from studio.events.actions import append
from studio.events.models import Event

_STATUS_AFTER = {
    Decision.Verdict.APPROVE: Pair.Status.APPROVED,
    Decision.Verdict.REJECT: Pair.Status.REJECTED,
    Decision.Verdict.SEND_BACK: Pair.Status.SENT_BACK,
    Decision.Verdict.UNDO: Pair.Status.PROPOSED,
}


def status_after(verdict: str) -> Pair.Status:
    """What a pair is after a decision."""
    return _STATUS_AFTER[Decision.Verdict(verdict)]


def record(team: Team, decisions: Sequence[Decision]) -> None:
    """Append decisions of one person and one verdict to the team's log, tell the pages, in the caller's transaction.

    The event comes first: the row of the review stream is the lock that makes the log one chain. Whoever also locks
    pairs does so before.
    """
    first = decisions[0]
    data = {
        "pair_ids": [str(decision.pair_id) for decision in decisions],
        "verdict": first.verdict,
        "status": status_after(first.verdict),
        "reviewer_id": first.reviewer_id,
        "reviewer": str(first.reviewer),
        "edited": first.was_edited,
    }
    append(f"review:{team.pk}", "pair.decided", data, actor=first.reviewer)
    last = Decision.objects.filter(team=team).order_by("-position").values_list("position", "digest").first()
    position, digest = last or (0, NO_PREVIOUS)
    for decision in decisions:
        position += 1
        decision.position, decision.previous_digest = position, digest
        digest = decision.digest = decision.computed_digest()
    Decision.objects.bulk_create(decisions)
    announce(team, "review")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What a check found. length: decisions that were read; fault: the first thing wrong, empty when nothing is."""

    length: int
    fault: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.fault


def verify_chain(team: Team) -> ChainReport:
    """Check every decision of the team, that none is missing, and that each pair is what its decisions made of it.

    Finds changed, deleted, inserted and swapped decisions, and pairs whose text, evidence or status was changed past
    them. It reads everything, so run it in the background or from the command line.
    """
    last: dict[object, Decision] = {}
    length, digest = 0, NO_PREVIOUS
    for decision in Decision.objects.filter(team=team).order_by("position").iterator():
        if fault := _fault_of(decision, length + 1, digest):
            return ChainReport(length=length, fault=fault)
        length, digest = length + 1, decision.digest
        last[decision.pair_id] = decision
    events = Event.objects.of(f"review:{team.pk}").filter(kind="pair.decided").values_list("data", flat=True)
    told = sum(len(data["pair_ids"]) for data in events.iterator())
    if told != length:
        return ChainReport(length=length, fault=f"the log holds {length} decisions, but {told} were announced")
    for pair in Pair.objects.filter(team=team).order_by("pk").iterator():
        if fault := fault_of_pair(pair, last.get(pair.pk)):
            return ChainReport(length=length, fault=f"pair {pair.pk}: {fault}")
    return ChainReport(length=length)


def _fault_of(decision: Decision, position: int, previous: str) -> str:
    if decision.position != position:
        return f"decision {position} is missing"
    if decision.previous_digest != previous:
        return f"decision {position} does not follow the one before it"
    if decision.computed_digest() != decision.digest:
        return f"decision {position} was changed"
    return ""


def fault_of_pair(pair: Pair, last: Decision | None) -> str:
    """Why a pair is not what its last decision made of it; empty when it is."""
    if last is None:
        is_untouched = pair.is_proposed and pair.version == 1 and pair.content_sha256 == pair.computed_content()
        return "" if is_untouched else "it was changed without a decision"
    version = last.version + (last.verdict == Decision.Verdict.UNDO)
    if (pair.status, pair.version) != (status_after(last.verdict), version):
        return f"it is not what decision {last.position} made of it"
    if last.text and pair.completion != last.text:
        return f"its completion is not the one of decision {last.position}"
    if last.verdict == Decision.Verdict.UNDO:
        return "" if pair.content_sha256 == pair.computed_content() else "it was changed without a decision"
    if last.shown_sha256 != sha256_of({**pair.shown(), "completion": last.text_before or pair.completion}):
        return f"it is not what the reviewer of decision {last.position} saw"
    return ""
