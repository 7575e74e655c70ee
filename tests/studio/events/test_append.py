"""Appending to the log: order, idempotency, closed payloads."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pydantic import ValidationError

from studio.accounts.actions import announce, forget_announcements
from studio.accounts.models import Team, User
from studio.events.actions import append, forget
from studio.events.kinds import Payload, UnknownKind, kind
from studio.events.models import Event, Stream
from studio.events.queries import last_seq
from studio.events.reading import Question, answers


@kind("sample.counted")
class SampleCounted(Payload):
    n: int


@pytest.mark.django_db
def test_numbers_count_from_one_without_gaps() -> None:
    assert [append("sample:1", "sample.counted", {"n": n}).seq for n in range(3)] == [1, 2, 3]


@pytest.mark.django_db
def test_streams_count_apart() -> None:
    append("sample:1", "sample.counted", {"n": 1})
    assert append("sample:2", "sample.counted", {"n": 1}).seq == 1


@pytest.mark.django_db
def test_a_second_event_with_the_same_key_is_the_first_one_and_leaves_no_gap() -> None:
    first = append("sample:1", "sample.counted", {"n": 1}, key="a")
    again = append("sample:1", "sample.counted", {"n": 2}, key="a")
    assert (again.pk, again.data) == (first.pk, {"n": 1})
    assert append("sample:1", "sample.counted", {"n": 3}).seq == 2


@pytest.mark.django_db
def test_an_unknown_kind_fails_where_it_is_appended() -> None:
    with pytest.raises(UnknownKind):
        append("sample:1", "sample.unheard", {})


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{}, {"n": "many"}, {"n": 1, "m": 2}])
def test_data_of_another_shape_fails_and_takes_no_number(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        append("sample:1", "sample.counted", data)
    assert not Stream.objects.filter(pk="sample:1").exists()


@pytest.mark.django_db
def test_a_rolled_back_event_leaves_nothing() -> None:
    with transaction.atomic():
        append("sample:1", "sample.counted", {"n": 1})
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_follows_the_numbers_misses_nothing_of_eight_writers() -> None:
    writers, each = 8, 25
    seen: list[int] = []
    done = threading.Event()

    def write() -> None:
        try:
            for n in range(each):
                append("sample:1", "sample.counted", {"n": n})
        finally:
            connection.close()

    def follow() -> None:
        try:
            while not done.is_set() or Event.objects.after("sample:1", seen[-1] if seen else 0).exists():
                seen.extend(e.seq for e in Event.objects.after("sample:1", seen[-1] if seen else 0)[:50])
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    reader = threading.Thread(target=follow)
    for thread in [reader, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert seen == list(range(1, writers * each + 1))


@pytest.mark.django_db
def test_forgetting_leaves_the_young_events_and_the_last_one_and_numbers_go_on() -> None:
    for n in range(7):
        append("sample:1", "sample.counted", {"n": n})
    append("sample:2", "sample.counted", {"n": 0})
    long_ago = timezone.now() - timedelta(days=15)
    Event.objects.exclude(stream="sample:1", seq=4).update(created=long_ago)
    assert forget("sample:1", older_than=timedelta(days=14), batch=2) == 5
    assert list(Event.objects.of("sample:1").values_list("seq", flat=True)) == [4, 7]
    assert append("sample:1", "sample.counted", {"n": 7}).seq == 8
    assert Event.objects.of("sample:2").count() == 1
    assert forget("sample:nobody", older_than=timedelta(days=14)) == 0


@pytest.mark.django_db
def test_a_reader_who_was_away_longer_than_events_are_kept_gets_those_that_are_left(
    alice: User, team: Team, client_for: Callable[[User], Client]
) -> None:
    stream, after = f"team:{team.pk}", last_seq(f"team:{team.pk}")
    for _ in range(3):
        announce(team, "documents")
    Event.objects.of(stream).update(created=timezone.now() - timedelta(days=15))
    forget_announcements()
    told = client_for(alice).get(f"/events/{stream}/?after={after}").json()
    assert [event["seq"] for event in told["events"]] == [after + 3]
    assert told["last_seq"] == last_seq(stream) == after + 3
    question = Question(who=lambda: alice, stream=stream, after=after, is_sure=False)
    frames = answers([question])[question]
    assert isinstance(frames, list)
    assert [seq for seq, _ in frames] == [after + 3]
