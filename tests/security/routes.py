"""What exists: all pages and API operations, read from the routers themselves, and their addresses."""

import re
from collections.abc import Iterator, Sequence
from http.cookies import SimpleCookie
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from studio.accounts.access import Scope
from studio.accounts.actions import create_api_token
from studio.accounts.models import User
from studio.api import api
from tests.security.matrix import PAGES
from tests.security.world import SCOPES, Side

API_ROOT = "/api/v1"


def pages() -> dict[str, URLPattern]:
    """Every address that is no operation of the API, by its full name."""
    known = {str(path.pattern) for _, router in api._routers for path in router.urls_paths("")}
    found = dict(_walk(get_resolver().url_patterns))
    return {name: at for name, at in found.items() if not (name.startswith("api:") and str(at.pattern) in known)}


def operations() -> set[str]:
    """Every operation of the API, such as "GET /pairs/{pk}"; those hidden from its documentation too."""
    found = set()
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                plain = re.sub(r"\{(?:\w+:)?(\w+)\}", r"{\1}", f"{prefix}{path}")
                found |= {f"{method} {plain}" for method in operation.methods}
    return found


def address(name: str, side: Side, *, inner: Side | None = None) -> str:
    """The address of a page about the objects of that side. inner: whose message or file it names, if another's."""
    row = PAGES[name]
    values = {"pk": row.of} if row.of else {}
    kwargs = {key: _value(what, side if key == "pk" else inner or side) for key, what in {**values, **row.also}.items()}
    return reverse(name, kwargs=kwargs)


def operation_address(operation: str, of: str, side: Side) -> str:
    path = operation.partition(" ")[2]
    return API_ROOT + re.sub(r"\{\w+\}", lambda _: str(getattr(side, of).pk), path)


def client_of(user: User | None) -> Client:
    """A browser of its own, in which the person is signed in."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def copy_of(client: Client) -> Client:
    """The same browser again, so that what an answer does to its cookies stays without effect."""
    other = Client()
    other.cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    return other


def bearer(user: User, side: Side, scopes: Sequence[Scope] = SCOPES) -> dict[str, str]:
    """The header of an API client with a fresh token for that team."""
    secret = create_api_token(user, side.team, name="test", scopes=list(scopes))[1]
    return {"Authorization": f"Bearer {secret}"}


def body_of(response: Any) -> bytes:
    """All bytes of an answer, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def _value(what: str, side: Side) -> str:
    kind, _, name = what.rpartition(":")
    if what.startswith("="):
        return what[1:]
    if kind == "secret":
        return str(side.secrets[name])
    if kind == "stream":
        return side.streams[name]
    return str(getattr(side, what).pk)


def _walk(patterns: Sequence[Any], names: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for found in patterns:
        if isinstance(found, URLResolver):
            yield from _walk(found.url_patterns, (*names, found.namespace) if found.namespace else names)
        else:
            yield ":".join((*names, found.name or str(found.pattern))), found
