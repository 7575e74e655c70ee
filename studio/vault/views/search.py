"""Search in the vault, with the reasons for each rank."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from studio.accounts.requests import HttpRequest
from studio.vault.core.ranking import highlights, snippet, terms
from studio.vault.forms import MODE_WORDS, SearchForm
from studio.vault.listing import collections_of
from studio.vault.models import Document
from studio.vault.search import Hit, SearchUnavailable, hybrid
from studio.web.htmx import render_partial

LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A hit as the page shows it. parts: the snippet as (text, whether it is a query word)."""

    hit: Hit
    url: str
    parts: list[tuple[str, bool]]
    is_cut: bool
    why: str


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Passages by keyword, meaning or both."""
    values = SearchForm(request.GET).values()
    team = request.actor.team
    collections = collections_of(team)
    known = {collection.pk for collection in collections}
    chosen = [values["collection"]] if values["collection"] in known else None
    hits: list[Hit] = []
    problem = ""
    try:
        hits = hybrid(team.pk, values["q"], mode=values["mode"], limit=LIMIT, collections=chosen)
    except SearchUnavailable as error:
        problem = error.message
    words = terms(values["q"])
    legs = {name for hit in hits for name in hit.legs}
    tabs = []
    for mode, label in MODE_WORDS.items():
        parameters = request.GET.copy()
        parameters["mode"] = mode
        tabs.append((label, f"?{parameters.urlencode()}", values["mode"] == mode, ""))
    context = {
        "q": values["q"],
        "mode": values["mode"],
        "collection": values["collection"],
        "collections": collections,
        "results": [_result(hit, words, legs) for hit in hits],
        "problem": problem,
        "tabs": tabs,
        "has_documents": bool(hits) or Document.objects.filter(team=team).ready().exists(),
    }
    return render_partial(request, "vault/search.html", context, part="vault/_results.html")


def _result(hit: Hit, words: list[str], legs: set[str]) -> Result:
    begin, end = snippet(hit.text, words, width=360)
    shown = hit.text[begin:end]
    parts: list[tuple[str, bool]] = []
    position = 0
    for start, stop in highlights(shown, words):
        parts += [(shown[position:start], False), (shown[start:stop], True)]
        position = stop
    parts.append((shown[position:], False))
    document = Document(pk=hit.document_id)
    return Result(
        hit=hit,
        url=document.span_url(hit.start, hit.end),
        parts=[part for part in parts if part[0]],
        is_cut=end - begin < len(hit.text),
        why=why(hit, legs),
    )


def why(hit: Hit, legs: set[str]) -> str:
    """One line that says where a score comes from. legs: those that took part in this search."""
    parts = []
    for name, word, unit in (("keyword", "Keyword", "BM25"), ("meaning", "Meaning", "cosine")):
        leg = hit.legs.get(name)
        if leg:
            parts.append(f"{word} rank {leg.rank} ({unit} {leg.score:.2f}) gives {leg.share:.2f}")
        elif name in legs:
            parts.append(f"{word} not among the first 100 gives 0")
    return " + ".join(parts)
