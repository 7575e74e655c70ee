"""API v1: one NinjaAPI over the same access and actions as the pages; errors as problem JSON (RFC 9457)."""

from collections.abc import Sequence
from typing import Any

import ninja.errors
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI

from studio import __version__
from studio.accounts.api import BearerToken
from studio.api_reference import Reference
from studio.web.http import StudioError, problem

api = NinjaAPI(
    title="ArcticCodex Studio",
    version=__version__,
    auth=BearerToken(),
    docs=Reference(),
    docs_url="/docs",
    urls_namespace="api",
)


@api.exception_handler(StudioError)
def studio_error(request: HttpRequest, error: StudioError) -> HttpResponse:
    return problem(request, error.status, error.message, code=error.code)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, str(error) or "There is nothing at this address.")


@api.exception_handler(ninja.errors.ValidationError)
def invalid(request: HttpRequest, error: ninja.errors.ValidationError) -> HttpResponse:
    found: Sequence[dict[str, Any]] = error.errors
    errors = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in found]
    return problem(request, 422, "Something in the request cannot be used as it is.", errors=errors)


@api.exception_handler(ninja.errors.AuthenticationError)
def unauthenticated(request: HttpRequest, error: ninja.errors.AuthenticationError) -> HttpResponse:
    return problem(request, 401, "A valid API token is needed: Authorization: Bearer <token>.")


@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
def bad_request(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body that Django will not read: too large, too many parts, or no multipart form at all."""
    if isinstance(error, RequestDataTooBig):
        return problem(request, 413, "The request is larger than the studio accepts.")
    return problem(request, 400, "The body of the request cannot be read.")


@api.exception_handler(ninja.errors.HttpError)
def http_error(request: HttpRequest, error: ninja.errors.HttpError) -> HttpResponse:
    return problem(request, error.status_code, str(error))


api.add_router("", "studio.accounts.api.router")
api.add_router("", "studio.chat.api.router")
api.add_router("", "datasets.api.pairs.router")
api.add_router("", "datasets.api.exports.router")
api.add_router("", "studio.vault.api.router")
api.add_router("", "teacher.api.router")
