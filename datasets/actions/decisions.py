"""Deciding about pairs: one, many at once, and taking a decision back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from datasets import chain
from datasets.actions.proposals import checked_text
from datasets.exported import is_exported
from datasets.models import Decision, Pair
from datasets.models.pair import folded_sha256, sha256_of
from studio.accounts.access import Actor, require
from studio.web import diff
from studio.web.errors import Conflict, Forbidden, Invalid

MAX_REASON = 4_000
MAX_BULK = 500
Verdict = Decision.Verdict


class Decided(Conflict):
    """Somebody else decided about this version meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """decided: pairs that were decided; stale: ids of those that somebody else had decided or changed before."""

    decided: list[Pair]
    stale: list[UUID]


def decide_pair(
    actor: Actor,
    pair: Pair,
    *,
    verdict: str,
    version: int,
    text: str | None = None,
    reason: str = "",
    reason_code: str = "",
    seconds: int | None = None,
) -> Decision:
    """Approve, reject or send back one version of a pair; `pair` is updated to what it is afterwards.

    version: the one that the person saw. text: the completion they approve, where they changed it. reason: words,
    needed for a rejection unless reason_code names one. seconds: how long they looked.
    Raises Decided (409) when this version is no longer open; Invalid (422); Forbidden (403).
    """
    require(actor, "review")
    _check(verdict, reason, reason_code)
    if not pair.is_proposed or pair.version != version:
        raise _decided(pair)
    changed = verdict == Verdict.APPROVE and text is not None and text != pair.completion
    after = checked_text(text, "text") if changed and text is not None else pair.completion
    if not after.strip():
        raise Invalid("An approved text cannot be empty.")
    decision = _decision(actor, pair, verdict=verdict, reason=reason, reason_code=reason_code, seconds=seconds)
    if verdict == Verdict.APPROVE:
        decision.text = after
    if changed:
        decision.text_before = pair.completion
        decision.edit_distance = edit_distance(pair.completion, after)
    fields = _fields_after(verdict, decision)
    if changed:
        fields |= _text_fields(pair, after)
    with transaction.atomic():
        if not _open_version(pair).update(**fields):
            raise _decided(pair)
        chain.record(actor.team, [decision])
    _set(pair, fields)
    return decision


def decide_many(
    actor: Actor, versions: Mapping[UUID, int], *, verdict: str, reason: str = "", reason_code: str = ""
) -> BulkResult:
    """Decide about many pairs in one transaction, leaving out those that are no longer open in that version.

    versions: pair id to the version that the person saw. Raises Invalid (422), Forbidden (403).
    """
    require(actor, "review")
    _check(verdict, reason, reason_code)
    if len(versions) > MAX_BULK:
        raise Invalid(f"At most {MAX_BULK:,} pairs are decided at once.")
    with transaction.atomic():
        open_pairs = Pair.objects.awaiting_review().filter(team=actor.team, pk__in=versions).order_by("pk")
        pairs = [pair for pair in open_pairs.select_for_update() if pair.version == versions[pair.pk]]
        decisions = [_decision(actor, pair, verdict=verdict, reason=reason, reason_code=reason_code) for pair in pairs]
        for pair, decision in zip(pairs, decisions, strict=True):
            decision.text = pair.completion if verdict == Verdict.APPROVE else ""
        if decisions:
            fields = _fields_after(verdict, decisions[0])
            Pair.objects.filter(pk__in=[pair.pk for pair in pairs]).update(**fields)
            chain.record(actor.team, decisions)
    found = {pair.pk for pair in pairs}
    return BulkResult(decided=pairs, stale=[pk for pk in versions if pk not in found])


def undo_decision(actor: Actor, pair: Pair, *, version: int) -> Decision:
    """Take the decision about this version back: the pair waits again, with the text it had, as the next version.

    The person who decided may do it, and who administers the team, until the pair has left in a signed export.
    Raises Decided (409) when there is nothing to take back, Conflict (409) after an export, Forbidden (403).
    """
    require(actor, "review")
    undone = pair.decisions.filter(version=version).exclude(verdict=Verdict.UNDO).first()
    if pair.is_proposed or pair.version != version or undone is None:
        raise Decided("This decision was taken back already, or another one was made meanwhile.")
    if undone.reviewer_id != actor.user.pk and not actor.may("administer"):
        raise Forbidden("Only the person who decided, admins and owners take a decision back.")
    decision = _decision(actor, pair, verdict=Verdict.UNDO)
    fields = {
        "status": Pair.Status.PROPOSED,
        "version": version + 1,
        "decided": None,
        "leased_by": actor.user,
        "lease_until": decision.created + timedelta(seconds=settings.STUDIO_REVIEW_LEASE_SECONDS),
    }
    if undone.was_edited:
        decision.text_before, decision.text = pair.completion, undone.text_before
        fields |= _text_fields(pair, undone.text_before)
    with transaction.atomic():
        # The update comes before the question: it waits for an export that has locked the pair, then sees its rows.
        if not Pair.objects.filter(pk=pair.pk, status=pair.status, version=version).update(**fields):
            raise Decided("Somebody else took this decision back meanwhile.")
        if is_exported(pair):
            raise Conflict("This pair has left in a signed export; its decision stands.", code="exported")
        chain.record(actor.team, [decision])
    _set(pair, fields)
    return decision


def undo_last(actor: Actor) -> Pair | None:
    """Take back the latest decision of this person that still stands; None when there is none."""
    require(actor, "review")
    last = last_decision(actor)
    if last is None:
        return None
    undo_decision(actor, last.pair, version=last.version)
    return last.pair


def undone_text(pair: Pair) -> str | None:
    """What a reviewer had written into the version before, whose approval was taken back; None without a change."""
    approval = pair.decisions.filter(verdict=Verdict.APPROVE, version=pair.version - 1).first()
    return approval.text if approval and approval.was_edited else None


def last_decision(actor: Actor) -> Decision | None:
    """The latest decision of this person that still stands, with its pair."""
    mine = Decision.objects.filter(team=actor.team, reviewer=actor.user).exclude(verdict=Verdict.UNDO)
    standing = mine.exclude(pair__status=Pair.Status.PROPOSED).filter(pair__version=F("version"))
    return standing.select_related("pair").order_by("-position").first()


def edit_distance(before: str, after: str) -> int:
    """Characters taken out plus characters put in, word by word."""
    return sum(len(run.text) for run in diff.word_diff(before, after) if run.op != "equal")


def _check(verdict: str, reason: str, reason_code: str) -> None:
    if verdict not in (Verdict.APPROVE, Verdict.REJECT, Verdict.SEND_BACK):
        raise Invalid("A verdict is approve, reject or send_back.")
    if reason_code and reason_code not in Decision.Reason.values:
        raise Invalid(f"A reason code is one of: {', '.join(Decision.Reason.values)}.")
    if verdict == Verdict.REJECT and not (reason.strip() or reason_code):
        raise Invalid("A rejection needs a reason: a code or a few words.", code="needs_reason")
    if len(checked_text(reason, "reason")) > MAX_REASON:
        raise Invalid(f"A reason has at most {MAX_REASON:,} characters.")


def _decision(
    actor: Actor, pair: Pair, *, verdict: str, reason: str = "", reason_code: str = "", seconds: int | None = None
) -> Decision:
    return Decision(
        team=actor.team,
        pair=pair,
        version=pair.version,
        verdict=verdict,
        reviewer=actor.user,
        reason=reason.strip(),
        reason_code=reason_code,
        seconds=seconds,
        text_before_sha256=sha256_of(pair.completion),
        shown_sha256=sha256_of(pair.shown()),
        created=timezone.now(),
    )


def _fields_after(verdict: str, decision: Decision) -> dict[str, Any]:
    status = chain.status_after(verdict)
    return {"status": status, "decided": decision.created, "leased_by": None, "lease_until": None}


def _text_fields(pair: Pair, completion: str) -> dict[str, str]:
    digest = folded_sha256(instruction=pair.instruction, system=pair.system, completion=completion)
    return {"completion": completion, "folded_sha256": digest}


def _open_version(pair: Pair) -> QuerySet[Pair]:
    return Pair.objects.awaiting_review().filter(pk=pair.pk, version=pair.version)


def _set(pair: Pair, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(pair, name, value)


def _decided(pair: Pair) -> Decided:
    last = pair.decisions.select_related("reviewer").order_by("-position").first()
    if last is None:
        return Decided("This is not the version that is waiting now.")
    if last.verdict == Verdict.UNDO:
        return Decided(f"{last.reviewer} took a decision about this pair back; it waits as version {last.version + 1}.")
    return Decided(f"{last.reviewer} {last.get_verdict_display().lower()} this pair meanwhile.")
