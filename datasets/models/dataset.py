"""Data sets: named collections of a team's pairs."""

from django.db import models
from django.utils import timezone

from studio.accounts.models import Team
from studio.web.ids import uuid7

DEFAULT_NAME = "Main"
DEFAULT_LICENCE = "LicenseRef-proprietary"


class Dataset(models.Model):
    """Pairs that leave together. licence: an SPDX expression."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    licence = models.CharField(max_length=80, default=DEFAULT_LICENCE)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="dataset_name_once")]

    def __str__(self) -> str:
        return self.name


def default_dataset(team: Team) -> Dataset:
    """The team's first data set, made when it is first asked for."""
    first = Dataset.objects.filter(team=team).order_by("created", "id").first()
    return first or Dataset.objects.get_or_create(team=team, name=DEFAULT_NAME)[0]
