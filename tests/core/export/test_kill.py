"""An export whose process is killed at any moment is either absent or verifies."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.core.export import sweep
from tests.core.export.making import check, make, pairs

KILLS = int(os.environ.get("STUDIO_KILLS", "4"))
ROOT = Path(__file__).parents[3]
# Says "go" when imports are done, so that the kill falls into the writing; then exports over and over.
_WORK = """
import sys, itertools
from pathlib import Path
from tests.core.export.making import make, pairs
rows = pairs(60)
print("go", flush=True)
for number in itertools.count():
    make(Path(sys.argv[1]) / f"export{number}", rows, frames=True)
"""


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_export_leaves_nothing_that_does_not_verify(tmp_path: Path, seed: int) -> None:
    worker = subprocess.Popen([sys.executable, "-c", _WORK, tmp_path], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    with worker.stdout:
        assert worker.stdout.readline() == b"go\n"
        try:
            worker.wait(random.Random(seed).uniform(0.02, 0.6))
        except subprocess.TimeoutExpired:
            worker.send_signal(signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
    for folder in tmp_path.glob("export*"):
        assert check(folder).ok
    for left in tmp_path.glob(".export*.partial"):
        sweep(tmp_path, left.name[1:].rsplit(".", 2)[0])
    assert not list(tmp_path.glob(".*"))


def test_an_unfinished_folder_is_removed_by_the_next_export_but_not_a_living_one(tmp_path: Path) -> None:
    (tmp_path / ".export.dead.partial").mkdir()

    def rows():
        yield from pairs(2)
        living = [path.name for path in tmp_path.glob(".export.*.partial")]
        assert len(living) == 1
        sweep(tmp_path, "export")
        assert [path.name for path in tmp_path.glob(".export.*.partial")] == living

    make(tmp_path / "export", rows())
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
