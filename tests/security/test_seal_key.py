"""Changing the sealing key: every secret opens with the new key and no other, wherever the change was cut off."""

import fcntl
import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from studio.accounts import secrets
from studio.management.commands.change_seal_key import SEALED
from studio.sealing import CannotOpen, Sealer, new_opening_key


@pytest.fixture
def keys(world: SimpleNamespace, settings: Any, tmp_path: Path) -> Path:
    """A key folder of this test's own, with the keys that the secrets of the world are sealed for."""
    shutil.copytree(world.folder / "keys", tmp_path / "keys")
    settings.STUDIO_KEYS_DIR, settings.STUDIO_RUN_DIR = tmp_path / "keys", tmp_path / "run"
    settings.STUDIO_RUN_DIR.mkdir()
    return tmp_path / "keys"


def rows() -> Iterator[tuple[Any, str, str]]:
    """Every row with a sealed secret: the row, what is sealed, what it is bound to."""
    for model, field, context in SEALED:
        for row in model._default_manager.exclude(**{field: ""}).order_by("pk"):
            yield row, getattr(row, field), context(row)


def opened(sealer: Sealer) -> list[str]:
    return [sealer.open(sealed, context) for _, sealed, context in rows()]


def change() -> str:
    out = StringIO()
    call_command("change_seal_key", stdout=out)
    return out.getvalue()


def test_every_column_with_a_sealed_secret_is_known() -> None:
    found = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.name.startswith("sealed")
    }
    assert found == {(model, field) for model, field, _ in SEALED}


def test_all_secrets_open_with_the_new_key_and_none_with_the_old(keys: Path) -> None:
    before, old = opened(secrets.sealer()), (keys / "seal.key").read_bytes()
    assert {type(row) for row, _, _ in rows()} == {model for model, _, _ in SEALED}
    said = change()
    assert f"{len(before)} secrets are sealed for the new key." in said
    assert "entered again" not in said
    assert opened(secrets.sealer()) == before
    assert len((keys / "seal.key").read_bytes()) == 32
    assert (keys / "seal.key").stat().st_mode & 0o777 == 0o600
    for _, sealed, context in rows():
        with pytest.raises(CannotOpen):
            Sealer.from_opening_keys([old]).open(sealed, context)


def test_web_processes_seal_for_the_new_key(keys: Path, settings: Any) -> None:
    change()
    settings.STUDIO_ROLE = "web"
    sealed = secrets.sealer().seal("sk-canary", "context")
    settings.STUDIO_ROLE = "worker"
    assert secrets.sealer().open(sealed, "context") == "sk-canary"


@pytest.mark.parametrize("resealed", [0, 1, 3])
def test_cut_off_it_loses_nothing_and_is_finished_by_another_run(keys: Path, resealed: int) -> None:
    before, old = opened(secrets.sealer()), (keys / "seal.key").read_bytes()

    def cut_off(sealer: Sealer) -> None:
        for row, sealed, context in list(rows())[:resealed]:
            field = next(field for model, field, _ in SEALED if isinstance(row, model))
            setattr(row, field, sealer.seal(sealer.open(sealed, context), context))
            row.save(update_fields=[field])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        secrets.change_key(cut_off)
    between = (keys / "seal.key").read_bytes()
    assert opened(secrets.sealer()) == before
    change()
    assert opened(secrets.sealer()) == before
    assert between == (keys / "seal.key").read_bytes() + old


def test_a_secret_that_was_lost_before_stays_as_it_is_and_is_told(world: SimpleNamespace, keys: Path) -> None:
    type(world.ours.endpoint).objects.filter(pk=world.ours.endpoint.pk).update(sealed_key="sealed1:nonsense")
    assert "1 could not be opened before either" in change()
    assert type(world.ours.endpoint).objects.get(pk=world.ours.endpoint.pk).sealed_key == "sealed1:nonsense"


def test_while_the_studio_runs_it_is_refused(keys: Path, settings: Any) -> None:
    held = (keys / "seal.key").read_bytes()
    with (settings.STUDIO_RUN_DIR / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        with pytest.raises(CommandError, match="process 4711"):
            change()
    assert (keys / "seal.key").read_bytes() == held


def test_with_keys_of_the_environment_the_new_one_stands_before_the_old(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, old, new = opened(secrets.sealer()), (keys / "seal.key").read_bytes(), new_opening_key()
    monkeypatch.setenv("STUDIO_SEAL_KEY", old.hex())
    with pytest.raises(CommandError, match="before the old one"):
        change()
    monkeypatch.setenv("STUDIO_SEAL_KEY", f"{new.hex()} {old.hex()}")
    assert opened(secrets.sealer()) == before
    assert "Take the old key out" in change()
    monkeypatch.setenv("STUDIO_SEAL_KEY", new.hex())
    assert opened(secrets.sealer()) == before
    assert (keys / "seal.key").read_bytes() == old
