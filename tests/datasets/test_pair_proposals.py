"""Proposing pairs."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from datasets.actions import propose_pair
from datasets.models import Dataset, Pair, default_dataset
from studio.accounts.models import Team
from studio.events.models import Event
from studio.web.errors import Invalid, TooLarge
from tests.datasets.pairs import make_pair
from tests.factories import make_team

ORIGIN = {"origin": "api"}


def test_a_proposed_pair_waits_in_the_team_s_default_data_set(team: Team) -> None:
    pair = make_pair(team)
    assert (pair.status, pair.version, pair.dataset) == ("proposed", 1, default_dataset(team))
    assert Dataset.objects.filter(team=team).count() == 1


def test_a_proposal_is_announced_on_the_review_and_the_team_stream(team: Team) -> None:
    pair = make_pair(team)
    event = Event.objects.get(stream=f"review:{team.pk}")
    assert (event.kind, event.data["pair_id"]) == ("pair.proposed", str(pair.pk))
    assert Event.objects.get(stream=f"team:{team.pk}").data == {"what": "review"}


def test_the_same_text_of_the_same_session_is_proposed_once(team: Team) -> None:
    session = uuid4()
    first = make_pair(team, session_id=session)
    again = make_pair(team, session_id=session)
    assert again.pk == first.pk
    assert Event.objects.filter(kind="pair.proposed").count() == 1


def test_another_text_of_the_same_session_is_another_pair(team: Team) -> None:
    session = uuid4()
    assert make_pair(team, session_id=session).pk != make_pair(team, session_id=session, completion="Other.").pk


def test_the_same_text_without_a_session_is_another_pair(team: Team) -> None:
    assert make_pair(team).pk != make_pair(team).pk


def test_two_teams_may_name_the_same_session(team: Team) -> None:
    session = uuid4()
    assert make_pair(team, session_id=session).pk != make_pair(make_team("Other"), session_id=session).pk


def test_a_score_is_kept_to_thousandths(team: Team) -> None:
    assert make_pair(team, score=0.9337).score == Decimal("0.934")


@pytest.mark.parametrize("score", ["nan", "inf", "x", -0.1, 1.001])
def test_a_score_outside_0_to_1_is_refused(team: Team, score: str | float) -> None:
    with pytest.raises(Invalid):
        make_pair(team, score=score)


@pytest.mark.parametrize("name", ["instruction", "system", "draft", "completion"])
@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
def test_text_that_a_database_cannot_store_is_refused(team: Team, name: str, sign: str) -> None:
    with pytest.raises(Invalid):
        make_pair(team, **{name: f"a{sign}b"})


@pytest.mark.parametrize(
    "fields",
    [
        {"instruction": " \n"},
        {"completion": ""},
        {"provenance": {"origin": "nowhere"}},
        {"provenance": {"origin": "api", "note": "extra"}},
        {"claims": [{"text": "x", "verdict": "PERHAPS"}]},
        {"evidence": [{"n": 1}]},
        {"evidence": [{"n": 1, "text": "a\x00b"}]},
        {"critique": {"summary": "a\x00"}},
        {"critique": {"aspects": [{"name": "grounding", "score": float("nan")}]}},
        {"critique": {"aspects": [{"name": "grounding", "score": 9}]}},
    ],
)
def test_a_proposal_of_another_shape_is_refused(team: Team, fields: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        make_pair(team, **fields)


def test_a_very_long_text_is_refused(team: Team) -> None:
    with pytest.raises(TooLarge):
        make_pair(team, completion="x" * 1_000_001)


def test_the_data_set_of_another_team_is_refused(team: Team) -> None:
    with pytest.raises(Invalid):
        make_pair(team, dataset=default_dataset(make_team("Other")))


def test_a_proposal_needs_no_more_than_its_texts_and_an_origin(team: Team) -> None:
    pair = propose_pair(team=team, instruction="Why?", draft="", completion="Because.", provenance={"origin": "file"})
    assert (pair.score, pair.evidence, pair.claims, pair.session_id) == (None, [], [], None)


@pytest.mark.parametrize(
    "fields",
    [{"status": "done"}, {"score": Decimal("1.5")}, {"version": 0}, {"completion": ""}, {"status": "approved"}],
)
def test_the_database_refuses_what_cannot_be(team: Team, fields: dict[str, object]) -> None:
    pair = make_pair(team)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pair.objects.filter(pk=pair.pk).update(**fields)
