"""Every page in real Chromium, wide and narrow, light and dark: axe, console, origin, width."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import fill, pages
from tests.browser.screenshots import problems
from tests.support.browser import window
from tests.support.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.flow]


@pytest.fixture(scope="module")
def studio(chrome: Browser) -> Iterator[Studio]:
    with Studio() as running:
        fill(running)
        yield running


@pytest.mark.parametrize(("width", "height", "dark"), [(1440, 900, False), (320, 640, True)])
def test_no_page_has_a_serious_problem(studio: Studio, chrome: Browser, width: int, height: int, dark: bool) -> None:
    seen = window(chrome, studio, width=width, height=height, dark=dark)
    found = []
    for name, path in pages(studio).items():
        seen.go(path)
        found += [f"{name}: {problem}" for problem in problems(seen)]
    assert found == []


def test_every_page_reads_without_javascript(studio: Studio, chrome: Browser) -> None:
    context = chrome.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": studio.session_of("owner@example.org"), "url": studio.url}])
    page = context.new_page()
    for name, path in pages(studio).items():
        answer = page.goto(f"{studio.url}{path}")
        assert answer is not None
        assert answer.status == 200, name
        assert page.locator("h1").count() == 1, name
