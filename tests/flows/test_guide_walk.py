"""The walk in the guide, run as it is written there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from studio.web.views import HELP_DIR
from tests.support.studio import ROOT, Studio

pytestmark = pytest.mark.flow


def test_the_walk_in_the_guide_ends_with_a_verified_export(tmp_path: Path) -> None:
    guide = (HELP_DIR / "api.md").read_text()
    walk = re.search(r"^## From a file to a verified data set$.*?^```\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    assert walk
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with Studio() as studio:
        env = {"STUDIO": studio.url, "TOKEN": studio.token, "PATH": path, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            ["/bin/bash"], input=walk[1], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "18 hours" in done.stdout
    assert (tmp_path / "export.zip").stat().st_size > 0
