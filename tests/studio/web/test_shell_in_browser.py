"""The shell's scripts in real Chromium: keys, palette, drafts, lists, panes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.studio.web.shell_site import Site

pytestmark = pytest.mark.browser


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


def test_the_frame_works_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/patterns.html")
    page.locator(".menu summary").first.click()
    expect(page.get_by_role("button", name="Cold <Chain>")).to_be_visible()
    expect(page.locator("#forget")).to_be_visible()
    expect(page.locator("#palette")).to_be_hidden()
    context.close()
