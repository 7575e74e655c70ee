"""Leases: nobody gets what somebody else holds, and nothing is held for ever."""

import threading
from collections import Counter
from datetime import timedelta
from queue import Queue

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from datasets.actions import Decided, claim_pairs, decide_pair, renew_leases, take_over, undo_last
from datasets.chain import verify_chain
from datasets.models import Decision, Pair
from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Role, Team, User
from studio.events.models import Event
from studio.web.errors import Conflict, Forbidden
from tests.datasets.pairs import make_pair
from tests.factories import make_team, make_user


def acting(user: User, team: Team) -> Actor:
    found = actor_for(user, team)
    assert found is not None
    return found


def test_a_claimed_pair_has_a_visible_holder_until_the_lease_ends(team: Team, rita: User, settings: Settings) -> None:
    settings.STUDIO_REVIEW_LEASE_SECONDS = 60
    make_pair(team)
    claim_pairs(acting(rita, team), limit=1)
    pair = Pair.objects.get()
    assert pair.holder == rita
    assert pair.lease_until is not None
    assert timedelta(seconds=50) < pair.lease_until - timezone.now() <= timedelta(seconds=60)
    pair.lease_until = timezone.now() - timedelta(seconds=1)
    assert pair.holder is None


def test_an_expired_lease_frees_the_pair(team: Team, rita: User, alice: User) -> None:
    pair = make_pair(team)
    assert claim_pairs(acting(rita, team), limit=1) == [pair]
    assert claim_pairs(acting(alice, team), limit=1) == []
    Pair.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claim_pairs(acting(alice, team), limit=1) == [pair]


def test_an_expired_lease_does_not_stop_its_holder_from_deciding(team: Team, rita: User) -> None:
    pair = make_pair(team)
    claim_pairs(acting(rita, team), limit=1)
    Pair.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    decide_pair(acting(rita, team), Pair.objects.get(), verdict="approve", version=1)
    pair.refresh_from_db()
    assert pair.status == "approved"


def test_a_decision_ends_the_lease_and_its_undo_gives_it_back(team: Team, rita: User) -> None:
    make_pair(team)
    actor = acting(rita, team)
    [pair] = claim_pairs(actor, limit=1)
    decide_pair(actor, pair, verdict="approve", version=1)
    assert Pair.objects.get().holder is None
    undo_last(actor)
    assert Pair.objects.get().holder == rita


def test_a_person_gets_their_own_pairs_again(team: Team, rita: User) -> None:
    make_pair(team)
    actor = acting(rita, team)
    assert claim_pairs(actor, limit=4) == claim_pairs(actor, limit=4)


def test_renewing_prolongs_only_what_is_still_held(team: Team, rita: User, alice: User) -> None:
    first, second = make_pair(team), make_pair(team)
    claim_pairs(acting(rita, team), limit=2)
    Pair.objects.filter(pk=second.pk).update(leased_by=alice)
    early = timezone.now() + timedelta(seconds=1)
    Pair.objects.update(lease_until=early)
    assert renew_leases(acting(rita, team), [first.pk, second.pk]) == {first.pk}
    assert Pair.objects.get(pk=first.pk).lease_until > early
    assert Pair.objects.get(pk=second.pk).lease_until == early


def test_an_admin_takes_a_pair_over(team: Team, rita: User, alice: User) -> None:
    make_pair(team)
    [pair] = claim_pairs(acting(rita, team), limit=1)
    take_over(acting(alice, team), pair)
    assert Pair.objects.get().holder == alice
    with pytest.raises(Forbidden):
        take_over(acting(rita, team), pair)


def test_a_decided_pair_cannot_be_taken_over(team: Team, rita: User, alice: User) -> None:
    pair = make_pair(team)
    decide_pair(acting(rita, team), pair, verdict="approve", version=1)
    with pytest.raises(Conflict):
        take_over(acting(alice, team), pair)


def test_members_claim_nothing(team: Team, bob: User) -> None:
    make_pair(team)
    with pytest.raises(Forbidden):
        claim_pairs(acting(bob, team), limit=1)


CLIENTS, EACH = 8, 40


@pytest.mark.django_db(transaction=True)
def test_eight_reviewers_at_once_get_every_pair_exactly_once() -> None:
    team = make_team("Crowd")
    actors = [acting(make_user(f"Reviewer {n}", team=team, role=Role.REVIEWER), team) for n in range(CLIENTS)]
    with transaction.atomic():
        wanted = {make_pair(team).pk for _ in range(CLIENTS * EACH)}
    issued: Queue[object] = Queue()

    def review(actor: Actor) -> None:
        try:
            while pairs := claim_pairs(actor, limit=1):
                issued.put(pairs[0].pk)
                decide_pair(actor, pairs[0], verdict="approve", version=1)
        finally:
            connection.close()

    _at_once([lambda actor=actor: review(actor) for actor in actors])
    counted = Counter(issued.queue)
    assert set(counted) == wanted
    assert set(counted.values()) == {1}
    assert Pair.objects.approved().count() == Decision.objects.count() == CLIENTS * EACH
    assert verify_chain(team).is_whole


@pytest.mark.django_db(transaction=True)
def test_of_eight_decisions_about_one_version_one_stands() -> None:
    team = make_team("Crowd")
    actors = [acting(make_user(f"Reviewer {n}", team=team, role=Role.REVIEWER), team) for n in range(CLIENTS)]
    pair = make_pair(team)
    answers: Queue[str] = Queue()
    start = threading.Barrier(CLIENTS)

    def decide(actor: Actor) -> None:
        try:
            mine = Pair.objects.get(pk=pair.pk)
            start.wait()
            decide_pair(actor, mine, verdict="approve", version=1, text=f"Text of {actor.user.name}")
            answers.put("stands")
        except Decided:
            answers.put("conflict")
        finally:
            connection.close()

    _at_once([lambda actor=actor: decide(actor) for actor in actors])
    assert Counter(answers.queue) == {"stands": 1, "conflict": CLIENTS - 1}
    decision = Decision.objects.get()
    assert Pair.objects.get().completion == decision.text == f"Text of {decision.reviewer.name}"
    assert Event.objects.filter(kind="pair.decided").count() == 1


def _at_once(works: list[object]) -> None:
    failures: Queue[BaseException] = Queue()

    def guarded(work: object) -> None:
        try:
            work()  # type: ignore[operator]  # each work is a function without arguments
        except BaseException as error:  # noqa: BLE001  handed to the test below
            failures.put(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(failures.queue) == []
