"""API v1: one NinjaAPI over the same access and actions as the pages; errors as problem JSON (RFC 9457)."""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import ninja.errors
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern, URLResolver
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from studio import __version__
from studio.accounts.api import BearerToken
from studio.api_reference import Reference, completed
from studio.web.errors import StudioError
from studio.web.http import problem

View = Callable[..., HttpResponse]
bearer = BearerToken()


class LeftOut(Parser):
    """What is empty counts as left out: `?status=&cursor=`, a form field without a text, `"draft": null`."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = json.loads(request.body)
        return {name: value for name, value in body.items() if value is not None} if isinstance(body, dict) else body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        found = super().parse_querydict(data, list_fields, request)
        return {name: value for name, value in found.items() if value != ""}


class Api(NinjaAPI):
    """Ninja's API, with HTTP's own manners at every address and a complete description."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                view = described_to_callers(pattern.callback) if pattern.name == "openapi-json" else pattern.callback
                pattern.callback = with_every_method(view)
        return patterns, app_name, namespace

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        return completed(super().get_openapi_schema(**kwargs))


def with_every_method(view: View) -> View:
    """HEAD is answered as GET, OPTIONS with what is allowed, and the rest as a problem with 405."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.method
        request.method = "GET" if method == "HEAD" else method
        response = view(request, *args, **kwargs)
        request.method = method
        if response.status_code != 405:
            return response
        known = {name.strip() for name in response.headers["Allow"].split(",")}
        allowed = {"Allow": ", ".join(sorted(known | {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())))}
        if method == "OPTIONS":
            return HttpResponse(status=204, headers=allowed)
        return problem(request, 405, f"{method} is not possible here.", headers=allowed)

    return answer


def described_to_callers(view: View) -> View:
    """The OpenAPI document, for a token as well as for a signed-in person."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET"})
        if not request.user.is_authenticated and bearer(request) is None:
            return unauthenticated(request, ninja.errors.AuthenticationError())
        return view(request, *args, **kwargs)

    return answer


api = Api(
    title="ArcticCodex Studio",
    version=__version__,
    auth=bearer,
    parser=LeftOut(),
    docs=Reference(),
    docs_url="/docs",
    urls_namespace="api",
)


@api.exception_handler(StudioError)
def studio_error(request: HttpRequest, error: StudioError) -> HttpResponse:
    return problem(request, error.status, error.message, headers=error.headers, code=error.code)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, str(error) or "There is nothing at this address.")


@api.exception_handler(ninja.errors.ValidationError)
def invalid(request: HttpRequest, error: ninja.errors.ValidationError) -> HttpResponse:
    found: Sequence[dict[str, Any]] = error.errors
    if any(e["loc"][0] == "file" for e in found) and request.content_type != "multipart/form-data":
        return problem(request, 415, "Send the file in a form: Content-Type: multipart/form-data.")
    errors = [{"field": _field(e["loc"]), "message": e["msg"]} for e in found]
    detail = "; ".join(f"{e['field'] or 'body'}: {e['message']}" for e in errors[:5])
    title = "Something in the request cannot be used as it is."
    return problem(request, 422, title, detail=detail, errors=errors)


def _field(place: Sequence[str | int]) -> str:
    """Its name as the caller wrote it: without "query", "path", "form", "file", or "body" and the parameter's name."""
    return ".".join(map(str, place[2:] if place[0] == "body" else place[1:]))


@api.exception_handler(ninja.errors.AuthenticationError)
def unauthenticated(request: HttpRequest, error: ninja.errors.AuthenticationError) -> HttpResponse:
    headers = {"WWW-Authenticate": "Bearer"}
    return problem(request, 401, "A valid API token is needed: Authorization: Bearer <token>.", headers=headers)


@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
def bad_request(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body that Django will not read: too large, too many parts, or no multipart form at all."""
    if isinstance(error, RequestDataTooBig):
        return problem(request, 413, "The request is larger than the studio accepts.")
    return problem(request, 400, "The body of the request cannot be read.")


@api.exception_handler(ninja.errors.HttpError)
def http_error(request: HttpRequest, error: ninja.errors.HttpError) -> HttpResponse:
    """Ninja's own: a body that is no JSON, which is the type's fault where another one is named."""
    if error.status_code != 400:
        return problem(request, error.status_code, str(error))
    if not (request.content_type or "").endswith("json"):
        return problem(request, 415, "Send JSON: Content-Type: application/json.")
    return problem(request, 400, "The body of the request is not JSON.")


api.add_router("", "studio.accounts.api.router")
api.add_router("", "studio.chat.api.router")
api.add_router("", "datasets.api.pairs.router")
api.add_router("", "datasets.api.exports.router")
api.add_router("", "studio.vault.api.router")
api.add_router("", "teacher.api.router")
