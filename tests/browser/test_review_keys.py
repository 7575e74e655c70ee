"""The review queue in real Chromium: every verdict by key, nothing by accident, nothing lost."""

import re
import string
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.reviewing import CARD, now_on, pair, press, propose
from tests.support.browser import Window, sign_in, window
from tests.support.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.flow]


@pytest.fixture
def review(studio: Studio, chrome: Browser) -> Iterator[Window]:
    """A window that has never seen a pointer, and that ends without errors and foreign requests."""
    made = window(chrome, studio)
    made.page.add_init_script("addEventListener('pointerdown', () => { window.touched = true; }, true)")
    yield made
    assert not made.page.evaluate("window.touched")
    assert (made.errors, made.foreign) == ([], []), studio.log.read_text()[-4000:]
    made.page.context.close()


def test_thirty_pairs_are_decided_by_keys_alone(studio: Studio, review: Window) -> None:
    ids = propose(studio, 30, name="Keys")
    page = review.page
    review.go("/review/?q=Keys")
    for number, pk in enumerate(ids):
        now_on(page, pk)
        if number % 6 == 1:
            press(page, "e", "End")
            page.keyboard.type(" Checked by hand: a, x, r, s, z, j, k, d, 1 and ?")
            press(page, "Control+Enter")
        elif number % 6 == 2:
            press(page, "x", "3")
        elif number % 6 == 3:
            press(page, "x", "w")
            page.keyboard.type("The dogs are missing.")
            press(page, "Enter")
        elif number % 6 == 4:
            press(page, "r")
            page.keyboard.type("Name the trail.")
            press(page, "Control+Enter")
        elif number % 6 == 5:
            press(page, "1", "a")
        else:
            press(page, "a")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()

    decided = [pair(studio, pk) for pk in ids]
    assert Counter(row["status"] for row in decided) == {"approved": 15, "rejected": 10, "sent_back": 5}
    for number, row in enumerate(decided):
        [decision] = row["decisions"]
        wanted = {
            1: row["draft"].replace("ten miles in an hour", "twelve miles in an hour [1]").replace("six", "eight")
            + " Checked by hand: a, x, r, s, z, j, k, d, 1 and ?",
            5: row["draft"].replace("six", "eight").replace("in an hour", "in an hour [1]"),
        }
        if number % 6 in wanted:
            assert row["completion"] == wanted[number % 6]
        assert decision["edited"] is (number % 6 in wanted)
    assert decided[2]["decisions"][0]["reason_code"] == "incomplete"
    assert decided[3]["decisions"][0]["reason"] == "The dogs are missing."
    assert decided[4]["decisions"][0]["reason"] == "Name the trail."
    positions = [row["decisions"][0]["position"] for row in decided]
    assert positions == sorted(positions)


def test_undo_brings_back_pair_after_pair(studio: Studio, review: Window) -> None:
    ids = propose(studio, 5, name="Undo")
    page = review.page
    review.go("/review/?q=Undo")
    for pk in ids:
        now_on(page, pk)
        press(page, "e", "End")
        page.keyboard.type(" More.")
        press(page, "Control+Enter")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()
    page.reload()
    for pk in reversed(ids):
        press(page, "z")
        now_on(page, pk)
    for pk in ids:
        row = pair(studio, pk)
        assert (row["status"], row["version"]) == ("proposed", 2)
        assert row["completion"].endswith("it needs eight dogs.")
    for pk in ids:
        now_on(page, pk)
        press(page, "a")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()


def test_typing_in_the_editor_triggers_nothing(studio: Studio, review: Window) -> None:
    [pk] = propose(studio, 1, name="Typing")
    page = review.page
    review.go("/review/?q=Typing")
    press(page, "e", "Control+a")
    page.keyboard.type(string.printable.strip())
    expect(page.locator(f"{CARD} [data-text]")).to_have_value(string.printable.strip())
    now_on(page, pk)
    assert page.locator("dialog[open]").count() == 0
    assert pair(studio, pk)["status"] == "proposed"
    page.reload()
    expect(page.locator(f"{CARD} [data-text]")).to_have_value(string.printable.strip())
    expect(page.locator(f"{CARD} [data-text]")).to_be_visible()
    press(page, "a")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()
    assert pair(studio, pk)["completion"] == string.printable.strip()


def test_skip_and_leafing_lose_no_pair(studio: Studio, review: Window) -> None:
    ids = propose(studio, 6, name="Leaf")
    page = review.page
    review.go("/review/?q=Leaf")
    for pk in ids[:5]:
        now_on(page, pk)
        press(page, "j")
    now_on(page, ids[5])
    press(page, "k")
    now_on(page, ids[4])
    press(page, "s")
    now_on(page, ids[5])
    press(page, "a")
    for pk in reversed(ids[:4]):
        now_on(page, pk)
        press(page, "a")
    assert pair(studio, ids[4])["status"] == "proposed"


def test_a_pair_that_somebody_else_decides_says_so_and_keeps_the_text(studio: Studio, review: Window) -> None:
    pk, after = propose(studio, 2, name="Race")
    page = review.page
    review.go("/review/?q=Race")
    now_on(page, pk)
    press(page, "e", "Control+a")
    page.keyboard.type("My careful text")
    page.route("**/ws/events/**", lambda route: route.abort())
    studio.api("POST", f"/pairs/{pk}/decide", json={"verdict": "reject", "version": 1, "reason": "Not this one."})
    press(page, "Control+Enter")
    conflict = page.locator(f"{CARD} [data-conflict]")
    expect(conflict).to_contain_text("rejected this pair meanwhile")
    now_on(page, pk)
    expect(page.locator(f"{CARD} [name=text]")).to_have_value("My careful text")
    assert pair(studio, pk)["status"] == "rejected"
    assert pair(studio, after)["status"] == "proposed"
    review.errors[:] = [error for error in review.errors if "409" not in error]


def test_new_pairs_arrive_while_the_queue_is_empty(studio: Studio, review: Window) -> None:
    page = review.page
    review.go("/review/?q=Arrival")
    expect(page.locator("[data-slot] [data-empty]")).to_be_visible()
    [pk] = propose(studio, 1, name="Arrival")
    now_on(page, pk)


def test_a_lost_connection_brings_the_card_back_with_its_text(studio: Studio, review: Window) -> None:
    pk, after = propose(studio, 2, name="Offline")
    page = review.page
    review.go("/review/?q=Offline")
    now_on(page, pk)
    press(page, "e", "Control+a")
    page.keyboard.type("Written on a train")
    page.context.set_offline(True)
    press(page, "Control+Enter")
    expect(page.locator(f"{CARD} [data-notice]")).to_contain_text("was not saved")
    now_on(page, pk)
    expect(page.locator(f"{CARD} [name=text]")).to_have_value("Written on a train")
    page.context.set_offline(False)
    press(page, "Control+Enter")
    now_on(page, after)
    studio.until(lambda: pair(studio, pk)["status"] == "approved")
    assert pair(studio, pk)["completion"] == "Written on a train"
    review.errors.clear()


def test_without_a_script_the_same_page_decides(studio: Studio, chrome: Browser) -> None:
    ids = propose(studio, 4, name="Plain")
    context = chrome.new_context(java_script_enabled=False)
    sign_in(context, studio, "owner@example.org")
    page = context.new_page()
    page.goto(f"{studio.url}/review/?q=Plain")
    page.get_by_role("button", name="Approve A").click()
    page.get_by_text("Edit the text").click()
    page.get_by_label("Text to approve").fill("Without a script.\nIn two lines.")
    page.get_by_role("button", name="Save and approve").click()
    page.get_by_role("button", name="3 Leaves out something important").click()
    page.get_by_label("Note for whoever revises it").fill("Name the trail.")
    page.get_by_role("button", name="Send back Ctrl Enter").click()
    expect(page.get_by_text("No pair matches")).to_be_visible()
    page.get_by_role("button", name="Undo your last decision").click()
    now_on(page, ids[3])
    context.close()
    rows = [pair(studio, pk) for pk in ids]
    assert [row["status"] for row in rows] == ["approved", "approved", "rejected", "proposed"]
    assert rows[1]["completion"] == "Without a script.\nIn two lines."
    assert rows[2]["decisions"][0]["reason_code"] == "incomplete"
    assert rows[3]["decisions"][0]["reason"] == "Name the trail."


def test_a_claim_its_words_in_the_text_and_its_quote_light_up_together(studio: Studio, review: Window) -> None:
    [pk] = propose(studio, 1, name="Light")
    page = review.page
    painted = "[...CSS.highlights.get('claim')].join('')"
    claim, quoted = page.locator(f"{CARD} li[data-claim]"), page.locator(f"{CARD} mark")
    review.go("/review/?q=Light")
    now_on(page, pk)

    press(page, "c")
    expect(claim).to_have_class("is-current")
    expect(quoted).to_have_class(re.compile("is-current"))
    assert page.evaluate(painted) == "twelve miles"

    page.mouse.move(0, 0)
    expect(claim).not_to_have_class("is-current")
    assert page.evaluate(painted) == ""

    page.locator(f"{CARD} [data-diff] ins", has_text="twelve").hover()
    expect(quoted).to_have_class(re.compile("is-current"))
    assert page.evaluate(painted) == "twelve miles"
    assert pair(studio, pk)["status"] == "proposed"
