"""What views receive and what they answer when something is wrong."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import django.http
from django_htmx.middleware import HtmxDetails
from ninja import Schema

if TYPE_CHECKING:
    from studio.accounts.access import Actor


class HttpRequest(django.http.HttpRequest):
    """A request as our middleware leaves it: who acts, and what htmx asked for."""

    htmx: HtmxDetails
    actor: "Actor"
    request_id: str


class ApiRequest(HttpRequest):
    """A request to the API: `auth` is who acts."""

    auth: "Actor"


class StudioError(Exception):
    """The request cannot be carried out."""

    status = 400

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.headers: dict[str, str] = {}
        self.message = message or (self.__doc__ or "").strip()
        self.code = code or type(self).__name__.lower()
        super().__init__(self.message)


class Forbidden(StudioError):
    """You do not have the right to do this."""

    status = 403


class Conflict(StudioError):
    """Somebody else changed this meanwhile."""

    status = 409


class TooLarge(StudioError):
    """This is larger than the studio accepts."""

    status = 413


class Invalid(StudioError):
    """Something in the request cannot be used as it is."""

    status = 422


class TooMany(StudioError):
    """Too many requests; wait a moment and try again."""

    status = 429

    def __init__(self, message: str = "", *, code: str = "", retry_after_s: int = 60) -> None:
        super().__init__(message, code=code)
        self.headers = {"Retry-After": str(retry_after_s)}


class StorageFull(StudioError):
    """There is no room left on the studio's disk. Nothing was stored; an operator has to make room."""

    status = 507


class FieldError(Schema):
    """What is wrong with one field of a request."""

    field: str
    message: str


class Problem(Schema):
    """What went wrong (RFC 9457), as sentences for people; code: its name for programs, where it has one.

    request_id: by which operators find the request in the log. errors: of a 422, field by field.
    """

    type: str
    status: int
    title: str
    detail: str
    code: str = ""
    errors: list[FieldError] = []
    request_id: str


def problem(
    request: django.http.HttpRequest,
    status: int,
    title: str,
    *,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> django.http.JsonResponse:
    """The answer that `Problem` describes."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail or title, **more}
    body["request_id"] = getattr(request, "request_id", "")
    return django.http.JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def safe_next(request: django.http.HttpRequest, default: str) -> str:
    """The `next` of the request when it points into this site, else the default."""
    from django.utils.http import url_has_allowed_host_and_scheme

    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return default
