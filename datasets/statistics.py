"""Figures about a team's pairs: states, quality, teachers, approvers, signers; counted by the database."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Avg, Count, F, Max, Min, Q

from datasets.models import Decision, Export, Pair
from studio.accounts.models import Team
from studio.events.models import Stream

# Least score, name; in falling order. A pair without a score is in none.
QUALITY = ((Decimal("0.95"), "excellent"), (Decimal("0.85"), "good"), (Decimal("0.75"), "acceptable"))
POOR = "poor"
MOST_NAMES = 50
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """states: pairs by status; quality: of approved pairs, average, minimum, maximum and how many in each class.

    teachers, approvers, signers: (name, number), most first.
    """

    total: int
    states: dict[str, int]
    scored: int
    average: float | None
    minimum: float | None
    maximum: float | None
    quality: dict[str, int]
    teachers: list[tuple[str, int]]
    approvers: list[tuple[str, int]]
    signers: list[tuple[str, int]]

    def to_json(self) -> dict[str, Any]:
        """The figures for the API."""
        return asdict(self)


def statistics_of(team: Team, dataset: UUID | None = None) -> Statistics:
    """The figures of a team, or of one of its data sets.

    Everything that changes them is an event of one of two streams, so they are counted once for each of their states.
    """
    streams = Stream.objects.filter(pk__in=[f"review:{team.pk}", f"datasets:{team.pk}"]).order_by("pk")
    state = "-".join(f"{name.partition(':')[0]}{seq}" for name, seq in streams.values_list("pk", "last_seq"))
    key = f"statistics:{team.pk}:{dataset}:{state}"
    found = cache.get(key)
    if not isinstance(found, Statistics):
        found = _count(team, dataset)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _count(team: Team, dataset: UUID | None) -> Statistics:
    pairs = Pair.objects.filter(team=team)
    decisions = Decision.objects.filter(team=team, verdict=Decision.Verdict.APPROVE)
    exports = Export.objects.filter(team=team, state=Export.State.READY)
    if dataset is not None:
        pairs, exports = pairs.filter(dataset=dataset), exports.filter(dataset=dataset)
        decisions = decisions.filter(pair__dataset=dataset)
    states = dict.fromkeys(Pair.Status.values, 0)
    states.update(pairs.values_list("status").annotate(Count("pk")).order_by())
    approved = pairs.approved()
    figures = approved.aggregate(
        average=Avg("score"), minimum=Min("score"), maximum=Max("score"), scored=Count("score"), **_classes()
    )
    by_teacher = approved.values_list("provenance__teachers__0__model").annotate(number=Count("pk"))
    standing = decisions.filter(pair__status=Pair.Status.APPROVED, version=F("pair__version"))
    by_person = standing.values_list("reviewer__name", "reviewer__email").annotate(number=Count("pk"))
    by_key = exports.values_list("key_id").annotate(number=Count("pk"))
    return Statistics(
        total=sum(states.values()),
        states=states,
        scored=figures["scored"],
        average=_rounded(figures["average"]),
        minimum=_rounded(figures["minimum"]),
        maximum=_rounded(figures["maximum"]),
        quality={name: figures[name] for name in [*(name for _, name in QUALITY), POOR]},
        teachers=[(name or "not stated", number) for name, number in by_teacher.order_by("-number")[:MOST_NAMES]],
        approvers=[(name or email, number) for name, email, number in by_person.order_by("-number")[:MOST_NAMES]],
        signers=list(by_key.order_by("-number")[:MOST_NAMES]),
    )


def _classes() -> dict[str, Count]:
    counts, above = {}, None
    for least, name in QUALITY:
        bounds = Q(score__gte=least) if above is None else Q(score__gte=least, score__lt=above)
        counts[name] = Count("pk", filter=bounds)
        above = least
    counts[POOR] = Count("pk", filter=Q(score__lt=above))
    return counts


def _rounded(value: Decimal | float | None) -> float | None:
    return None if value is None else round(float(value), 4)
