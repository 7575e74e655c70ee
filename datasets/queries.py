"""Questions about pairs: filtered, sorted, counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from datasets.models import Decision, Pair
from studio.accounts.access import Actor
from studio.accounts.models import Team
from studio.web.paging import ordered

SORTS = {
    "-created": "Newest first",
    "created": "Oldest first",
    "-score": "Best score first",
    "score": "Lowest score first",
}
# What a list does not show; most of a pair's bytes.
HEAVY = ("system", "draft", "completion", "evidence", "claims", "critique", "provenance", "flags")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFilter:
    """Which pairs, in which order. q: words that stand in the instruction or the completion."""

    status: str = ""
    dataset: UUID | None = None
    q: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    sort: str = "created"

    def of(self, pairs: QuerySet[Pair]) -> QuerySet[Pair]:
        """The pairs that match, in order."""
        return ordered(self.matching(pairs), self.sort)

    def matching(self, pairs: QuerySet[Pair]) -> QuerySet[Pair]:
        """The pairs that match, in no order."""
        if self.status:
            pairs = pairs.filter(status=self.status)
        if self.dataset:
            pairs = pairs.filter(dataset=self.dataset)
        if self.least is not None:
            pairs = pairs.filter(score__gte=self.least)
        if self.most is not None:
            pairs = pairs.filter(score__lte=self.most)
        for word in self.q.split():
            pairs = pairs.filter(Q(instruction__icontains=word) | Q(completion__icontains=word))
        return pairs


def status_counts(team: Team) -> Mapping[str, int]:
    """How many pairs of the team have each status; 0 for the others."""
    rows = Pair.objects.filter(team=team).values_list("status").annotate(number=Count("pk")).order_by()
    return Counter(dict(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """left: pairs that wait; today, hour: this person's decisions since midnight UTC and in the last 60 minutes."""

    left: int
    today: int
    hour: int


def review_pace(actor: Actor) -> Pace:
    """What stands above the queue."""
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    an_hour_ago = now - timedelta(hours=1)
    mine = Decision.objects.filter(team=actor.team, reviewer=actor.user, created__gte=min(midnight, an_hour_ago))
    counted = mine.exclude(verdict=Decision.Verdict.UNDO).aggregate(
        today=Count("pk", filter=Q(created__gte=midnight)), hour=Count("pk", filter=Q(created__gte=an_hour_ago))
    )
    return Pace(left=Pair.objects.filter(team=actor.team).awaiting_review().count(), **counted)
