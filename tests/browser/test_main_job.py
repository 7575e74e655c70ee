"""The main job in real Chromium: upload, ask, watch the session in two browsers, review by keys, export, verify."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from studio import samples
from tests.support.browser import window
from tests.support.chat_server import ChatServer, chat_server
from tests.support.studio import ROOT, Studio
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.flow]
QUESTION = samples.QUESTIONS[0]


@pytest.fixture(scope="module")
def teacher() -> Iterator[ChatServer]:
    with chat_server(latency_s=0.7) as server:
        yield server


@pytest.fixture(scope="module")
def studio(chrome: Browser, teacher: ChatServer) -> Iterator[Studio]:
    with Studio(STUDIO_TEACHER_URL=teacher.url, STUDIO_TEACHER_MODEL="scripted") as running:
        yield running


ENTRIES = """entries => entries.map((entry) => {
  const copy = entry.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  return `${copy.id} ${copy.textContent.trim()}`;
})"""


def timeline(page: Page) -> list[str]:
    """What happened, in the order of the page; ids say which event each entry is. How long ago it was is left out."""
    return page.locator("#timeline > li").evaluate_all(ENTRIES)


def test_from_an_upload_to_a_verified_data_set(studio: Studio, chrome: Browser, tmp_path: Path) -> None:
    first, second = window(chrome, studio), window(chrome, studio)
    page = first.page

    first.go("/vault/")
    page.set_input_files("#upload-file", [str(path) for path in samples.DOCUMENTS])
    if page.locator("[data-upload-button]").is_visible():
        page.click("[data-upload-button]")
    expect(page.locator("#documents tbody tr").filter(has_text="Ready")).to_have_count(len(samples.DOCUMENTS))

    first.go("/ask/")
    page.fill("form.ask-box textarea", QUESTION)
    page.keyboard.press("Control+Enter")
    citation = page.locator("article.answer .prose a.cite").first
    expect(citation).to_be_visible()
    expect(page.get_by_role("button", name="Improve with teachers")).to_be_visible()  # nothing is drawn again
    citation.hover()
    expect(page.locator("#quote mark")).to_be_visible()
    page.mouse.move(0, 0)
    expect(page.locator("#quote")).to_be_hidden()
    with page.expect_navigation():
        page.get_by_role("button", name="Improve with teachers").click()

    second.go(page.url.removeprefix(studio.url))
    for watching in (page, second.page):
        expect(watching.get_by_text("Open as pair")).to_be_visible()
    third = window(chrome, studio)
    third.go(page.url.removeprefix(studio.url))
    stored = timeline(third.page)
    assert len(stored) > 4
    for watching in (page, second.page):  # the summary may have been quicker than the last event
        until(lambda watching=watching: len(timeline(watching)) >= len(stored))
        assert timeline(watching) == stored

    first.go("/review/")
    expect(page.locator("[data-slot] > [data-card]")).to_contain_text(QUESTION)
    page.keyboard.press("a")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()  # the decision has been saved

    first.go("/datasets/")
    page.keyboard.press("x")
    page.wait_for_url("**/exports/new/")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/datasets/exports/*-*/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    archive = tmp_path / "export.zip"
    download.value.save_as(archive)
    fingerprint = studio.api("GET", f"/exports/{page.url.rstrip('/').split('/')[-1]}")["key_fingerprint"]
    assert verify(archive, fingerprint) == 0

    first.go("/datasets/verify/")
    page.set_input_files("input[type=file]", str(archive))
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("main")).to_contain_text("VERIFIED", ignore_case=True)

    changed = archive.read_bytes()
    archive.write_bytes(changed[:200] + bytes([changed[200] ^ 1]) + changed[201:])
    assert verify(archive, fingerprint) != 0
    for seen in (first, second, third):
        assert seen.foreign == []
        assert seen.errors == []


def verify(archive: Path, key: str) -> int:
    command = [sys.executable, "-m", "datasets.core.verify", str(archive), "--key", key]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode
