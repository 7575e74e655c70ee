"""The world of two teams, made once for all tests of a module; what a test changes in it is rolled back."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from tests.security.routes import client_of
from tests.security.world import ROLES, make_world


@pytest.fixture(scope="module")
def world_of_module(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[SimpleNamespace]:
    folder = tmp_path_factory.mktemp("world")
    places = {"STUDIO_DATA_DIR": folder, "STUDIO_KEYS_DIR": folder / "keys"}
    with django_db_blocker.unblock(), override_settings(**places), transaction.atomic():
        made = make_world()
        made.folder = folder
        made.browsers = {role: client_of(made.ours.person(role)) for role in ROLES}
        made.browsers |= {"anonymous": Client(), "stranger": client_of(made.theirs.person("owner"))}
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(own_folder: Path, world_of_module: SimpleNamespace, settings: Settings, db: None) -> SimpleNamespace:
    """`ours` and `theirs`, their files in their folder, and `browsers`: one for each role of ours, and of outsiders."""
    settings.STUDIO_DATA_DIR = world_of_module.folder
    settings.STUDIO_KEYS_DIR = world_of_module.folder / "keys"
    return world_of_module
