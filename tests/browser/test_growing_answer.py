"""An answer in real Chromium while it is written: formatted at once, inert, and never taken from under a reader."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support import chat_server
from tests.support.browser import Window, window
from tests.support.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.flow]
WRITTEN = "**Vaccines** are kept cold: <img src=x onerror=alert(1)>\n\n- by day\n- by night\n\n"
WRITTEN += "```\nkeep --cold\n```\n\n" + "\n\n".join(f"Reason {number} is told here." for number in range(60)) + "\n\n"
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
                created = running.api(
                    "POST", "/documents", files={"file": ("cold.txt", b"Vaccines are kept cold.")}, expect=201
                )
                running.until(lambda: running.api("GET", f"/documents/{created['id']}")["state"] == "ready")
                yield running
        finally:
            ended.set()


@pytest.fixture
def seen(studio: Studio, chrome: Browser) -> Iterator[Window]:
    """A window in which an answer is being written."""
    ended.clear()
    made = window(chrome, studio)
    made.go("/ask/")
    made.page.fill("form.ask-box textarea", "How are vaccines kept?")
    made.page.keyboard.press("Control+Enter")
    expect(made.page.locator("article.answer .prose")).to_contain_text("Reason 59")
    yield made
    ended.set()
    made.page.context.close()


def test_markdown_is_formatted_before_the_answer_ends_and_quotes_open_by_key(seen: Window) -> None:
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


def test_somebody_who_has_scrolled_up_is_told_of_new_text_and_stays_there(seen: Window) -> None:
    page = seen.page
    below = page.get_by_role("button", name="New text below")
    page.locator("#thread").evaluate("thread => thread.scrollTo(0, 40)")
    expect(below).to_have_count(0)
    ended.set()
    expect(page.locator("article.answer .prose em")).to_have_text("all")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(below).to_be_visible()
    assert page.locator("#thread").evaluate("thread => thread.scrollTop") == 40
    below.click()
    expect(below).to_have_count(0)
    expect(page.locator("article.answer .prose em")).to_be_in_viewport()


def test_the_code_of_an_answer_can_be_copied(seen: Window) -> None:
    ended.set()
    copy = seen.page.get_by_role("button", name="Copy the code")
    expect(copy).to_have_attribute("data-copy", "keep --cold\n")
    expect(copy).to_have_count(1)
