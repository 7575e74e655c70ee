"""Search: right passages, right rights, exact text, and nothing of what was forgotten."""

import pytest

from studio.accounts.models import Team, User
from studio.vault.search import hybrid
from tests.studio.vault.samples import HANDBOOK, REACTOR, ready

pytestmark = pytest.mark.django_db


def test_first(team: Team, alice: User) -> None:
    d = ready(alice, team, HANDBOOK)
    ready(alice, team, REACTOR)
    hits = hybrid(team.pk, "How many days of holiday does an employee get?")
    assert hits[0].document_id == d.pk
