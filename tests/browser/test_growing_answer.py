"""An answer in real Chromium while it is written: formatted at once, and inert."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support import chat_server
from tests.support.browser import window
from tests.support.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.flow]
WRITTEN = "**Vaccines** are kept cold: <img src=x onerror=alert(1)>\n\n- by day\n- by night\n\n"
REST = 'And *all* that is known [1: "Vaccines are kept cold"].'
ended = threading.Event()


class Halting(chat_server.Handler):
    """Says most of its answer, and the rest when it is told to."""

    def _stream(self, text: str) -> None:
        self.begin_stream()
        self._event({"choices": [{"index": 0, "delta": {"content": WRITTEN}, "finish_reason": None}]})
        while not ended.wait(1):
            self.wfile.write(b": still at work\n\n")  # silence would end the answer
        self._event({"choices": [{"index": 0, "delta": {"content": REST}, "finish_reason": "stop"}]})
        self.wfile.write(b"data: [DONE]\n\n")


@pytest.fixture(scope="module")
def studio(chrome: Browser) -> Iterator[Studio]:
    with chat_server.chat_server(handler=Halting) as teacher:
        try:
            with Studio(STUDIO_TEACHER_URL=teacher.url, STUDIO_TEACHER_MODEL="scripted") as running:
                yield running
        finally:
            ended.set()


def test_markdown_is_formatted_before_the_answer_ends_and_quotes_open_by_key(studio: Studio, chrome: Browser) -> None:
    seen = window(chrome, studio)
    created = studio.api("POST", "/documents", files={"file": ("cold.txt", b"Vaccines are kept cold.")}, expect=201)
    studio.until(lambda: studio.api("GET", f"/documents/{created['id']}")["state"] == "ready")
    seen.go("/ask/")
    seen.page.fill("form.ask-box textarea", "How are vaccines kept?")
    seen.page.keyboard.press("Control+Enter")

    answer = seen.page.locator("article.answer")
    expect(answer.locator(".prose strong")).to_have_text("Vaccines")
    expect(answer.locator(".prose li")).to_have_text(["by day", "by night"])
    expect(answer.locator(".prose")).to_contain_text("<img src=x")
    expect(answer.get_by_role("button", name="Stop")).to_be_visible()

    ended.set()
    expect(answer.locator(".prose em")).to_have_text("all")
    expect(answer.get_by_role("button", name="Stop")).to_have_count(0)
    seen.page.keyboard.press("Tab")  # somebody who uses the keyboard
    answer.locator("a.cite").focus()
    expect(seen.page.locator("#quote mark")).to_have_text("Vaccines are kept cold")
    seen.page.keyboard.press("Tab")
    expect(seen.page.locator("#quote")).to_be_hidden()
    assert (seen.errors, seen.foreign) == ([], [])
