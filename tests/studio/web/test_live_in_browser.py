"""Live streams in real Chromium: they neither lose nor double an event."""

import pytest
from playwright.sync_api import Page, expect

from tests.studio.web.shell_site import Events, Site
from tests.support.waiting import until

pytestmark = pytest.mark.browser


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
    until(lambda: events.asked)
    assert events.asked == [0]
    assert events.paths == ["/ws/events/session%3A12/"]


def test_a_lost_connection_misses_nothing_and_says_so(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(lambda: events.connections)
    events.append(3, "draft.done", "<li id=e3>3</li>")
    expect(page.locator("#e3")).to_be_visible()
    events.events.append({"seq": 4, "kind": "x.y", "data": {}, "created": "", "html": "<li id=e4>4</li>"})
    events.drop()
    expect(page.locator("#e4")).to_be_visible()
    assert events.asked[-1] == 3
    assert texts(page) == ["two", "3", "4"]


def test_an_element_that_replaces_another_takes_its_socket_over(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(lambda: events.connections)
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
    until(lambda: events.connections)
    events.drop(4403)
    expect(page.locator("[data-connection]")).to_contain_text("reload the page")
    assert len(events.asked) == 1


def test_an_element_with_the_same_id_is_replaced(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(lambda: events.connections)
    events.append(3, "draft.done", "<li id=e2>two, better</li>")
    expect(page.locator("#e2")).to_have_text("two, better")
    assert texts(page) == ["two, better"]


def test_an_event_is_announced_to_screen_readers(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(lambda: events.connections)
    events.append(3, "draft.done", '<li data-announce="The draft is finished">3</li>')
    expect(page.locator("#live")).to_have_text("The draft is finished")


def test_of_an_entry_of_a_log_the_heading_is_announced_and_not_all_of_it(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(lambda: events.connections)
    entry = "<li id=e3><div class=event-head><h3>3 claims checked</h3></div><table><td>a long table</td></table></li>"
    events.append(3, "claims.done", entry)
    expect(page.locator("#live")).to_have_text("3 claims checked")


def test_scripts_in_an_event_do_not_run(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(lambda: events.connections)
    events.append(3, "draft.done", "<li id=e3>3<script>document.title = 'taken'</script></li>")
    expect(page.locator("#e3")).to_be_visible()
    assert page.title() == "Live · Studio"


def test_hints_reach_the_page_without_moving_its_place(page: Page, events: Events) -> None:
    page.goto("/live.html")
    until(lambda: events.connections)
    page.evaluate("document.addEventListener('studio:event', (e) => { document.title = e.detail.data.text; })")
    events.hint("to be continued")
    expect(page).to_have_title("to be continued")
    assert page.locator("#first").get_attribute("data-after") == "2"


def test_a_part_is_fetched_once_for_events_that_arrive_together(page: Page, events: Events, site: Site) -> None:
    page.clock.install(time=0)
    page.goto("/live.html")
    until(lambda: events.connections)
    page.clock.pause_at(3_600_000)  # what arrives at one moment of the page, however long that takes here
    events.append(3, "draft.done")
    events.append(4, "claims.started")
    events.append(5, "claims.done")
    expect(page.locator("#first")).to_have_attribute("data-after", "5")
    page.clock.run_for(1000)
    expect(page.locator("#part")).to_have_text("fetched 1")
    assert site.parts == 1


def test_a_part_is_fetched_though_its_events_never_rest(page: Page, events: Events, site: Site) -> None:
    page.clock.install(time=0)
    page.goto("/live.html")
    until(lambda: events.connections)
    page.clock.pause_at(3_600_000)
    for seq in range(3, 9):
        events.append(seq, "claims.started")
        expect(page.locator("#first")).to_have_attribute("data-after", str(seq))
        page.clock.run_for(200)
    expect(page.locator("#part")).to_have_text("fetched 1")
