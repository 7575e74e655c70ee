"""The shell's scripts in real Chromium: keys, palette, drafts, live streams that neither lose nor double an event."""

import asyncio
import functools
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.template import engines
from playwright.sync_api import Page, Route, expect, sync_playwright
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from studio.web.middleware import POLICY
from studio.web.patterns import examples
from tests.studio.web import shell

pytestmark = pytest.mark.browser
FLAGS = [
    *("--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]
LIVE = """
{% extends "base.html" %}{% block title %}Live{% endblock %}{% block heading %}Live{% endblock %}
{% block content %}
<section data-stream="session:12" data-after="2" id="first">
  <div role="log"><ol data-stream-target><li id="e2">two</li></ol></div>
</section>
<section data-stream="session:12" data-after="0" id="second" data-stream-quiet></section>
<div id="part" hx-get="/part" hx-swap="innerHTML" data-refresh-on="claims.*">old</div>
<form method="get" action="/live.html">
  <label>Question <textarea name="q" data-draft-key="live"></textarea></label><button id="send">Send</button>
</form>
{% endblock %}
"""


class Events:
    """A websocket server with our protocol over a list of events; it can be closed, and it can repeat itself."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.asked: list[int] = []
        self.paths: list[str] = []
        self.repeat = False
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.connections: set[ServerConnection] = set()
        self.port = 0
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._run(),), daemon=True)
        self.thread.start()
        self.ready.wait(10)

    async def _run(self) -> None:
        self.stopped = asyncio.Event()
        async with serve(self._serve, "127.0.0.1", 0) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self.ready.set()
            await self.stopped.wait()

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.paths.append(connection.request.path)
        try:
            after = json.loads(await connection.recv())["after"]
        except ConnectionClosed:  # the page left before it asked
            return
        self.asked.append(after)
        for event in self.events:
            if event["seq"] > after or self.repeat:
                await connection.send(json.dumps(event))
        self.connections.add(connection)
        await connection.wait_closed()
        self.connections.discard(connection)

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def append(self, seq: int, kind: str, html: str = "") -> None:
        event = {"seq": seq, "kind": kind, "data": {}, "created": "2026-11-23T09:00:00Z", "html": html}
        self.events.append(event)

        async def send() -> None:
            for connection in list(self.connections):
                await connection.send(json.dumps(event))

        self._do(send())

    def hint(self, text: str) -> None:
        async def send() -> None:
            for connection in list(self.connections):
                await connection.send(json.dumps({"seq": None, "kind": "text.delta", "data": {"text": text}}))

        self._do(send())

    def drop(self, code: int = 1012) -> None:
        async def close() -> None:
            for connection in list(self.connections):
                await connection.close(code)

        self._do(close())

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(10)
        self.loop.close()


class Site:
    """The rendered pages and the static files on a loopback port, under the product's own security policy."""

    def __init__(self, folder: Path, events: Events) -> None:
        self.parts = 0
        site = self
        sockets = f"connect-src 'self' ws://127.0.0.1:{events.port}"

        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == "/part":
                    site.parts += 1
                    answer = f"fetched {site.parts}".encode()
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                    return
                super().do_GET()

            def end_headers(self) -> None:
                self.send_header("Content-Security-Policy", POLICY.replace("connect-src 'self'", sockets))
                self.send_header("Referrer-Policy", "same-origin")
                super().end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
        )
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


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
def page(browser: Any, site: Site, events: Events) -> Iterator[Page]:
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


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Let the page go on until the server side saw what it waits for; fails after ten seconds."""
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("the condition never became true")


def texts(page: Page) -> list[str]:
    return page.locator("#first li").all_text_contents()


def test_events_appear_in_order_and_only_once(page: Page, events: Events) -> None:
    events.events = [
        {"seq": n, "kind": "draft.done", "data": {}, "created": "", "html": f"<li id=e{n}>{n}</li>"} for n in (1, 2, 3)
    ]
    events.repeat = True
    page.goto("/live.html")
    expect(page.locator("#e3")).to_be_visible()
    events.append(4, "claims.done", "<li id=e4>4</li>")
    expect(page.locator("#e4")).to_be_visible()
    assert texts(page) == ["two", "3", "4"]


def test_two_elements_share_one_socket_that_asks_from_the_earlier_place(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.asked))
    assert events.asked == [0]
    assert events.paths == ["/ws/events/session%3A12/"]


def test_a_lost_connection_misses_nothing_and_says_so(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    events.append(3, "draft.done", "<li id=e3>3</li>")
    expect(page.locator("#e3")).to_be_visible()
    events.drop()
    events.events.append({"seq": 4, "kind": "x.y", "data": {}, "created": "", "html": "<li id=e4>4</li>"})
    expect(page.locator("#e4")).to_be_visible()
    assert events.asked[-1] == 3
    assert texts(page) == ["two", "3", "4"]


def test_an_element_that_replaces_another_takes_its_socket_over(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    events.append(3, "draft.done", "<li id=e3>3</li>")
    expect(page.locator("#e3")).to_be_visible()
    page.evaluate(
        """for (const id of ["first", "second"]) {
          const next = document.getElementById(id).cloneNode(true);
          next.dataset.after = "3";
          document.getElementById(id).replaceWith(next);
        }
        document.dispatchEvent(new Event("htmx:afterSettle"));"""
    )
    events.append(4, "draft.done", "<li id=e4>4</li>")
    expect(page.locator("#e4")).to_be_visible()
    assert events.asked == [0]


def test_a_refused_stream_is_not_asked_again(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    events.drop(4403)
    expect(page.locator("[data-connection]")).to_contain_text("reload the page")
    assert len(events.asked) == 1


def test_an_element_with_the_same_id_is_replaced(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    events.append(3, "draft.done", "<li id=e2>two, better</li>")
    expect(page.locator("#e2")).to_have_text("two, better")
    assert texts(page) == ["two, better"]


def test_an_event_is_announced_to_screen_readers(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    events.append(3, "draft.done", '<li data-announce="The draft is finished">3</li>')
    expect(page.locator("#live")).to_have_text("The draft is finished")


def test_scripts_in_an_event_do_not_run(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    events.append(3, "draft.done", "<li id=e3>3<script>document.title = 'taken'</script></li>")
    expect(page.locator("#e3")).to_be_visible()
    assert page.title() == "Live · Studio"


def test_hints_reach_the_page_without_moving_its_place(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    page.evaluate("document.addEventListener('studio:event', (e) => { document.title = e.detail.data.text; })")
    events.hint("to be continued")
    expect(page).to_have_title("to be continued")
    assert page.locator("#first").get_attribute("data-after") == "2"


def test_a_part_is_fetched_again_when_its_events_arrive(page: Page, events: Events, site: Site) -> None:
    page.goto("/live.html")
    until(page, lambda: bool(events.connections))
    events.append(3, "draft.done")
    events.append(4, "claims.started")
    events.append(5, "claims.done")
    expect(page.locator("#part")).to_have_text("fetched 1")
    assert site.parts == 1


def test_a_draft_survives_a_reload_and_goes_when_it_was_sent(page: Page) -> None:
    page.goto("/live.html")
    page.locator("textarea").fill("half a question")
    page.reload()
    expect(page.locator("textarea")).to_have_value("half a question")
    page.locator("#send").click()
    page.wait_for_url("**/live.html?q=*")
    expect(page.locator("textarea")).to_have_value("")
    page.goto("/live.html")
    expect(page.locator("textarea")).to_have_value("")


def test_a_draft_is_kept_for_the_person_who_typed_it(page: Page) -> None:
    page.goto("/live.html")
    page.locator("textarea").fill("half a question")
    page.route("**/live.html", _as_another_person)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-person", "8")
    page.wait_for_function("document.querySelector('textarea').dataset.draftReady === ''")
    expect(page.locator("textarea")).to_have_value("")
    page.unroute("**/live.html")
    page.reload()
    expect(page.locator("textarea")).to_have_value("half a question")


def _as_another_person(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('data-person="7"', 'data-person="8"'))


def test_single_keys_press_their_buttons_but_never_while_typing(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("o")
    expect(page.locator("#forget")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#forget")).to_be_hidden()
    page.locator("#id_clean_question").click()
    page.keyboard.type("one? go / question")
    expect(page.locator("#id_clean_question")).to_have_value("one? go / question")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_ctrl_enter_sends_the_form_that_is_written_in(page: Page) -> None:
    page.goto("/patterns.html")
    page.evaluate("document.querySelector('[data-key=\"mod+Enter\"]').onclick = () => { document.title = 'sent'; }")
    page.locator("#id_clean_question").fill("a question")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title("sent")


def test_single_keys_can_be_switched_off_for_good(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("o")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_key_sheet_lists_what_the_page_offers(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("?")
    for line in ("Approve", "Skip", "Go to Review", "Command palette"):
        expect(page.locator("#keys dd", has_text=line).first).to_be_visible()


def test_g_and_a_letter_jump(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/datasets/review_queue/")


def test_slash_goes_to_the_search(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("/")
    expect(page.locator("#top-search")).to_be_focused()
    expect(page.locator("#top-search")).to_have_value("")


def test_the_palette_finds_a_place_by_words_and_goes_there(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("go vau")
    expect(page.locator("#palette [role=option]").first).to_contain_text("Go to Vault")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vault/document_list/")


def test_the_palette_asks_what_was_typed(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("when does it end?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/conversation_list/?question=when%20does%20it%20end%3F")


def test_the_theme_is_kept(page: Page) -> None:
    page.goto("/patterns.html")
    button = page.locator("#rail [data-theme-toggle]")
    button.click()
    button.click()
    expect(button).to_have_text("Theme: dark")
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_lists_move_by_keys_and_select_by_ranges(page: Page) -> None:
    page.goto("/patterns.html")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.is-current a")).to_be_focused()
    expect(page.locator("tr.is-current")).to_contain_text("Employee handbook")
    boxes = page.locator("input[data-select]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-selected-count]")).to_have_text("3")
    expect(page.locator("[data-bulk]")).to_be_visible()


def test_copying_says_that_it_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/patterns.html")
    page.locator(".code [data-copy]").click()
    expect(page.locator(".toast")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("python -m datasets.core.verify")


def test_panes_are_resized_by_keys_and_remembered(page: Page) -> None:
    page.goto("/patterns.html")
    width = "document.querySelector('.pane').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.locator(".pane-handle").first.focus()
    page.keyboard.press("ArrowRight")
    wider = page.evaluate(width)
    assert wider == pytest.approx(before + 24, abs=3)
    page.reload()
    assert page.evaluate(width) == pytest.approx(wider, abs=3)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pattern_page_is_accessible_and_fits(page: Page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of Playwright's literals
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/patterns.html")
    expect(page.locator(".skeleton").first).to_have_css("opacity", "1")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_an_error_page_is_accessible(page: Page) -> None:
    page.goto("/error.html")
    assert Axe().run(page).response["violations"] == []


def test_the_frame_works_without_scripts(browser: Any, site: Site) -> None:
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/patterns.html")
    page.locator(".menu summary").first.click()
    expect(page.get_by_role("button", name="Cold <Chain>")).to_be_visible()
    expect(page.locator("#forget")).to_be_visible()
    expect(page.locator("#palette")).to_be_hidden()
    context.close()
