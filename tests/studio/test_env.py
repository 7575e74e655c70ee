"""Settings from the environment: what cannot be used is refused in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from studio import env
from studio.env import SettingError
from tests.support.waiting import LIMIT_S


@pytest.mark.parametrize("value", ["text", "nan", "inf", "0x1F", "8 0"])
def test_what_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(SettingError, match="PORT must be a number"):
        env.whole("PORT", 8000)


@pytest.mark.parametrize(("value", "sentence"), [("0", "at least 1"), ("65536", "at most 65535"), ("8.5", "whole")])
def test_a_number_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, value: str, sentence: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(SettingError, match=sentence):
        env.whole("PORT", 8000, minimum=1, maximum=65535)


def test_a_folder_is_made_with_those_above_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDIO_DATA_DIR", str(tmp_path / "a b" / "ü"))
    assert env.folder("STUDIO_DATA_DIR", tmp_path).is_dir()


def test_a_folder_is_named_without_detours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDIO_DATA_DIR", str(tmp_path / "a" / ".." / "b"))
    assert env.folder("STUDIO_DATA_DIR", tmp_path) == tmp_path.resolve() / "b"


@pytest.mark.parametrize("inside", ["", "under"])
def test_a_file_in_place_of_the_folder_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STUDIO_DATA_DIR", str(tmp_path / "file" / inside))
    with pytest.raises(SettingError, match="STUDIO_DATA_DIR names a"):
        env.folder("STUDIO_DATA_DIR", tmp_path)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("studio.lan", "http://studio.lan:80"),
    ],
)
def test_the_default_address_is_one_that_a_browser_can_open(host: str, address: str) -> None:
    assert env.address(host, 80) == address


@pytest.mark.parametrize("value", ["studio.example.org", "ftp://studio.example.org", "https://"])
def test_an_address_without_its_scheme_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("STUDIO_BASE_URL", value)
    with pytest.raises(SettingError, match="must be an address such as"):
        env.base_url("STUDIO_BASE_URL", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "seventy"),
        ("STUDIO_LOG_LEVEL", "loud"),
        ("STUDIO_DATABASE_URL", "mysql://x"),
        ("STUDIO_DEBUG", "maybe"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_the_command_with_one_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA_DIR": str(tmp_path),
        name: value,
    }
    command = [sys.executable, "manage.py", "up"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The studio cannot start: ")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


def test_a_key_file_keeps_its_key_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "seal.key"
    key = env.key_file(path)
    assert len(key) == 32
    assert env.key_file(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("left", [0, 1, 31, 33])
def test_a_key_that_was_cut_off_is_refused(tmp_path: Path, left: int) -> None:
    (tmp_path / "seal.key").write_bytes(bytes(left))
    with pytest.raises(SettingError, match=r"seal\.key is damaged"):
        env.key_file(tmp_path / "seal.key")


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of an embedded studio on that data folder."""
    own = {"DJANGO_SETTINGS_MODULE": "studio.settings", "STUDIO_DATA_DIR": str(folder)}
    variables = {**os.environ, **own, "STUDIO_DATABASE_URL": "", "STUDIO_REDIS_URL": ""}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False, timeout=2 * LIMIT_S
    )


def test_a_data_folder_with_a_file_in_the_way_ends_the_command_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    done = manage(tmp_path, "up")
    assert done.returncode == 1
    assert done.stderr.startswith("A file of the studio cannot be used: ")
    assert done.stderr.count("\n") == 1
    assert str(tmp_path / "run") in done.stderr


def test_what_a_command_writes_is_its_owners_alone_whatever_the_rights_of_the_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = manage(
        tmp_path, "shell", "-v", "0", "-c", "from django.db import connection; connection.ensure_connection()"
    )
    assert done.returncode == 0, done.stderr
    assert {"keys", "run", "studio.sqlite3"} <= {path.name for path in tmp_path.iterdir()}
    assert not [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077]


def test_postgresql_is_found_again_soon_after_its_restart_and_dead_connections_are_never_used(tmp_path: Path) -> None:
    entry = env.database("postgresql://studio@127.0.0.1/studio", data_dir=tmp_path)
    assert entry["CONN_HEALTH_CHECKS"] is True
    assert env.POOL["reconnect_timeout"] < env.POOL["timeout"]
