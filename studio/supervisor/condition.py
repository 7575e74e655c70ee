"""How a studio is doing, for operators and their monitoring: what `manage.py status` prints."""

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from studio import __version__
from studio.jobs.actions import messages
from studio.jobs.models import Job
from studio.supervisor.main import is_healthy, running_supervisor
from studio.supervisor.preparing import NewerDatabase, unknown_migrations
from studio.supervisor.upkeep import seconds_since_sweep

LONG_WAIT = timedelta(minutes=10)
#: A lease is renewed three times before it runs out, and the sweeper looks twice a second.
LATE_LEASE = timedelta(seconds=15)
SWEEP_PAUSE_S = 30.0
FREE_SHARE, FREE_BYTES = 0.05, 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. trouble: what an operator should look into, or an empty text."""

    name: str
    text: str
    trouble: str = ""


def findings() -> Iterator[Finding]:
    """Everything worth knowing, quickest first; without a database what can be said without it."""
    yield Finding(name="version", text=f"{__version__}, Python {platform.python_version()}, {_database_name()}")
    yield _disk()
    yield from _processes()
    if settings.STUDIO_REDIS_URL:
        yield _redis()
    try:
        schema = _schema()
        yield schema
        if schema.trouble:
            return
        for queue in ("io", "cpu"):
            yield _queue(queue)
        yield _leases()
        yield _failures()
    except DatabaseError as error:
        yield Finding(name="database", text=str(error).strip(), trouble="The database does not answer.")


def _database_name() -> str:
    try:
        connection.ensure_connection()
    except DatabaseError:
        return str(connection.display_name)
    version = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {version}"


def _disk() -> Finding:
    usage = shutil.disk_usage(settings.STUDIO_DATA_DIR)
    text = f"{_size(usage.free)} free of {_size(usage.total)}"
    if connection.vendor == "sqlite":
        text += "".join(f", {path.name} {_size(path.stat().st_size)}" for path in _sqlite_files())
    is_low = usage.free < min(FREE_BYTES, usage.total * FREE_SHARE)
    return Finding(name="disk", text=text, trouble="The disk is nearly full." if is_low else "")


def _sqlite_files() -> list[Path]:
    database = Path(str(connection.settings_dict["NAME"]))
    return [path for path in (database, database.with_name(f"{database.name}-wal")) if path.exists()]


def _processes() -> Iterator[Finding]:
    swept = seconds_since_sweep()
    pid = running_supervisor()
    if pid:
        is_up = is_healthy()
        text = f"{settings.STUDIO_BASE_URL} {'answers' if is_up else 'does not answer'}, supervisor is process {pid}"
        yield Finding(name="web", text=text, trouble="" if is_up else "The web process does not answer.")
    else:
        yield Finding(name="web", text="no supervisor runs on this data folder")
    if swept is None:
        yield Finding(name="sweeper", text="never ran on this data folder")
        return
    is_late = pid is not None and swept > SWEEP_PAUSE_S
    trouble = "The sweeper does not get through; the log says why." if is_late else ""
    yield Finding(name="sweeper", text=f"last pass {swept:.0f} s ago", trouble=trouble)


def _schema() -> Finding:
    if unknown := unknown_migrations():
        return Finding(name="schema", text=f"unknown: {', '.join(unknown)}", trouble=str(NewerDatabase.__doc__))
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    trouble = "The database is older than the code: start the studio once." if missing else ""
    return Finding(name="schema", text=f"{missing} migrations to apply" if missing else "up to date", trouble=trouble)


def _queue(queue: str) -> Finding:
    due = Job.objects.due().filter(queue=queue)
    oldest = due.order_by("run_at").values_list("run_at", flat=True).first()
    wait = timezone.now() - oldest if oldest else timedelta(0)
    running = Job.objects.filter(queue=queue, status=Job.Status.RUNNING).count()
    later = Job.objects.filter(queue=queue, status=Job.Status.QUEUED, run_at__gt=timezone.now()).count()
    text = f"{running} running, {due.count()} waiting (oldest {wait.total_seconds():.0f} s), {later} for later"
    trouble = f"Jobs wait for {wait.total_seconds() / 60:.0f} minutes: too few workers, or none." * (wait > LONG_WAIT)
    return Finding(name=f"queue {queue}", text=f"{text}, {messages(queue)} messages", trouble=trouble)


def _leases() -> Finding:
    late = Job.objects.filter(status=Job.Status.RUNNING, lease_until__lt=timezone.now() - LATE_LEASE).count()
    trouble = "Jobs of dead workers are not put back: no sweeper runs." if late else ""
    return Finding(name="leases", text=f"{late} have run out", trouble=trouble)


def _failures() -> Finding:
    since = timezone.now() - timedelta(days=1)
    return Finding(name="failures", text=f"{_failed_since(since)} jobs failed in the last 24 hours")


def _failed_since(since: object) -> int:
    return Job.objects.filter(status=Job.Status.FAILED, finished__gte=since).count()


def _redis() -> Finding:
    import redis

    try:
        info = redis.Redis.from_url(settings.STUDIO_REDIS_URL, socket_timeout=3, socket_connect_timeout=3).info()
    except redis.RedisError as error:
        return Finding(name="redis", text=str(error), trouble="Redis does not answer.")
    trouble = "" if info.get("aof_enabled") else "Redis keeps no append-only file."
    return Finding(name="redis", text=f"{info['redis_version']}, {info['used_memory_human']} used", trouble=trouble)


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GB" if count >= 2**30 else f"{count / 2**20:.1f} MB"
