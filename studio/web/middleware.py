"""What happens around every view: a request id, the content security policy, htmx answers, and errors as pages."""

import logging
from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render
from django.template.loader import render_to_string

from studio.web import logs
from studio.web.http import StudioError
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


def request_id(get_response: View) -> View:
    """Give each request an id that appears in its log lines, its answer and its error page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid7().hex[-12:]  # type: ignore[attr-defined]  # declared on our HttpRequest
        with logs.bound(request=request.request_id):  # type: ignore[attr-defined]
            response = get_response(request)
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


def content_security_policy(get_response: View) -> View:
    """Nothing is loaded from, sent to or framed by another origin, and no inline script or style runs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response

    return middleware


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
        return render(request, template, context, status=error.status)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django's hook on the callable
    return middleware


_TITLES = {
    403: "You may not do this",
    409: "Somebody was faster",
    410: "This link is gone",
    413: "Too large",
    422: "This cannot be used",
    429: "Too many requests",
}
