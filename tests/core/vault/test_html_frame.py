"""What frames a web page's text is no passage, and no main text is taken for a frame."""

import pytest

from studio.vault.core.extract import read

SITE = """<body><header><a>Home</a><p>Sign in</p></header><nav><ul><li>Products<li>About</ul></nav>
<div role=dialog><p>We use cookies.</p><p>Accept all</p></div><div role=navigation>You are here</div>
{open}<header><h2>Leave</h2><p>By Ada</p></header><p>Staff have 30 days.</p>
<aside>Note: part-time staff too.</aside><footer>Since 2021.</footer>{close}
<aside><h3>Related</h3><p>Sick pay</p></aside><footer>Imprint</footer></body>"""


def words(page: str) -> str:
    return " ".join(read("html", page.encode()).text.split())


@pytest.mark.parametrize("element", ["main", "article", "div role=main"])
def test_only_the_main_text_of_a_page_is_read(element: str) -> None:
    page = SITE.format(open=f"<{element}>", close=f"</{element.split()[0]}>")
    assert words(page) == "Leave By Ada Staff have 30 days. Note: part-time staff too. Since 2021."


def test_a_page_that_does_not_name_its_main_text_keeps_all_but_navigation_and_dialogs() -> None:
    assert words(SITE.format(open="<div>", close="</div>")) == (
        "Home Sign in Leave By Ada Staff have 30 days. Note: part-time staff too. Since 2021. Related Sick pay Imprint"
    )


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<header><h1>Handbook</h1><p>For all.</p></header><main>Text.</main>", "Handbook For all. Text."),
        ("<nav><a>One</a> <a>Two</a></nav>", "One Two"),
        ("<header>Head</header><main> </main><div>Text.</div>", "Head Text."),
        ("<header>Head</header><main><script>x</script></main><div>Text.</div>", "Head Text."),
        ("<div role=dialog><main>Text.</main></div>", "Text."),
        ("<article>One.</article><nav>x</nav><article>Two.</article>", "One. Two."),
        ("<main><nav>Contents</nav>Text.<aside>Mind the gap.</aside></main>", "Text. Mind the gap."),
    ],
)
def test_no_main_text_is_left_out(page: str, expected: str) -> None:
    assert words(page) == expected
