"""Questions about pairs: filtered, sorted, paged by key, counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from datasets.models import Decision, Pair
from studio.accounts.access import Actor
from studio.accounts.models import Team

PAGE_SIZE = 50
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list. previous, next: the ids to put into the address as `before` and `after`, None at an end."""

    rows: list[Pair]
    previous: UUID | None
    next: UUID | None


def ordered(pairs: QuerySet[Pair], sort: str) -> QuerySet[Pair]:
    """In the order of `SORTS`; a pair without a score counts as the lowest."""
    descending = sort.startswith("-")
    by_id = "-id" if descending else "id"
    if not sort.endswith("score"):
        return pairs.order_by(by_id)
    score = F("score").desc(nulls_last=True) if descending else F("score").asc(nulls_first=True)
    return pairs.order_by(score, by_id)


def page_of(
    pairs: QuerySet[Pair], sort: str, *, after: Pair | None = None, before: Pair | None = None, size: int = PAGE_SIZE
) -> Page:
    """The page behind or before a pair of the list, or the first one; as quick on the last page as on the first."""
    backwards = before is not None and after is None
    way = (sort[1:] if sort.startswith("-") else f"-{sort}") if backwards else sort
    start = before if backwards else after
    if start is not None:
        pairs = pairs.filter(_behind(start, way))
    rows = list(ordered(pairs, way)[: size + 1])
    is_more = len(rows) > size
    rows = rows[:size][::-1] if backwards else rows[:size]
    has_previous = is_more if backwards else start is not None
    has_next = True if backwards else is_more
    return Page(
        rows=rows,
        previous=rows[0].pk if rows and has_previous else None,
        next=rows[-1].pk if rows and has_next else None,
    )


def _behind(pair: Pair, sort: str) -> Q:
    side = "lt" if sort.startswith("-") else "gt"
    later = Q(**{f"id__{side}": pair.pk})
    if not sort.endswith("score"):
        return later
    if pair.score is None:
        return Q(score=None) & later if side == "lt" else (Q(score=None) & later) | Q(score__isnull=False)
    found = Q(**{f"score__{side}": pair.score}) | (Q(score=pair.score) & later)
    return found | Q(score=None) if side == "lt" else found


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
