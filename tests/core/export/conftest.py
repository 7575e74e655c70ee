"""A finished export that tests copy before they damage it, and the openssl program where it is installed."""

import shutil
from pathlib import Path

import pytest

from datasets.core.layouts import LAYOUTS
from tests.core.export.making import SECRET, make, pairs


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed export of 40 pairs with every file; do not change it."""
    folder = tmp_path_factory.mktemp("finished") / "export"
    make(folder, pairs(40), frames=True, frame_key=SECRET, layouts=tuple(LAYOUTS))
    return folder


@pytest.fixture
def export(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished export, to be damaged."""
    return Path(shutil.copytree(finished, tmp_path / "export"))


@pytest.fixture(scope="session")
def openssl() -> str:
    """The openssl program."""
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("openssl is not installed")
    return found
