"""`make screenshots`: every page at 1440 and 390 px, light and dark, into build/screenshots, and axe over each of them.

Ends with 1 when a page answers with an error, complains on the console, asks another origin, or axe finds something
serious.
"""

import json
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browser.pages import fill, pages
from tests.support.browser import Window, browser, window
from tests.support.studio import Studio

OUT = Path("build/screenshots")
SIZES = ((1440, 900, False), (1440, 900, True), (390, 844, False), (390, 844, True))


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with Studio() as studio, browser() as opened:
        fill(studio)
        paths = pages(studio)
        for width, height, dark in SIZES:
            seen = window(opened, studio, width=width, height=height, dark=dark)
            for name, path in paths.items():
                seen.go(path)
                seen.page.wait_for_timeout(300)
                label = f"{name}-{width}-{'dark' if dark else 'light'}"
                seen.page.screenshot(path=OUT / f"{label}.png", full_page=width == 390)
                wrong += [f"{label}: {problem}" for problem in problems(seen)]
                print(label, flush=True)
    print("\n".join(wrong) or f"{len(paths)} pages, 4 views each, nothing wrong")
    return 1 if wrong else 0


def problems(seen: Window) -> list[str]:
    """What is wrong with the page as it stands: foreign requests, console errors, serious findings of axe."""
    found = [f"asked {url}" for url in seen.foreign] + [f"console: {text}" for text in seen.errors]
    seen.foreign.clear()
    seen.errors.clear()
    for violation in Axe().run(seen.page).response["violations"]:
        if violation["impact"] in {"serious", "critical"}:
            where = json.dumps([node["target"] for node in violation["nodes"][:3]])
            found.append(f"axe {violation['id']}: {where}")
    overflow = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        found.append(f"is {overflow} px wider than the window")
    return found


if __name__ == "__main__":
    sys.exit(main())
