"""Deciding about pairs, taking decisions back, and the chain of decisions."""

import pytest
from django.db import connection

from datasets import exported
from datasets.actions import Decided, decide_many, decide_pair, undo_decision, undo_last
from datasets.chain import verify_chain
from datasets.models import Decision, Pair
from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Role, Team, User
from studio.events.models import Event
from studio.web.errors import Conflict, Forbidden, Invalid
from tests.datasets.pairs import COMPLETION, make_pair
from tests.factories import make_user

EDITED = "The battery lasts 18 hours [1].\r\n\n\tIt charges in two hours [2].\n"


@pytest.fixture
def actor(rita: User, team: Team) -> Actor:
    return acting(rita, team)


def acting(user: User, team: Team) -> Actor:
    found = actor_for(user, team)
    assert found is not None
    return found


def fresh(pair: Pair) -> Pair:
    return Pair.objects.get(pk=pair.pk)


@pytest.mark.parametrize(
    ("verdict", "status"), [("approve", "approved"), ("reject", "rejected"), ("send_back", "sent_back")]
)
def test_a_decision_changes_the_status_and_tells_the_pages(actor: Actor, team: Team, verdict: str, status: str) -> None:
    pair = make_pair(team)
    decide_pair(actor, pair, verdict=verdict, version=1, reason="Because.")
    assert fresh(pair).status == pair.status == status
    event = Event.objects.of(f"review:{team.pk}").last()
    assert event is not None
    assert event.data["pair_ids"] == [str(pair.pk)]
    assert (event.data["status"], event.data["reviewer"]) == (status, "Rita")
    assert Event.objects.filter(stream=f"team:{team.pk}", data={"what": "review"}).count() == 2


def test_an_approval_keeps_the_text_and_what_was_shown(actor: Actor, team: Team) -> None:
    pair = make_pair(team)
    decision = decide_pair(actor, pair, verdict="approve", version=1, seconds=7)
    assert fresh(pair).completion == decision.text == COMPLETION
    assert (decision.was_edited, decision.edit_distance, decision.seconds) == (False, 0, 7)
    assert len(decision.shown_sha256) == 64


def test_an_edited_approval_stores_exactly_the_edited_text(actor: Actor, team: Team) -> None:
    pair = make_pair(team)
    decision = decide_pair(actor, pair, verdict="approve", version=1, text=EDITED)
    assert fresh(pair).completion == decision.text == EDITED
    assert decision.text_before == COMPLETION
    assert decision.edit_distance > 0


def test_a_text_sent_with_a_rejection_changes_nothing(actor: Actor, team: Team) -> None:
    pair = make_pair(team)
    decide_pair(actor, pair, verdict="reject", version=1, text=EDITED, reason_code="wrong")
    assert fresh(pair).completion == COMPLETION


@pytest.mark.parametrize(
    ("verdict", "fields"),
    [
        ("reject", {}),
        ("reject", {"reason": "  "}),
        ("reject", {"reason_code": "bored"}),
        ("reject", {"reason": "x" * 4001}),
        ("undo", {}),
        ("maybe", {}),
        ("approve", {"text": " \n"}),
        ("approve", {"text": "a\x00b"}),
    ],
)
def test_a_decision_that_cannot_be_used_changes_nothing(
    actor: Actor, team: Team, verdict: str, fields: dict[str, str]
) -> None:
    pair = make_pair(team)
    with pytest.raises(Invalid):
        decide_pair(actor, pair, verdict=verdict, version=1, **fields)  # type: ignore[arg-type]  # texts only
    assert fresh(pair).is_proposed
    assert not Decision.objects.exists()


def test_members_decide_nothing(bob: User, team: Team) -> None:
    pair = make_pair(team)
    with pytest.raises(Forbidden):
        decide_pair(acting(bob, team), pair, verdict="approve", version=1)
    assert fresh(pair).is_proposed


def test_the_second_decision_about_a_version_is_refused(actor: Actor, alice: User, team: Team) -> None:
    pair, same = make_pair(team), Pair.objects.get()
    decide_pair(actor, pair, verdict="approve", version=1)
    with pytest.raises(Decided, match="Rita approved this pair"):
        decide_pair(acting(alice, team), same, verdict="reject", version=1, reason="No.")
    assert fresh(pair).status == "approved"
    assert Event.objects.filter(kind="pair.decided").count() == Decision.objects.count() == 1


def test_a_decision_about_a_version_that_was_taken_back_is_refused(actor: Actor, alice: User, team: Team) -> None:
    pair = make_pair(team)
    decide_pair(actor, pair, verdict="approve", version=1)
    undo_decision(actor, pair, version=1)
    with pytest.raises(Decided, match="waits as version 2"):
        decide_pair(acting(alice, team), fresh(pair), verdict="approve", version=1)


def test_a_decision_about_a_version_that_never_was_is_refused(actor: Actor, team: Team) -> None:
    with pytest.raises(Decided, match="not the version"):
        decide_pair(actor, make_pair(team), verdict="approve", version=2)


def test_an_undo_gives_the_text_back_byte_for_byte(actor: Actor, team: Team) -> None:
    pair = make_pair(team, completion="Line one\r\nline\u2028two\ttab  \n")
    decide_pair(actor, pair, verdict="approve", version=1, text=EDITED)
    undo_decision(actor, pair, version=1)
    again = fresh(pair)
    assert again.completion == pair.completion == "Line one\r\nline\u2028two\ttab  \n"
    assert (again.status, again.version, again.decided) == ("proposed", 2, None)


def test_an_undone_pair_can_be_decided_again(actor: Actor, team: Team) -> None:
    pair = make_pair(team)
    decide_pair(actor, pair, verdict="reject", version=1, reason_code="style")
    undo_decision(actor, pair, version=1)
    decide_pair(actor, pair, verdict="approve", version=2)
    assert [d.verdict for d in Decision.objects.order_by("position")] == ["reject", "undo", "approve"]


def test_undo_last_walks_back_through_fifty_decisions(actor: Actor, team: Team) -> None:
    pairs = [make_pair(team, completion=f"Answer {n}.") for n in range(50)]
    for pair in pairs:
        decide_pair(actor, pair, verdict="approve", version=1, text=f"Better {pair.completion}")
    undone = [undo_last(actor) for _ in pairs]
    assert [pair.pk for pair in undone if pair] == [pair.pk for pair in reversed(pairs)]
    assert undo_last(actor) is None
    assert {fresh(pair).completion for pair in pairs} == {f"Answer {n}." for n in range(50)}
    assert verify_chain(team).is_whole


def test_another_reviewer_does_not_undo_but_an_owner_does(actor: Actor, alice: User, team: Team) -> None:
    pair = make_pair(team)
    other = acting(make_user("Remy", team=team, role=Role.REVIEWER), team)
    decide_pair(actor, pair, verdict="approve", version=1)
    with pytest.raises(Forbidden):
        undo_decision(other, fresh(pair), version=1)
    undo_decision(acting(alice, team), fresh(pair), version=1)
    assert fresh(pair).is_proposed


def test_a_decision_is_taken_back_once(actor: Actor, team: Team) -> None:
    pair = make_pair(team)
    decide_pair(actor, pair, verdict="approve", version=1)
    same = fresh(pair)
    undo_decision(actor, pair, version=1)
    with pytest.raises(Decided):
        undo_decision(actor, same, version=1)
    with pytest.raises(Decided):
        undo_decision(actor, fresh(pair), version=1)
    assert fresh(pair).version == 2


def test_an_exported_decision_stands(actor: Actor, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = make_pair(team)
    monkeypatch.setattr(exported, "_checks", [lambda found: found.pk == pair.pk])
    decide_pair(actor, pair, verdict="approve", version=1)
    with pytest.raises(Conflict, match="signed export"):
        undo_decision(actor, fresh(pair), version=1)
    assert fresh(pair).status == "approved"


def test_many_pairs_are_decided_at_once_without_the_stale_ones(actor: Actor, alice: User, team: Team) -> None:
    pairs = [make_pair(team) for _ in range(5)]
    decide_pair(acting(alice, team), pairs[0], verdict="approve", version=1)
    result = decide_many(actor, {pair.pk: 1 for pair in pairs}, verdict="reject", reason_code="off_topic")
    assert [pair.pk for pair in result.decided] == [pair.pk for pair in pairs[1:]]
    assert result.stale == [pairs[0].pk]
    assert Pair.objects.filter(status="rejected").count() == 4
    assert verify_chain(team).is_whole


def test_deciding_many_takes_the_same_number_of_statements(
    actor: Actor, team: Team, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    pairs = [make_pair(team) for _ in range(60)]
    with django_assert_max_num_queries(20):  # type: ignore[operator]  # the fixture is a context manager
        decide_many(actor, {pair.pk: 1 for pair in pairs}, verdict="approve")


def test_many_pairs_of_another_team_are_left_alone(actor: Actor, charlie: User) -> None:
    theirs = make_pair(charlie.teams.get())
    assert decide_many(actor, {theirs.pk: 1}, verdict="approve").stale == [theirs.pk]
    assert fresh(theirs).is_proposed


def test_a_chain_of_all_verdicts_is_whole(actor: Actor, team: Team) -> None:
    for verdict in ("approve", "reject", "send_back"):
        pair = make_pair(team)
        decide_pair(actor, pair, verdict=verdict, version=1, reason="Because.")
        undo_decision(actor, pair, version=1)
        decide_pair(actor, pair, verdict=verdict, version=2, reason="Because.", text=EDITED)
    report = verify_chain(team)
    assert (report.is_whole, report.length) == (True, 9)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE datasets_decision SET verdict = 'approve' WHERE position = 2", "decision 2 was changed"),
        ("UPDATE datasets_decision SET reason = 'fine' WHERE position = 1", "decision 1 was changed"),
        ("UPDATE datasets_decision SET text = 'Something else' WHERE position = 3", "decision 3 was changed"),
        ("UPDATE datasets_decision SET seconds = 60 WHERE position = 3", "decision 3 was changed"),
        ("DELETE FROM datasets_decision WHERE position = 2", "decision 2 is missing"),
        ("DELETE FROM datasets_decision WHERE position = 3", "2 decisions, but 3 were announced"),
        ("UPDATE datasets_decision SET position = position + 7 WHERE position = 2", "decision 2 is missing"),
        ("UPDATE datasets_pair SET completion = 'x' WHERE status = 'approved'", "its completion is not the one"),
        ("UPDATE datasets_pair SET instruction = 'x' WHERE status = 'approved'", "is not what the reviewer"),
        ("UPDATE datasets_pair SET evidence = '[]' WHERE status = 'rejected'", "is not what the reviewer"),
        ("UPDATE datasets_pair SET status = 'approved' WHERE status = 'rejected'", "is not what decision 1 made"),
        ("UPDATE datasets_pair SET completion = 'x' WHERE status = 'proposed'", "changed without a decision"),
    ],
)
def test_an_edit_past_the_studio_is_found(actor: Actor, team: Team, sql: str, fault: str) -> None:
    pairs = [make_pair(team) for _ in range(4)]
    decide_pair(actor, pairs[0], verdict="reject", version=1, reason="No.")
    decide_pair(actor, pairs[1], verdict="send_back", version=1, reason="Shorter.")
    decide_pair(actor, pairs[2], verdict="approve", version=1, text=EDITED)
    assert verify_chain(team).is_whole
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert fault in verify_chain(team).fault


def test_each_team_has_a_chain_of_its_own(actor: Actor, team: Team, charlie: User) -> None:
    elsewhere = charlie.teams.get()
    for _ in range(2):
        decide_pair(actor, make_pair(team), verdict="approve", version=1)
        decide_pair(acting(charlie, elsewhere), make_pair(elsewhere), verdict="approve", version=1)
    assert list(Decision.objects.filter(team=elsewhere).order_by("id").values_list("position", flat=True)) == [1, 2]
    assert verify_chain(team).is_whole
