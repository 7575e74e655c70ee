"""One Chromium and one studio for the tests of a file; skipped where there is no Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import browser, chromium
from tests.support.studio import Studio


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("needs Chromium")
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def studio(chrome: Browser) -> Iterator[Studio]:
    with Studio() as running:
        yield running
