"""Where the person who acts is: for the log and for the limits on tries."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


@contextmanager
def coming_from(request: HttpRequest) -> Iterator[None]:
    """What is recorded inside the block was done by this request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def whence() -> dict[str, str]:
    """address, agent: of the request that is being answered; both empty outside of one."""
    request = _request.get()
    if request is None:
        return {"address": "", "agent": ""}
    return {"address": address_of(request), "agent": request.headers.get("User-Agent", "").replace("\x00", "")[:200]}


def address_of(request: HttpRequest) -> str:
    """The client's address, behind a trusted proxy the one it names; empty when it cannot be told."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
