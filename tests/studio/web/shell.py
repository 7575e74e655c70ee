"""Renders pages of the shell without the apps behind it: the addresses it links to, and somebody who looks at it."""

import types
from types import SimpleNamespace
from typing import Any

from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.test import RequestFactory, override_settings
from django.urls import include, path


def _answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def _names(*names: str) -> list[Any]:
    return [path(f"{name}/", _answer, name=name) for name in names]


ADDRESSES = types.ModuleType("addresses")
ADDRESSES.urlpatterns = [  # type: ignore[attr-defined]  # a module made on the spot
    path("", _answer, name="home"),
    *_names("rail", "account_logout"),
    path("ask/", include((_names("conversation_list"), "chat"))),
    path("vault/", include((_names("document_list", "search"), "vault"))),
    path("sessions/", include((_names("session_list"), "teacher"))),
    path("datasets/", include((_names("review_queue", "dataset_list"), "datasets"))),
    path("team/", include((_names("team_detail", "team_switch", "profile"), "accounts"))),
    path("help/", include((_names("index"), "help"))),
]


class _Teams(list[Any]):
    def all(self) -> "_Teams":
        return self


class _Person(SimpleNamespace):
    def __str__(self) -> str:
        return "Maria <maria@example.org>"


def actor() -> SimpleNamespace:
    teams = _Teams([SimpleNamespace(pk=1, name="Harbour Legal"), SimpleNamespace(pk=2, name="Cold <Chain>")])
    return SimpleNamespace(team=teams[0], role="owner", user=_Person(pk=7, teams=teams, is_authenticated=True))


def message(level: int, text: str) -> Message:
    return Message(level, text)


def render(template: Any, context: dict[str, Any] | None = None, *, address: str = "/patterns/") -> str:
    """The template (its name, or one made from a string) as a signed-in person gets it."""
    found = get_template(template) if isinstance(template, str) else template
    request = RequestFactory().get(address)
    request.user = _Person(is_authenticated=True)  # type: ignore[assignment]  # a stand-in; nothing here asks a database
    request.actor = actor()  # type: ignore[attr-defined]  # set by a middleware on real requests
    request.resolver_match = SimpleNamespace(app_name="vault", url_name="document_list")  # type: ignore[assignment]
    with override_settings(ROOT_URLCONF=ADDRESSES):
        return str(found.render({"actor": actor(), "messages": [], **(context or {})}, request))
