"""The API's description as a page: the same OpenAPI document that programs read, for people."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from studio.web.http import Problem

if TYPE_CHECKING:
    from ninja import NinjaAPI

Schema = dict[str, Any]
PROBLEM = {"$ref": REF_TEMPLATE.format(model="Problem")}


def completed(document: OpenAPISchema) -> OpenAPISchema:
    """The document with the problems that every operation of its kind may answer."""
    problem = Problem.model_json_schema(ref_template=REF_TEMPLATE)
    document["components"]["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            responses = {str(status): answer for status, answer in operation["responses"].items()}
            for kind in _problems(path, operation):
                responses.setdefault(str(kind.value), {"description": kind.phrase})
            for status, answer in responses.items():
                found = answer.get("content", {}).get("application/json", {})
                if status >= "400" and found.get("schema", PROBLEM) == PROBLEM:
                    answer["content"] = {"application/problem+json": {"schema": PROBLEM}}
            operation["responses"] = dict(sorted(responses.items()))
    return document


def _problems(path: str, operation: Schema) -> Iterator[HTTPStatus]:
    if "security" in operation:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if "{" in path:
        yield HTTPStatus.NOT_FOUND
    if "requestBody" in operation:
        yield from (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if "requestBody" in operation or any(p["in"] == "query" for p in operation["parameters"]):
        yield HTTPStatus.UNPROCESSABLE_ENTITY


class Reference(DocsBase):
    """Draws the document on the server: nothing is loaded, and it reads without JavaScript."""

    def render_page(self, request: HttpRequest, api: "NinjaAPI", **kwargs: Any) -> HttpResponse:
        document = api.get_openapi_schema()
        schemas: Schema = document.get("components", {}).get("schemas", {})
        groups: dict[str, list[Schema]] = {}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                group = operation.get("tags", ["Other"])[0]
                groups.setdefault(group, []).append(_operation(path, method, operation, schemas))
        return render(request, "api_reference.html", {"groups": sorted(groups.items())})


def _operation(path: str, method: str, operation: Schema, schemas: Schema) -> Schema:
    content: dict[str, Schema] = operation.get("requestBody", {}).get("content", {})
    media = next(iter(content), "")
    answers = [
        (status, _fields(found.get("content", {}).get("application/json", {}).get("schema", {}), schemas))
        for status, found in operation["responses"].items()
        if status < "400"
    ]
    problems = [status for status in operation["responses"] if status >= "400"]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            (p["name"], p["in"], _type(p["schema"]), p.get("required", False)) for p in operation.get("parameters", [])
        ],
        "media": media,
        "body": _fields(content[media].get("schema", {}) if media else {}, schemas),
        "answers": answers,
        "problems": problems,
    }


def _fields(schema: Schema, schemas: Schema) -> list[tuple[str, str, bool]]:
    """Name, type and whether it is needed, of each field of an object."""
    found = schemas.get(_name(schema), schema)
    needed = found.get("required", [])
    return [(name, _type(field), name in needed) for name, field in found.get("properties", {}).items()]


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type(schema: Schema) -> str:
    """A type as a person would write it: `text`, `list of PairOut`, `number or null`."""
    if name := _name(schema):
        return name
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(part) for part in schema[key]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "object"}
    kind = str(schema.get("format") or schema.get("type", "anything"))
    return words.get(kind, kind)
