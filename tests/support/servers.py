"""PostgreSQL and Redis of our own: started on free loopback ports in a temporary folder, ended with the block."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.support.ports import free_port
from tests.support.waiting import LIMIT_S, until

POSTGRES_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def missing() -> list[str]:
    """Which of the two servers are not installed on this machine."""
    has_postgres = bool(POSTGRES_FOLDERS) or shutil.which("initdb")
    return [
        name for name, there in (("PostgreSQL", has_postgres), ("Redis", shutil.which("redis-server"))) if not there
    ]


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A fresh cluster; yields the URL of its empty database `studio`."""
    folder = Path(tempfile.mkdtemp(prefix="studio-postgres-"))
    binaries = POSTGRES_FOLDERS[0] if POSTGRES_FOLDERS else Path(str(shutil.which("initdb"))).parent
    port = free_port()
    as_user = _unprivileged(folder)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    _run([*as_user, binaries / "initdb", "-D", folder / "data", "-U", "studio", "--auth=trust", "-E", "UTF8", "-N"])
    _run([*as_user, binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"])
    try:
        _run([binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "studio", "studio"])
        yield f"postgresql://studio@127.0.0.1:{port}/studio"
    finally:
        _run([*as_user, binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(url: str) -> Iterator[str]:
    """A fresh, empty database on the server of that URL; yields its URL."""
    server, _, _ = url.rpartition("/")
    name = f"studio_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as server_connection:
        server_connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as server_connection:
            server_connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A fresh server that appends to a file; yields its URL."""
    folder = tempfile.mkdtemp(prefix="studio-redis-")
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes"]
    server = subprocess.Popen([*command, "--loglevel", "warning"], stdout=subprocess.DEVNULL)
    try:
        ping = ["redis-cli", "-p", str(port), "ping"]
        until(lambda: subprocess.run(ping, capture_output=True, check=False).returncode == 0)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(LIMIT_S)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; then its own user runs it."""
    if os.getuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _run(command: list[object]) -> None:
    # Whatever language this machine is set to, installed or not, and however slow it is.
    env = {**os.environ, "LC_ALL": "C.UTF-8", "PGCTLTIMEOUT": f"{LIMIT_S:.0f}"}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, cwd="/", env=env
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout}\n{done.stderr}")
