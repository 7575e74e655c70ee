"""The review queue in real Chromium when something goes wrong or is regretted: no word is lost, and it says so."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.reviewing import CARD, now_on, pair, press, propose
from tests.support.browser import sign_in, window
from tests.support.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.flow]

APPROVE_FOUR_AND_LEAVE = """() => {
    for (let count = 0; count < 4; count++) document.querySelector('[data-slot] button[data-key~="a"]').click();
    location.href = "/vault/";
}"""


@pytest.fixture
def page(studio: Studio, chrome: Browser) -> Iterator[Page]:
    made = window(chrome, studio)
    yield made.page
    made.page.context.close()


def test_a_decision_after_the_session_ended_keeps_every_word(studio: Studio, page: Page) -> None:
    pk, after = propose(studio, 2, name="Expired")
    page.goto(f"{studio.url}/review/?q=Expired")
    now_on(page, pk)
    press(page, "e", "Control+a")
    page.keyboard.type("My own words")
    press(page, "Escape", "x", "w")
    page.keyboard.type("The trail is missing.")
    page.context.clear_cookies()
    press(page, "Enter")
    expect(page.locator(f"{CARD} [data-notice]")).to_contain_text("you are signed out")
    now_on(page, pk)
    sign_in(page.context, studio, "owner@example.org")
    page.get_by_role("button", name="Sign in again").click()
    now_on(page, pk)
    expect(page.locator(f"{CARD} [name=text]")).to_have_value("My own words")
    press(page, "x")
    expect(page.locator(f"{CARD} [name=reason]")).to_have_value("The trail is missing.")
    press(page, "w", "Enter")
    now_on(page, after)
    studio.until(lambda: pair(studio, pk)["status"] == "rejected")
    assert pair(studio, pk)["decisions"][0]["reason"] == "The trail is missing."


def test_a_text_that_could_not_be_sent_survives_a_walk_to_another_page(studio: Studio, page: Page) -> None:
    [pk] = propose(studio, 1, name="Walk")
    page.goto(f"{studio.url}/review/?q=Walk")
    press(page, "e", "Control+a")
    page.keyboard.type("Written before the tunnel")
    page.context.set_offline(True)
    press(page, "Control+Enter")
    expect(page.locator(f"{CARD} [data-notice]")).to_contain_text("was not saved")
    page.context.set_offline(False)
    page.get_by_role("link", name="Vault", exact=True).click()
    page.wait_for_url("**/vault/")
    page.goto(f"{studio.url}/review/?q=Walk")
    now_on(page, pk)
    expect(page.locator(f"{CARD} [name=text]")).to_have_value("Written before the tunnel")


def test_decisions_on_their_way_survive_that_somebody_leaves(studio: Studio, page: Page) -> None:
    ids = propose(studio, 4, name="Leave")
    page.goto(f"{studio.url}/review/?q=Leave")
    now_on(page, ids[0])
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("h1").click()  # browsers ask only people who have done something on the page
    page.evaluate(APPROVE_FOUR_AND_LEAVE)
    page.wait_for_url("**/vault/")
    studio.until(lambda: all(pair(studio, pk)["status"] == "approved" for pk in ids))
    assert asked == ["beforeunload"]


def test_the_changes_are_drawn_while_somebody_writes(studio: Studio, page: Page) -> None:
    propose(studio, 1, name="Drawn")
    page.goto(f"{studio.url}/review/?q=Drawn")
    press(page, "e", "Control+End")
    page.keyboard.type(" It rests at night.")
    drawn = page.locator(f"{CARD} [data-preview]")
    expect(drawn.locator("ins").last).to_contain_text("It rests at night")
    expect(drawn.locator("del").first).to_have_text("ten")


def test_an_edit_that_was_approved_comes_back_with_the_undo(studio: Studio, page: Page) -> None:
    [pk] = propose(studio, 1, name="Regret")
    page.goto(f"{studio.url}/review/?q=Regret")
    press(page, "e", "Control+a")
    page.keyboard.type("Nearly right")
    press(page, "Control+Enter")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()
    press(page, "z")
    now_on(page, pk)
    expect(page.locator(f"{CARD} [name=text]")).to_be_visible()
    expect(page.locator(f"{CARD} [name=text]")).to_have_value("Nearly right")
    page.get_by_role("button", name="Back to the revision").click()
    press(page, "a")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()
    assert pair(studio, pk)["completion"].endswith("it needs eight dogs.")


def test_what_was_just_done_is_shown_and_said(studio: Studio, page: Page) -> None:
    first, second = propose(studio, 2, name="Said")
    page.goto(f"{studio.url}/review/?q=Said")
    now_on(page, first)
    press(page, "x", "1")
    now_on(page, second)
    expect(page.locator("[data-last]")).to_have_text("Rejected: Said 0: how far does the sled go?")
    expect(page.locator("#live")).to_contain_text("Rejected. Said 1")
    press(page, "z")
    now_on(page, first)
    expect(page.locator("[data-last]")).to_have_text("Taken back: Said 0: how far does the sled go?")


def test_on_a_phone_the_next_pair_begins_at_its_top(studio: Studio, chrome: Browser) -> None:
    ids = propose(studio, 2, name="Phone")
    seen = window(chrome, studio, width=390, height=500)
    seen.go("/review/?q=Phone")
    now_on(seen.page, ids[0])
    seen.page.mouse.wheel(0, 4000)
    seen.page.wait_for_function("scrollY > 100")
    seen.page.get_by_role("button", name="Approve").first.click()
    now_on(seen.page, ids[1])
    assert seen.page.evaluate("scrollY") == 0
    seen.page.context.close()


def test_a_claim_lights_the_words_it_rests_on(studio: Studio, page: Page) -> None:
    propose(studio, 1, name="Light")
    page.goto(f"{studio.url}/review/?q=Light")
    page.locator("li[data-claim]").hover()
    expect(page.locator("mark.is-current")).to_have_text("twelve miles")
