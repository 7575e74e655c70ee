"""Hostile text stays text on every page: a page of payloads has exactly the elements of the same page of plain words.

Each payload takes the place of every text that people, models, files or servers bring: document text, titles, file
names, questions, drafts, answers, claims, quotes, reasons, error sentences, names of teams, people, endpoints and keys,
and the same in stored events. The payloads are those of the Markdown tests, eight at a time in changing order: a long
text holds all eight, a name that has room for one holds the first.
"""

from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from studio.vault import blobs
from studio.vault.models import Document
from tests.security.matrix import PAGES
from tests.security.routes import address, body_of, copy_of
from tests.security.world import Side
from tests.studio.web.test_markdown import ALLOWED, PAYLOADS

CANARY = "OURS-CANARY"
PLAIN = "ordinary words\n\nin two paragraphs"
TOGETHER = 8
QUIET = {
    "help:page",
    "help:index",
    "patterns",
    "health",
    "accounts:profile",
    "account_change_password",
    "account_logout",
}
SINKS = sorted(
    name
    for name, row in PAGES.items()
    if row.get and row.get.status == 200 and name not in QUIET and not name.startswith(("api:", "accounts:sign"))
)
DOWNLOADS = {"datasets:export_archive", "datasets:export_file", "datasets:export_request", "vault:document_file"}
VIEWS = {
    "vault:document_detail": ["", "?view=chunks", "?start=0&end=20"],
    "vault:search": ["?q=battery&mode=keyword"],
    "home": [""],
}
HARMLESS = ALLOWED | {"mark", "ins", "del"}


class Skeleton(HTMLParser):
    """Counts the elements of a page with the names of their attributes, but for those that Markdown may make."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: Counter[tuple[str, ...]] = Counter()
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = sorted(name for name, _ in attrs)
        values = {name: value or "" for name, value in attrs}
        if tag in HARMLESS and set(names) <= {"class", "start", "title"}:
            return
        if tag == "a" and values.get("rel") == "noopener noreferrer nofollow":
            if not values.get("href", "").startswith(("http://", "https://")):
                self.dangers.append(f"a link to {values.get('href')}")
            return
        self.elements[tag, *names] += 1
        for name, value in values.items():
            if name.startswith("on") or name == "style" or tag in {"img", "iframe", "object", "embed", "base", "style"}:
                self.dangers.append(f"{tag} {name}")
            leads = name in {"href", "src", "action", "formaction"} or name.startswith(("hx-", "data-hx-", "ws-"))
            scheme = "".join(value.split()).lower().startswith(("javascript:", "data:"))
            if leads and (scheme or "thief" in value.split("?")[0]):
                self.dangers.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag


def texts_of_ours() -> list[tuple[type[models.Model], Any, str]]:
    """Where in the database a text of ours stands: (model, id, field)."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    found = []
    for model in apps.get_models():
        fields = [field.name for field in model._meta.concrete_fields if isinstance(field, kinds)]
        for row in model._default_manager.values("pk", *fields):
            found += [(model, row["pk"], name) for name in fields if CANARY in str(row[name])]
    return found


def replaced(value: Any, payload: str, longest: int | None) -> Any:
    if isinstance(value, str):
        return payload[:longest] if CANARY in value else value
    if isinstance(value, list):
        return [replaced(each, payload, longest) for each in value]
    if isinstance(value, dict):
        return {name: replaced(each, payload, longest) for name, each in value.items()}
    return value


def put_everywhere(world, payloads: list[str]) -> int:
    """Let the payloads stand in every text of ours; returns in how many."""
    places = texts_of_ours()
    rows = {place[:2]: number for number, place in enumerate(places)}
    for model, pk, name in places:
        first = rows[model, pk] % len(payloads)
        payload = "\n\n".join(payloads[first:] + payloads[:first])
        field = model._meta.get_field(name)
        row = model._default_manager.filter(pk=pk)
        row.update(**{name: replaced(row.values_list(name, flat=True).get(), payload, field.max_length)})
    text = "\n\n".join(payloads) + "\n\nThe battery lasts 18 hours.\n"
    digest, _ = blobs.put([text.encode()])
    Document.objects.filter(pk=world.ours.document.pk).update(text_sha256=digest, char_count=len(text))
    return len(places)


def more_pages(side: Side) -> list[str]:
    """Pages of things that failed, were rejected or wait: they show texts that the others do not have."""
    return [
        f"/vault/documents/{side.failed_document.pk}/",
        f"/ask/{side.other_answer.conversation_id}/",
        f"/ask/{side.streaming_conversation.pk}/",
        f"/sessions/{side.cancelled_session.pk}/",
        f"/sessions/{side.running_session.pk}/",
        f"/pairs/{side.rejected_pair.pk}/",
        f"/pairs/{side.approved_pair.pk}/",
        f"/pairs/{side.session.pair_id}/",
        f"/datasets/exports/{side.failed_export.pk}/",
    ]


def skeletons(world) -> dict[str, Skeleton]:
    """Each page as it is now, and the events as the socket sends them."""
    browser = copy_of(world.browsers["owner"])
    found = {}
    for name in SINKS:
        for view in VIEWS.get(name, [""]) if name not in DOWNLOADS else []:
            response = browser.get(address(name, world.ours) + view)
            assert response.status_code == 200, name
            if response["Content-Type"].startswith("text/html"):
                found[name + view] = Skeleton()
                found[name + view].feed(body_of(response).decode())
    for path in more_pages(world.ours):
        found[path] = Skeleton()
        found[path].feed(browser.get(path).content.decode())
    for stream in world.ours.streams.values():
        found[stream] = Skeleton()
        for event in browser.get(f"/events/{stream}/").json()["events"]:
            found[stream].feed(event["html"])
    return found


@pytest.fixture(scope="module")
def plain() -> dict[str, Skeleton]:
    """The pages with plain words, filled by the first test that needs them."""
    return {}


@pytest.fixture
def plain_pages(world, plain):
    if not plain:
        with transaction.atomic():
            assert put_everywhere(world, [PLAIN]) > 90
            plain.update(skeletons(world))
            transaction.set_rollback(True)
    return plain


def test_the_payloads_are_many():
    assert len(PAYLOADS) >= 52
    assert len(SINKS) >= 25


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), TOGETHER))
def test_payloads_make_no_element_on_any_page(world, plain_pages, first):
    put_everywhere(world, PAYLOADS[first : first + TOGETHER])
    for where, page in skeletons(world).items():
        assert page.dangers == [], where
        assert page.elements - plain_pages[where].elements == Counter(), where
