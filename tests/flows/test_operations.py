"""The operations guide, done as written: a backup of a running studio, its restoration, its status."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.studio import ROOT, Studio

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(bool(os.environ.get("STUDIO_DATABASE_URL")), reason="the guide's way for one machine"),
]

TEXT = "The cold room is checked at six and at eighteen hours. The key hangs beside the door."


def commands(heading: str, places: dict[str, str]) -> list[str]:
    """The indented lines below a heading of the guide, with the places of its examples replaced."""
    guide = (ROOT / "templates/help/operations.md").read_text()
    section = guide.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^    (\S.*)$", section, re.MULTILINE)
    for place, real in places.items():
        lines = [line.replace(place, real) for line in lines]
    return lines


def run(line: str, env: dict[str, str]) -> None:
    path = f"{Path(sys.executable).parent}:{env['PATH']}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=ROOT, env={**env, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def test_a_backup_of_a_running_studio_is_restored_as_the_guide_says(tmp_path: Path) -> None:
    places = {"/backup": str(tmp_path / "backup"), "/srv/restored": str(tmp_path / "restored")}
    with Studio() as studio:
        created = studio.api("POST", "/documents", files={"file": ("rounds.txt", TEXT.encode())}, expect=201)
        document = f"/documents/{created['id']}"
        studio.until(lambda: studio.api("GET", document)["state"] == "ready")
        assert json.loads(studio.manage("status", "--json"))["ok"]
        run(next(line for line in commands("Backup", places) if "manage.py backup" in line), studio.env)
        shutil.copytree(studio.data_dir / "keys", tmp_path / "backup" / "keys")
        token = studio.token
    *steps, start = commands("Restore", places)
    assert start.endswith("make up")
    for line in steps:
        run(line, studio.env)
    with Studio(data_dir=tmp_path / "restored") as again:
        again.token = token
        assert again.api("GET", f"{document}/text").decode().strip() == TEXT
        assert again.api("GET", "/search", params={"q": "when is the cold room checked"})["results"]


def test_setup_is_enough_on_an_empty_folder_and_other_commands_say_what_is_missing(tmp_path: Path) -> None:
    env = {**os.environ, "STUDIO_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "studio.settings"}

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    early = manage("ask", "How warm?")
    assert (early.returncode, early.stderr.count("\n")) == (1, 1)
    assert "`make up` prepares an empty one" in early.stderr
    tokens = {
        json.loads(manage("setup", "--email", "o@example.org", "--team", "T", "--json").stdout)["token"] for _ in "ab"
    }
    assert len(tokens) == 2
    nothing = manage("export_dataset", str(tmp_path / "export"))
    assert nothing.returncode == 1
    assert nothing.stderr.strip().count("\n") == 0
    assert not (tmp_path / "export").exists()
