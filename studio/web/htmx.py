"""Answers for htmx: a page, or only the part of it that was asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def is_partial(request: HttpRequest) -> bool:
    """Whether only a part of the page was asked for: an htmx request that is neither boosted nor a history restore."""
    htmx = request.htmx  # type: ignore[attr-defined]  # set by the htmx middleware on every request
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def render_partial(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """Render the page, or, when htmx asks for a part, the fragment template named by `part`.

    template: the whole page. part: path of the fragment template; without one the page is rendered always.
    """
    name = part if part and is_partial(request) else template
    response = render(request, name, context, status=status)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response
