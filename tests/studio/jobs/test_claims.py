"""Whose turn it is: teams one after the other, the oldest first, and long work leaves room for short."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from studio.accounts.models import Team
from studio.jobs import runner
from studio.jobs.actions import worker_name
from studio.jobs.claims import claim, claim_next
from studio.jobs.models import Job
from tests.factories import make_team

pytestmark = pytest.mark.django_db


def wait(label: str, team: Team | None, *, seconds: int, queue: str = "cpu", is_long: bool = False) -> Job:
    """A job that has waited for so many seconds."""
    run_at = timezone.now() - timedelta(seconds=seconds)
    return Job.objects.create(name="turns.work", key=label, team=team, queue=queue, run_at=run_at, is_long=is_long)


def taken(queue: str = "cpu") -> str | None:
    job = claim_next(queue)
    return job.key if job else None


def test_the_oldest_of_a_team_is_first() -> None:
    team = make_team()
    for label, seconds in (("young", 100), ("old", 300), ("middle", 200)):
        wait(label, team, seconds=seconds)
    assert [taken(), taken(), taken(), taken()] == ["old", "middle", "young", None]


def test_one_file_does_not_wait_for_the_many_of_another_team() -> None:
    many, one = make_team(), make_team()
    for number in range(4):
        wait(f"many {number}", many, seconds=100 - number)
    wait("one", one, seconds=1)
    assert [taken(), taken(), taken()] == ["many 0", "one", "many 1"]


def test_work_of_no_team_has_its_turn_too() -> None:
    wait("team", make_team(), seconds=9)
    wait("team again", Team.objects.get(), seconds=8)
    wait("nobody's", None, seconds=1)
    assert [taken(), taken(), taken()] == ["team", "nobody's", "team again"]


def test_what_is_not_due_or_of_another_queue_is_left() -> None:
    wait("later", make_team(), seconds=-60)
    wait("io", None, seconds=1, queue="io")
    assert [taken(), taken("io")] == [None, "io"]


def test_one_process_stays_free_of_long_work(settings: LazySettings) -> None:
    settings.STUDIO_WORKER_PROCESSES = 2
    team = make_team()
    for number in range(3):
        wait(f"long {number}", team, seconds=9 - number, is_long=True)
    wait("short", team, seconds=1)
    assert [taken(), taken(), taken()] == ["long 0", "short", None]
    Job.objects.filter(key="long 0").update(status=Job.Status.DONE)
    assert taken() == "long 1"


def test_long_work_on_another_machine_takes_no_room_here(settings: LazySettings) -> None:
    settings.STUDIO_WORKER_PROCESSES = 2
    held = wait("there", None, seconds=9, is_long=True)
    wait("here", None, seconds=1, is_long=True)
    assert claim(str(held.pk))
    Job.objects.filter(pk=held.pk).update(worker="7@elsewhere")
    assert taken() == "here"


def test_a_single_process_does_long_work_as_it_comes(settings: LazySettings) -> None:
    settings.STUDIO_WORKER_PROCESSES = 1
    wait("long", None, seconds=2, is_long=True)
    wait("longer", None, seconds=1, is_long=True)
    assert [taken(), taken()] == ["long", "longer"]


def test_a_claim_says_who_has_it_and_until_when() -> None:
    wait("a", None, seconds=1)
    job = claim_next("cpu")
    assert job is not None
    assert (job.worker, job.claims, job.status) == (worker_name(), 1, "running")
    assert job.lease_until is not None
    assert job.lease_until > timezone.now()


def test_nothing_due_is_nothing_run() -> None:
    assert not runner.run_next("io")
