"""A real browser on the shell's pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from playwright.sync_api import Browser, Page

from studio.web.patterns import examples
from tests.studio.web import shell
from tests.studio.web.shell_site import LIVE, Events, Site
from tests.support import browser as support


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if support.chromium() is None:
        pytest.skip("needs Chromium")
    with support.browser() as opened:
        yield opened


@pytest.fixture
def events() -> Iterator[Events]:
    server = Events()
    yield server
    server.stop()


@pytest.fixture
def site(tmp_path: Path, events: Events) -> Iterator[Site]:
    (tmp_path / "static").symlink_to(settings.BASE_DIR / "static")
    (tmp_path / "patterns.html").write_text(shell.render("patterns.html", examples()))
    (tmp_path / "error.html").write_text(shell.render("404.html"))
    template = engines["django"].from_string(LIVE)
    (tmp_path / "live.html").write_text(shell.render(template))
    server = Site(tmp_path, events)
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser, site: Site, events: Events) -> Iterator[Page]:
    """A page whose websockets go to the event server, and which fails the test on any error of its scripts."""
    context = browser.new_context(base_url=site.address)
    errors: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    opened.on("request", lambda call: errors.append(call.url) if "127.0.0.1" not in call.url else None)
    # The page builds its address from its own origin; only the port differs in this test.
    opened.add_init_script(
        f"const Real = WebSocket; window.WebSocket = class extends Real {{"
        f" constructor(address) {{ const url = new URL(address); url.port = {events.port}; super(url); }} }};"
    )
    yield opened
    context.close()
    assert errors == []
