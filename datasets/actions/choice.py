"""Choosing what an export takes: which data set, which of its approved pairs, in which form, under which number."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from datasets.core import parquet as parquet_core
from datasets.core.layouts import LAYOUTS
from datasets.core.settings import DEFAULT_LAYOUTS
from datasets.models import Dataset, Export, ExportRow, FrameSecret, Pair
from studio.accounts.access import Actor
from studio.web.errors import Invalid

MAX_VERSION = 40
LEFT_OUT = ("withdrawn", "belowThreshold", "duplicatesRemoved")  # of the approved pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChoice:
    """What somebody wants exported. min_quality: least score, or None for any; version: empty for the next number."""

    dataset: Dataset
    min_quality: Decimal | None = None
    version: str = ""
    description: str = ""
    layouts: Sequence[str] = DEFAULT_LAYOUTS
    parquet: bool = True
    frames: bool = False
    frame_secret: FrameSecret | None = None
    outside: bool = False

    def pairs(self) -> QuerySet[Pair]:
        """The pairs that would leave now, ascending by id; of those with the same text the first one only."""
        return self._all().filter(self._fitting(), ~self._repeats()).order_by("pk")

    def selection(self) -> dict[str, int]:
        """What the data set holds now and what is left out, as the statement names it: one look at the database."""
        status = Pair.Status
        approved, allowed, fitting = Q(status=status.APPROVED), self._allowed(), self._fitting()
        return self._all().aggregate(
            approved=Count("pk", filter=approved),
            rejected=Count("pk", filter=Q(status=status.REJECTED)),
            pending=Count("pk", filter=Q(status__in=[status.PROPOSED, status.SENT_BACK])),
            withdrawn=Count("pk", filter=approved & ~allowed),
            belowThreshold=Count("pk", filter=allowed & ~fitting),
            duplicatesRemoved=Count("pk", filter=fitting & Q(self._repeats())),
        )

    def _all(self) -> QuerySet[Pair]:
        return Pair.objects.filter(team_id=self.dataset.team_id, dataset=self.dataset)

    def _allowed(self) -> Q:
        """Approved, with a text that nobody withdrew."""
        return Q(status=Pair.Status.APPROVED) & ~Q(folded_sha256__in=withdrawn_texts(self.dataset.team_id))

    def _fitting(self) -> Q:
        return self._allowed() if self.min_quality is None else self._allowed() & Q(score__gte=self.min_quality)

    def _repeats(self) -> Exists:
        """Whether an earlier pair that fits has the same text."""
        earlier = self._all().filter(self._fitting(), pk__lt=OuterRef("pk"))
        return Exists(earlier.filter(folded_sha256=OuterRef("folded_sha256")))


def withdrawn_texts(team_id: UUID) -> QuerySet[ExportRow, str]:
    """Folded digests of the texts that the team has withdrawn: none leaves again, in whatever pair it stands."""
    withheld = ExportRow.objects.filter(withheld=True, export__in=Export.objects.standing().filter(team_id=team_id))
    return withheld.values_list("pair__folded_sha256", flat=True)


def next_version(dataset: Dataset) -> str:
    """The number of the data set's next export."""
    return str(Export.objects.filter(dataset=dataset, supersedes=None).count() + 1)


def check(actor: Actor, choice: ExportChoice) -> None:
    """Raise Invalid (422) when the choice cannot be used."""
    if choice.dataset.team_id != actor.team.pk:
        raise Invalid("This data set belongs to another team.")
    if choice.min_quality is not None and not _is_score(choice.min_quality):
        raise Invalid("The least score is a number between 0 and 1 with at most three digits after the point.")
    if unknown := [name for name in choice.layouts if name not in LAYOUTS]:
        raise Invalid(f"There is no layout called {unknown[0]!r:.60}.")
    if len(choice.version) > MAX_VERSION:
        raise Invalid(f"A version has at most {MAX_VERSION} characters.")
    if "\x00" in choice.version + choice.description:
        raise Invalid("The version or the description holds a character that cannot be stored.")
    if choice.parquet and not parquet_core.is_available():
        raise Invalid("Parquet files cannot be written here: pyarrow is not installed.")
    if choice.outside and not has_outside_key(actor):
        raise Invalid("Add the public half of the outside key on the keys page first.")


def _is_score(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= 1 and value == round(value, 3)


def has_outside_key(actor: Actor) -> bool:
    """Whether a key of the team that lives elsewhere may sign."""
    return actor.team.signing_keys.filter(state="active", sealed="").exists()
