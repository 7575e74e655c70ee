"""`manage.py status`: it names what an operator should look into, and ends with 1 then."""

import fcntl
import json
import os
import re
import shutil
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from studio.accounts.actions import announce
from studio.accounts.models import Team
from studio.events.models import Event
from studio.jobs.models import Job
from studio.supervisor import upkeep
from studio.supervisor.preparing import NewerDatabase, migrate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_run_folder(settings: Any, tmp_path: Any) -> None:
    settings.STUDIO_RUN_DIR = tmp_path / "run"
    settings.STUDIO_RUN_DIR.mkdir()


def status() -> dict[str, dict[str, str]]:
    """The findings by name; whether all is well must agree with them."""
    out = StringIO()
    try:
        call_command("status", "--json", stdout=out)
        ended_well = True
    except CommandError:
        ended_well = False
    told = json.loads(out.getvalue())
    found = {finding["name"]: finding for finding in told["findings"]}
    assert told["ok"] == ended_well == (not any(finding["trouble"] for finding in found.values()))
    return found


def make(minutes: int, **fields: Any) -> None:
    run_at = timezone.now() - timedelta(minutes=minutes)
    Job.objects.create(**{"name": "sample.work", "queue": "io", "run_at": run_at, **fields})


def test_a_studio_at_rest_is_well() -> None:
    found = status()
    assert found["schema"]["text"] == "up to date"
    assert "0 running, 0 waiting" in found["queue io"]["text"]
    assert {"version", "disk", "web", "sweeper", "queue cpu", "leases", "failures"} <= found.keys()


def test_waiting_and_postponed_jobs_are_counted_apart() -> None:
    make(1)
    make(-5)
    make(0, status="running", lease_until=timezone.now() + timedelta(minutes=1))
    assert re.match(r"1 running, 1 waiting \(oldest \d+ s\), 1 for later", status()["queue io"]["text"])


def test_a_job_that_waits_too_long_is_a_trouble_of_its_queue_alone() -> None:
    make(11)
    found = status()
    assert "11 minutes" in found["queue io"]["trouble"]
    assert not found["queue cpu"]["trouble"]


def test_a_lease_that_nobody_takes_back_is_a_trouble() -> None:
    make(1, status="running", lease_until=timezone.now() - timedelta(minutes=1))
    assert "no sweeper runs" in status()["leases"]["trouble"]


def test_failures_of_the_last_day_are_counted_and_no_trouble() -> None:
    make(0, status="failed", finished=timezone.now())
    make(0, status="failed", finished=timezone.now() - timedelta(days=2))
    assert status()["failures"] == {"name": "failures", "text": "1 jobs failed in the last 24 hours", "trouble": ""}


def test_a_full_disk_is_a_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    nearly_full = shutil._ntuple_diskusage(10**12, 10**12 - 10**8, 10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: nearly_full)
    assert status()["disk"]["trouble"]


def test_upkeep_leaves_a_mark_that_says_when_it_swept() -> None:
    assert upkeep.seconds_since_sweep() is None
    upkeep.Upkeep().tend()
    assert "database" not in status()
    assert re.search(r"last pass \d+ s ago", status()["sweeper"]["text"])


def test_upkeep_forgets_old_jobs_at_once_and_then_daily() -> None:
    make(0, status="done", finished=timezone.now() - timedelta(days=30))
    work = upkeep.Upkeep()
    work.tend()
    assert not Job.objects.exists()
    assert work.tend() == 0  # too early for another pass


def test_upkeep_forgets_what_open_pages_were_told_long_ago(team: Team) -> None:
    for _ in range(2):
        announce(team, "documents")
    Event.objects.update(created=timezone.now() - timedelta(days=15))
    upkeep.Upkeep().tend()
    assert Event.objects.of(f"team:{team.pk}").count() == 1


def test_a_web_process_that_does_not_answer_is_a_trouble_where_a_supervisor_runs(settings: Any) -> None:
    settings.STUDIO_PORT = 9
    with (settings.STUDIO_RUN_DIR / "up.lock").open("w+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(os.getpid()))
        lock.flush()
        found = status()
    assert found["web"]["trouble"] == "The web process does not answer."
    assert f"process {os.getpid()}" in found["web"]["text"]


def test_a_database_of_a_newer_version_is_a_trouble_and_is_not_migrated() -> None:
    MigrationRecorder(connection).record_applied("jobs", "9999_from_the_future")
    found = status()["schema"]
    assert found["text"] == "unknown: jobs.9999_from_the_future"
    assert "newer version" in found["trouble"]
    with pytest.raises(NewerDatabase, match="newer version"):
        migrate()


def test_what_a_library_has_forgotten_is_no_trouble() -> None:
    MigrationRecorder(connection).record_applied("account", "0000_before_all")
    assert status()["schema"]["text"] == "up to date"
