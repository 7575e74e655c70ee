"""Fixtures for every test: who takes part, how they come in, a data folder of one's own, no way out of the machine."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker
from pytest_socket import socket_allow_hosts

from studio.accounts.access import Scope
from studio.accounts.actions import create_api_token
from studio.accounts.models import Role, Team, User
from tests.factories import make_team, make_user

ALL_SCOPES: list[Scope] = ["read", "write", "review", "export", "admin"]
LOOPBACK = ["127.0.0.1", "::1"]
# How long an example takes says more about the machine than about the code. The examples of a run are those of the last
# one, so that a change fails for what it changes; STUDIO_HYPOTHESIS_PROFILE=thorough looks for new ones.
hypothesis.settings.register_profile(
    "studio",
    deadline=None,
    derandomize=os.environ.get("STUDIO_HYPOTHESIS_PROFILE") != "thorough",
    database=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("studio")


class ApiClient(Client):
    """A client that carries a bearer token and sends and expects JSON."""

    def __init__(self, token: str) -> None:
        super().__init__(headers={"Authorization": f"Bearer {token}"})
        self.token = token

    def post_json(self, path: str, data: object) -> Any:
        return self.post(path, data, content_type="application/json")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Workers compare what each of them collected, and bytes may hold the second at which they were made."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_runtest_setup() -> None:
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL drops a database that nobody else is in, and a thread of some test may still hold on to it."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Files and keys of a test lie in its own folder, and nothing is remembered from the test before."""
    settings.STUDIO_DATA_DIR = tmp_path
    settings.STUDIO_KEYS_DIR = tmp_path / "keys"
    uploads = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "uploads"}}
    settings.STORAGES = {**settings.STORAGES, "default": uploads}
    yield tmp_path
    cache.clear()


@pytest.fixture
def team(db: None) -> Team:
    """The team that most tests are about."""
    return make_team("Arctic Lab")


@pytest.fixture
def alice(team: Team) -> User:
    """The team's owner."""
    return make_user("Alice", team=team, role=Role.OWNER)


@pytest.fixture
def bob(team: Team) -> User:
    """A member: asks, uploads and proposes, but decides nothing."""
    return make_user("Bob", team=team)


@pytest.fixture
def rita(team: Team) -> User:
    """A reviewer."""
    return make_user("Rita", team=team, role=Role.REVIEWER)


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger: owner of a team of his own."""
    return make_user("Charlie", team=make_team("Elsewhere"), role=Role.OWNER)


@pytest.fixture
def client_for(db: None) -> Callable[[User], Client]:
    """A browser in which the person is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def api_for(db: None) -> Callable[..., ApiClient]:
    """`api_for(user, scopes=[...], team=...)`: an API client with a fresh token; every scope by default."""

    def with_token(user: User, scopes: list[Scope] | None = None, *, team: Team | None = None) -> ApiClient:
        of = team or user.teams.order_by("memberships__created").get()
        scopes = ALL_SCOPES if scopes is None else scopes
        return ApiClient(create_api_token(user, of, name="test", scopes=scopes)[1])

    return with_token


@pytest.fixture
def statements(db: None) -> Callable[[Callable[[], object]], int]:
    """How many SQL statements a call takes: `statements(lambda: client.get(...))`."""

    def counted(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return counted
