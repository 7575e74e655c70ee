"""Questions about pairs: filtered, sorted, counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from datasets.models import Decision, Pair
from studio.accounts.access import Actor
from studio.accounts.models import Team, User
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
    """Which pairs, in which order.

    q: words that stand in the instruction or the completion. teacher: a part of the first teacher's model name.
    proposed_by: the person whose session or proposal it was.
    """

    status: str = ""
    dataset: UUID | None = None
    q: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    teacher: str = ""
    proposed_by: User | None = None
    sort: str = "created"

    @property
    def is_everything(self) -> bool:
        """Whether it leaves no pair out."""
        return replace(self, sort="") == PairFilter(sort="")

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
        if self.teacher:
            pairs = pairs.filter(provenance__teachers__0__model__icontains=self.teacher)
        if self.proposed_by:
            pairs = pairs.filter(proposed_by=self.proposed_by)
        for word in self.q.split():
            pairs = pairs.filter(Q(instruction__icontains=word) | Q(completion__icontains=word))
        return pairs


def status_counts(team: Team) -> Mapping[str, int]:
    """How many pairs of the team have each status; 0 for the others."""
    rows = Pair.objects.filter(team=team).values_list("status").annotate(number=Count("pk")).order_by()
    return Counter(dict(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """left: pairs that wait, and chosen: those of them that the queue's filter lets through.

    today, hour: this person's decisions since midnight UTC and in the last 60 minutes.
    """

    left: int
    chosen: int
    today: int
    hour: int


def review_pace(actor: Actor, wanted: PairFilter) -> Pace:
    """What stands above the queue that is filtered like this."""
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    an_hour_ago = now - timedelta(hours=1)
    mine = Decision.objects.filter(team=actor.team, reviewer=actor.user, created__gte=min(midnight, an_hour_ago))
    counted = mine.exclude(verdict=Decision.Verdict.UNDO).aggregate(
        today=Count("pk", filter=Q(created__gte=midnight)), hour=Count("pk", filter=Q(created__gte=an_hour_ago))
    )
    waiting = Pair.objects.filter(team=actor.team).awaiting_review()
    left = waiting.count()
    chosen = left if wanted.is_everything else wanted.matching(waiting).count()
    return Pace(left=left, chosen=chosen, **counted)
