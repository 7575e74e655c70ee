"""The main job through the API of a real studio: upload, search, session, decision, export, verify."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from studio import samples
from tests.support.studio import ROOT, Studio

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def studio():
    with Studio() as running:
        yield running


def test_documents_become_a_data_set_that_a_stranger_can_verify(studio: Studio, tmp_path: Path) -> None:
    for path in samples.DOCUMENTS:
        created = studio.api("POST", "/documents", files={"file": (path.name, path.read_bytes())}, expect=201)
        studio.until(lambda pk=created["id"]: studio.api("GET", f"/documents/{pk}")["state"] == "ready")

    found = studio.api("GET", "/search", params={"q": "vaccines temperature", "limit": 3})["results"]
    text = studio.api("GET", f"/documents/{found[0]['document_id']}/text").decode()
    assert text[found[0]["start"] : found[0]["end"]] == found[0]["text"]

    session = studio.api("POST", "/sessions", json={"question": samples.QUESTIONS[0]}, expect=201)["id"]
    ended = studio.until(
        lambda: (s := studio.api("GET", f"/sessions/{session}"))["state"] in {"done", "degraded"} and s
    )
    assert ended["state"] == "done"
    assert "8 °C" in ended["best_text"]
    log = studio.api("GET", f"/sessions/{session}/events", params={"after": 0})
    assert [event["seq"] for event in log["events"]] == list(range(1, log["last_seq"] + 1))

    pair = studio.api("GET", "/pairs", params={"status": "proposed"})["results"][0]
    assert pair["session_id"] == session
    decision = {"verdict": "approve", "version": pair["version"]}
    studio.api("POST", f"/pairs/{pair['id']}/decide", json=decision)
    studio.api("POST", f"/pairs/{pair['id']}/decide", json=decision, expect=409)

    export = studio.api("POST", "/exports", json={"frames": True}, expect=201)["id"]
    ready = studio.until(lambda: (e := studio.api("GET", f"/exports/{export}"))["state"] == "ready" and e)
    assert ready["rows"] == 1
    archive = studio.api("GET", f"/exports/{export}/archive")
    zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path)
    folder = next(path.parent for path in tmp_path.rglob("attestation.dsse.json"))
    assert _verify(folder, ready["key_fingerprint"]) == 0

    train = folder / "data" / "train.jsonl"
    train.write_bytes(train.read_bytes().replace(b"a", b"b", 1))
    assert _verify(folder, ready["key_fingerprint"]) != 0


def _verify(folder: Path, key: str) -> int:
    command = [sys.executable, "-m", "datasets.core.verify", str(folder), "--key", key]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode


def test_a_second_start_on_the_same_data_is_refused(studio: Studio) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=studio.env, capture_output=True, text=True, check=False
    )
    assert second.returncode != 0
    assert "already runs" in second.stderr


def test_a_taken_port_is_named_with_the_way_out(studio: Studio, tmp_path: Path) -> None:
    env = {**studio.env, "STUDIO_DATA_DIR": str(tmp_path)}
    second = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert second.returncode != 0
    assert "PORT=" in second.stderr
