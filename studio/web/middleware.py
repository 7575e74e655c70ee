"""What happens around every view: a request id, the browser's policies, htmx answers, and errors as pages."""

import logging
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware

from studio.web import logs
from studio.web.errors import StudioError
from studio.web.ids import uuid7

View = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("studio.web")

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
#: Of a download: whatever a browser makes of it, it loads nothing, runs nothing and is of no origin.
SANDBOX = "default-src 'none'; sandbox"
UNUSED = (
    *("accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    # After signing out on a shared computer, the way back shows nothing.
    "Cache-Control": "private, no-store",
}


def request_id(get_response: View) -> View:
    """Give each request an id that appears in its log lines, its answer and its error page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid7().hex[-12:]  # type: ignore[attr-defined]  # declared on our HttpRequest
        with logs.bound(request=request.request_id):  # type: ignore[attr-defined]
            response = get_response(request)
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


@sync_and_async_middleware
def policies(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Tell browsers what answers may do: load from, send to and be shown in nothing but this origin, and not be kept.

    Downloads are sandboxed. An answer that has a policy of its own keeps it: files of the interface may be stored.
    """
    if not iscoroutinefunction(get_response):
        return lambda request: _guarded(get_response(request))

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        answer: Awaitable[HttpResponseBase] = get_response(request)
        return _guarded(await answer)

    return middleware


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        response.headers.setdefault("Content-Security-Policy", SANDBOX)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def htmx_responses(get_response: View) -> View:
    """Make ordinary answers fit htmx: redirects become client redirects, messages travel out of band."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        htmx = request.htmx  # type: ignore[attr-defined]  # set by the htmx middleware
        if not htmx or htmx.boosted:
            return response
        if isinstance(response, HttpResponseRedirectBase):
            answer = HttpResponse(status=204)
            answer.headers["HX-Redirect"] = response.url
            answer.cookies = response.cookies
            return answer
        is_html = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
        if is_html and "HX-Redirect" not in response.headers and (messages := list(get_messages(request))):
            response.write(render_to_string("ui/_messages.html", {"messages": messages, "oob": True}, request))
        return response

    return middleware


def errors(get_response: View) -> View:
    """Turn the errors that access and actions raise into an answer with their status and sentence."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, StudioError):
            return None
        if error.status == 403:
            log.warning("access denied", extra={"path": request.path, "reason": error.code})
        context = {"error": error, "status": error.status, "title": _TITLES.get(error.status, "This did not work")}
        is_part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
        template = "ui/_error.html" if is_part else "error.html"
        response = render(request, template, context, status=error.status)
        for name, value in error.headers.items():
            response.headers[name] = value
        return response

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django's hook on the callable
    return middleware


_TITLES = {
    403: "You may not do this",
    409: "Somebody was faster",
    410: "This link is gone",
    413: "Too large",
    422: "This cannot be used",
    429: "Too many requests",
    507: "There is no room left",
}
