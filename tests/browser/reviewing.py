"""What the browser tests of the review queue share: pairs to decide, and keys to decide them with."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.support.studio import Studio

CARD = "[data-slot] > [data-card]"


def propose(studio: Studio, number: int, *, name: str) -> list[str]:
    """Pairs whose revision differs from the draft in two places."""
    ids = []
    for count in range(number):
        body = {
            "instruction": f"{name} {count}: how far does the sled go?",
            "draft": f"The sled {name} {count} goes ten miles in an hour, and it needs six dogs.",
            "completion": f"The sled {name} {count} goes twelve miles in an hour [1], and it needs eight dogs.",
            "score": 0.9,
            "evidence": ["With eight dogs the sled goes twelve miles in an hour."],
            "claims": [{"text": "Twelve miles.", "verdict": "SUPPORTED", "quotes": [{"n": 1, "text": "twelve miles"}]}],
        }
        ids.append(studio.api("POST", "/pairs", json=body, expect=201)["id"])
    return ids


def pair(studio: Studio, pk: str) -> dict[str, Any]:
    """The pair as the API tells it."""
    found: dict[str, Any] = studio.api("GET", f"/pairs/{pk}")
    return found


def now_on(page: Page, pk: str) -> None:
    """The card on the screen is that pair's."""
    expect(page.locator(CARD)).to_have_attribute("data-card", pk)


def press(page: Page, *keys: str) -> None:
    """One key after the other."""
    for key in keys:
        page.keyboard.press(key)
