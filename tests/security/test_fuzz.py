"""Whatever is sent to the API, it answers: 0 answers of 500 and more, and every refusal is a problem in JSON."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.api import api
from tests.security.matrix import API, PAGES
from tests.security.routes import address, bearer, body_of, copy_of, operation_address

DOCUMENTED = api.get_openapi_schema()
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202e", "١٢", "½", "𝟙", "NaN", "' or 1=1 --", "{{7*7}}"]
    ),
    st.text(alphabet="é\u0301\u200b\ufeff\U0001f9ca", min_size=1, max_size=9),
    st.just("long " * 20_000),
)
NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**31, 2**63 - 1, 2**63, 2**64, 10**400, -(2**63) - 1]),
    st.floats(),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def shaped(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of roughly the documented shape, and now and then of any other."""
    if "$ref" in schema:
        return shaped(DOCUMENTED["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema or "allOf" in schema:
        return st.one_of(*(shaped(each) for each in schema.get("anyOf") or schema["allOf"]), ANYTHING)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]]) | ANYTHING
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        fields = {name: shaped(each) for name, each in schema["properties"].items()}
        needed = {name: fields.pop(name) for name in schema.get("required", []) if name in fields}
        return st.fixed_dictionaries(needed, optional=fields) | ANYTHING
    if kind == "array":
        return st.lists(shaped(schema.get("items", {})), max_size=3) | ANYTHING
    simple = {"string": TEXTS, "integer": NUMBERS, "number": NUMBERS, "boolean": st.booleans(), "null": st.none()}
    return simple[kind] | ANYTHING if kind in simple else ANYTHING


def documented(operation: str) -> dict[str, Any]:
    method, _, path = operation.partition(" ")
    found = {p.replace("uuid:", ""): item for p, item in DOCUMENTED["paths"].items()}
    return found[f"/api/v1{path}"][method.lower()]


def send(world, operation: str, **request: Any):
    """The answer to an owner; what it changed is undone."""
    method = operation.partition(" ")[0].lower()
    path = request.pop("path", None) or operation_address(operation, API[operation][0], world.ours)
    headers = bearer(world.ours.person("owner"), world.ours) | request.pop("headers", {})
    with transaction.atomic():
        client = Client(raise_request_exception=False)
        if "content_type" in request:  # sent as it is, whatever its type says
            response = client.generic(method, path, headers=headers, **request)
        else:
            response = getattr(client, method)(path, headers=headers, **request)
        body = body_of(response)
        transaction.set_rollback(True)
    return response, body


def assert_answered(response, body: bytes) -> None:
    assert response.status_code < 500, body[:500]
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        problem = json.loads(body)
        assert problem["status"] == response.status_code
        assert problem["title"]
        assert problem["request_id"] == response["X-Request-Id"]


POSTS = [operation for operation in API if "requestBody" in documented(operation) and operation != "POST /documents"]
QUERIES = [
    operation for operation in API if any(p["in"] == "query" for p in documented(operation).get("parameters", []))
]
quickly = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.mark.parametrize("operation", POSTS)
def test_no_body_breaks_an_operation(world, operation):
    schema = documented(operation)["requestBody"]["content"]["application/json"]["schema"]

    @quickly
    @given(value=shaped(schema))
    def sent(value: Any) -> None:
        body = json.dumps(value)
        assert_answered(*send(world, operation, data=body, content_type="application/json"))

    sent()


@pytest.mark.parametrize("operation", QUERIES)
def test_no_query_breaks_an_operation(world, operation):
    names = [p["name"] for p in documented(operation)["parameters"] if p["in"] == "query"]
    texts = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()[:3_000])
    values = st.one_of(texts, NUMBERS.map(str), st.sampled_from(["hybrid", "approved", str(world.ours.pair.pk)]))

    @quickly
    @given(query=st.dictionaries(st.sampled_from([*names, "odd"]), values, max_size=len(names)))
    def sent(query: dict[str, str]) -> None:
        assert_answered(*send(world, operation, data=query))

    sent()


@pytest.fixture(autouse=True)
def as_strict_as_postgresql(world):
    """Refuses what only PostgreSQL refuses: a NUL in a text or in JSON."""

    def checked(execute, sql, params, many, context):
        texts = [value for row in (params if many else [params or ()]) for value in row if isinstance(value, str)]
        if any("\x00" in text or "\\u0000" in text for text in texts):
            raise ValueError("A string literal cannot contain NUL (0x00) characters.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(checked):
        yield


PARAMETERS = [
    "q",
    "before",
    "after",
    "at",
    "sort",
    "state",
    "status",
    "collection",
    "dataset",
    "deleted",
    "question",
    "pair",
]


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row.get])
def test_no_query_breaks_a_page(world, name):
    browser = copy_of(world.browsers["owner"])
    for value in ("\x00", "a\x00b", "9" * 400, "-1", "١٢", "%", "a" * 9_000):
        query = urlencode([(parameter, value) for parameter in PARAMETERS])
        response = browser.get(f"{address(name, world.ours)}?{query}")
        body_of(response)
        assert response.status_code < 500


BODIES = {
    "nothing": b"",
    "half": b'{"question": ',
    "not JSON": b"<xml/>",
    "not UTF-8": b'{"question": "\xff\xfe"}',
    "UTF-16": '{"question": "x"}'.encode("utf-16"),
    "a NUL": b'{"question": "a\x00b"}',
    "an escaped NUL": b'{"question": "a\\u0000b", "instruction": "a\\u0000", "completion": "b\\u0000"}',
    "a lone surrogate": b'{"question": "\\ud800", "instruction": "\\ud800", "completion": "\\udfff"}',
    "a huge number": b'{"version": 1' + b"0" * 5_000 + b"}",
    "a huge power": b'{"version": 1e99999, "threshold": 1e99999, "score": -1e999, "min_quality": 1e999}',
    "NaN": b'{"version": NaN, "threshold": NaN, "score": Infinity, "min_quality": -Infinity}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a list": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "a key twice": b'{"question": "a", "question": "b", "verdict": "approve", "verdict": "reject"}',
    "too large": b'{"question": "' + b"x" * (9 * 1024 * 1024) + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_not_what_it_should_be_is_refused_as_a_problem(world, body):
    for operation in POSTS:
        assert_answered(*send(world, operation, data=body, content_type="application/json"))


TYPES = [
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "multipart/form-data; boundary=\xe9",
    "",
    "application/json; charset=x",
]


@pytest.mark.parametrize("kind", TYPES)
def test_a_body_of_another_type_is_refused_as_a_problem(world, kind):
    for operation in [*POSTS, "POST /documents"]:
        assert_answered(*send(world, operation, data=b'{"question": "x"}', content_type=kind))


ODD_IDS = ["1", "x", "%00", "..", "00000000-0000-0000-0000-000000000000", "٠" * 32, "a" * 3_000, "%ff", "{pk}"]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_id_that_is_none_is_not_there(world, odd):
    for operation in [operation for operation, row in API.items() if row[0]]:
        method, _, path = operation.partition(" ")
        plain = "/api/v1" + path.replace("{pk}", odd)
        response, body = send(world, operation, path=plain)
        assert response.status_code in {404, 422} or method == "POST"
        assert response.status_code < 500
        assert b"Traceback" not in body


HEADERS = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer \x00", "Bearer é", "bearer x", "Bearer " + "x" * 8_000]


@pytest.mark.parametrize("value", HEADERS)
def test_a_token_that_is_none_is_refused_as_a_problem(world, value):
    response, body = send(world, "GET /", headers={"Authorization": value})
    assert response.status_code == 401
    assert_answered(response, body)
