"""Leases: which pairs are on whose screen. A courtesy with an end; the version check alone keeps decisions apart."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasets.models import Pair
from datasets.queries import PairFilter
from studio.accounts.access import Actor, require
from studio.web.errors import Conflict


def claim_pairs(
    actor: Actor,
    *,
    limit: int,
    wanted: PairFilter | None = None,
    without: Collection[UUID] = (),
    first: UUID | None = None,
) -> list[Pair]:
    """The next pairs of the queue for this person, leased to them; no pair is given to two people at once.

    without: pairs that they hold or have skipped. first: a pair that comes before all others, if it is free.
    PostgreSQL passes over rows that another claim has locked; SQLite lets one writer in at a time.
    """
    require(actor, "review")
    if limit < 1:
        return []
    with transaction.atomic():
        free = Pair.objects.filter(team=actor.team).free_for(actor.user)
        free = free.select_for_update(skip_locked=True)
        pairs = list(free.filter(pk=first)) if first else []
        held = {*without, *(pair.pk for pair in pairs)}
        pairs += (wanted or PairFilter()).of(free).exclude(pk__in=held)[: limit - len(pairs)]
        _lease(actor, pairs)
    return pairs


def renew_leases(actor: Actor, pair_ids: Collection[UUID]) -> set[UUID]:
    """Prolong the person's leases on these pairs; returns those that they still hold."""
    require(actor, "review")
    with transaction.atomic():
        mine = Pair.objects.filter(team=actor.team, pk__in=pair_ids, leased_by=actor.user).awaiting_review()
        held = list(mine.select_for_update(skip_locked=True).only("pk"))
        _lease(actor, held)
    return {pair.pk for pair in held}


def release_lease(actor: Actor, pair: Pair) -> None:
    """Give the pair back to the queue, if it is this person's."""
    Pair.objects.filter(pk=pair.pk, leased_by=actor.user).update(leased_by=None, lease_until=None)


def take_over(actor: Actor, pair: Pair) -> None:
    """Take a pair from whoever holds it; for people who administer the team. Raises Conflict when it is decided."""
    require(actor, "administer")
    until = timezone.now() + timedelta(seconds=settings.STUDIO_REVIEW_LEASE_SECONDS)
    fields = {"leased_by": actor.user, "lease_until": until}
    if not Pair.objects.awaiting_review().filter(pk=pair.pk).update(**fields):
        raise Conflict("This pair is decided already.")


def _lease(actor: Actor, pairs: Collection[Pair]) -> None:
    if not pairs:
        return
    until = timezone.now() + timedelta(seconds=settings.STUDIO_REVIEW_LEASE_SECONDS)
    Pair.objects.filter(pk__in=[pair.pk for pair in pairs]).update(leased_by=actor.user, lease_until=until)
    for pair in pairs:
        pair.leased_by, pair.lease_until = actor.user, until
