"""Real Chromium: one window per context, with what it asked for and complained about."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.studio import Studio
from tests.support.waiting import LIMIT_S

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Debian's Chromium, or None."""
    return shutil.which("chromium")


@contextmanager
def browser() -> Iterator[Browser]:
    """A fresh browser, whose pages are waited for as long as anything else."""
    expect.set_options(timeout=LIMIT_S * 1000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, timeout=LIMIT_S * 1000)
        opened.on("context", lambda context: context.set_default_timeout(LIMIT_S * 1000))
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Window:
    """A page with the requests that left the origin and the errors of its console."""

    page: Page
    origin: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}", wait_until="load")


def window(
    opened: Browser,
    studio: Studio,
    *,
    width: int = 1440,
    height: int = 900,
    dark: bool = False,
    email: str = "owner@example.org",
) -> Window:
    """A window in which that person is signed in."""
    context = opened.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", accept_downloads=True
    )
    sign_in(context, studio, email)
    page = context.new_page()
    made = Window(page=page, origin=studio.url)

    def asked(url: str) -> None:
        if not url.startswith((studio.url, studio.url.replace("http", "ws", 1), "data:", "blob:", "about:")):
            made.foreign.append(url)

    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))
    page.on("console", lambda message: made.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: made.errors.append(str(error)))
    return made


def sign_in(context: BrowserContext, studio: Studio, email: str) -> None:
    """Give the context the session cookie of that person."""
    context.add_cookies([{"name": "sessionid", "value": studio.session_of(email), "url": studio.url}])
