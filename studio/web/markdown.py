"""Markdown of people and models as inert HTML: the only place in the studio that marks text as safe.

Three fences, each enough for most attacks and needed for some: the parser knows no HTML and no images (an image is
fetched without a click and so carries text away in its address), links lead to absolute http(s) addresses only, and
an allow-list sanitiser reads the result last.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MAX_CHARACTERS = 200_000

_TAGS = {
    *("p", "br", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "a", "span"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"*": set[str](), "a": {"href"}, "ol": {"start"}}
_CLASSES = {"a": {"cite"}, "span": {"link-host", "cite", "is-bad"}}
_CITATION = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3}){0,9})\]")
_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_SITE = re.compile(r"/(?![/\\])|#|\.{1,2}/")


def to_html(text: str, citations: Mapping[int, str] | None = None, *, top_heading: int = 3) -> SafeString:
    """The text of a person or a model as HTML that fetches nothing, runs nothing and hides nothing.

    citations: address within this site for each number; `[2]` becomes a link to it, a number without an address is
    shown as a broken citation. None leaves brackets as they are.
    top_heading: the level that `#` becomes, so that a text never outranks the page it stands on.
    Links show the host they lead to. Texts over MAX_CHARACTERS are shown as they are, without formatting.
    """
    return _render(_STRICT, text, citations or {}, {"citations": citations, "top_heading": top_heading})


def guide_html(text: str) -> SafeString:
    """A page of our own guide: the same fences, but links within this site work and headings keep their level."""
    return _render(_GUIDE, text, {}, {"citations": None, "top_heading": 1})


def _render(parser: MarkdownIt, text: str, own: Mapping[int, str], env: dict[str, object]) -> SafeString:
    if len(text) > MAX_CHARACTERS:
        return mark_safe(f"<pre>{escape(text)}</pre>")  # noqa: S308  # escaped in this line
    addresses = frozenset(own.values())

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "href" and not (parser.validateLink(value) or value in addresses):
            return None
        return value

    clean = nh3.clean(
        parser.render(text, env),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=attribute,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308  # the sanitiser's output, nothing added


def _headings(state: StateCore) -> None:
    """Shift headings below the page's own."""
    top = state.env["top_heading"]
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + top - 1)}"


def _inlines(state: StateCore) -> None:
    """Say where links lead, and turn citation numbers outside links and code into citations."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = _annotate(token.children, state.env["citations"])


def _annotate(children: Sequence[Token], citations: Mapping[int, str] | None) -> list[Token]:
    found: list[Token] = []
    address: str | None = None
    label = ""
    for token in children:
        if token.type == "link_open":
            address, label = str(token.attrGet("href") or ""), ""
        elif address is not None and token.type != "link_close":
            label += token.content
        if token.type == "text" and address is None and citations is not None:
            found += _split_citations(token, citations)
        else:
            found.append(token)
        if token.type == "link_close" and address is not None:
            host = _host(address)
            if host and label not in {address, host}:
                found.append(Token("link_host", "", 0, content=host))
            address = None
    return found


def _host(address: str) -> str:
    """The host a browser would visit, a plain warning where that cannot be told, nothing for this site."""
    if not _WEB.match(address):
        return ""
    try:
        return urlsplit(address).hostname or "unclear address"
    except ValueError:
        return "unclear address"


def _split_citations(token: Token, citations: Mapping[int, str]) -> list[Token]:
    found: list[Token] = []
    end = 0
    for match in _CITATION.finditer(token.content):
        found.append(Token("text", "", 0, content=token.content[end : match.start()]))
        for number in match.group(1).split(","):
            address = citations.get(int(number), "")
            found.append(Token("citation", "", 0, content=number.strip(), meta={"address": address}))
        end = match.end()
    found.append(Token("text", "", 0, content=token.content[end:]))
    return found


def _render_host(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return f' <span class="link-host">({escape(tokens[index].content)})</span>'


def _render_citation(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    if address := token.meta["address"]:
        return f'<a class="cite" href="{escape(address)}">{escape(token.content)}</a>'
    return f'<span class="cite is-bad">{escape(token.content)}?</span>'


class _Strict(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Absolute web addresses only; anything else stays visible as the text it was."""
        return bool(_WEB.match(url))


class _Guide(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Web addresses, and addresses on this site."""
        return bool(_WEB.match(url) or _SITE.match(url))


def _prepared(parser: MarkdownIt) -> MarkdownIt:
    # Without reference definitions no line of a text can vanish from view.
    parser.enable(["table", "strikethrough"]).disable(["image", "reference", "html_block", "html_inline"])
    parser.core.ruler.push("headings", _headings)
    parser.core.ruler.push("inlines", _inlines)
    parser.add_render_rule("link_host", _render_host)
    parser.add_render_rule("citation", _render_citation)
    return parser


_OPTIONS = {"html": False, "linkify": False, "maxNesting": 20}
_STRICT = _prepared(_Strict("commonmark", _OPTIONS))
_GUIDE = _prepared(_Guide("commonmark", _OPTIONS))
