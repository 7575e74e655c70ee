"""Problems as JSON, and the way back into the site."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from ninja import Schema


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
    request: HttpRequest,
    status: int,
    title: str,
    *,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JsonResponse:
    """The answer that `Problem` describes."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail or title, **more}
    body["request_id"] = getattr(request, "request_id", "")
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def safe_next(request: HttpRequest, default: str) -> str:
    """The `next` of the request when it points into this site, else the default."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return default
