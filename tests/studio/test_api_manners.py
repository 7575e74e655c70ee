"""What holds for every operation of the API: methods, problems, what counts as left out, and its description."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from studio.accounts.models import User
from studio.api import api
from studio.web import views
from studio.web.errors import Conflict, TooMany
from studio.web.http import Problem
from tests.conftest import ApiClient

pytestmark = pytest.mark.django_db
ApiFor = Callable[..., ApiClient]
PROBLEM = "application/problem+json"
SESSION = {"question": "How long does it last?", "evidence": ["It lasts 18 hours."]}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "pairs", "GET, HEAD, OPTIONS, POST"),
        ("HEAD", "conversations", "OPTIONS, POST"),
        ("DELETE", "statistics", "GET, HEAD, OPTIONS"),
        ("POST", "openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_there_is_a_problem_that_names_the_others(
    client: Client, method: str, path: str, allow: str
) -> None:
    answer = client.generic(method, f"/api/v1/{path}")
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Allow"]) == (405, PROBLEM, allow)


def test_options_names_the_methods(client: Client) -> None:
    answer = client.options("/api/v1/pairs")
    assert (answer.status_code, answer.headers["Allow"], answer.content) == (204, "GET, HEAD, OPTIONS, POST", b"")


def test_head_is_answered_as_get_without_the_body(alice: User, api_for: ApiFor) -> None:
    answer = api_for(alice).head("/api/v1/statistics")
    assert (answer.status_code, answer.content) == (200, b"")


def test_health_needs_no_token(client: Client) -> None:
    assert client.get("/api/v1/health").json() == client.get("/health").json()
    assert client.get("/health").json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/health", "/api/v1/health"])
def test_health_without_a_database_is_503_of_the_same_shape(client: Client, path: str) -> None:
    def away(*_: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(away):
        answer = client.get(path)
    assert (answer.status_code, answer.json()["status"], set(answer.json())) == (
        503,
        "no database",
        {"status", "version"},
    )


def test_what_is_empty_in_a_query_counts_as_left_out(alice: User, api_for: ApiFor) -> None:
    assert api_for(alice).get("/api/v1/pairs?status=&cursor=&limit=&session_id=").json() == {
        "results": [],
        "next": None,
    }
    assert api_for(alice).get("/api/v1/search?q=ice&mode=&limit=&collection=").status_code == 200
    assert api_for(alice).get("/api/v1/statistics?dataset=").status_code == 200


def test_a_field_that_is_null_counts_as_left_out(alice: User, api_for: ApiFor) -> None:
    nothing = {"draft": None, "teacher": None, "threshold": None, "max_iterations": None}
    assert api_for(alice).post_json("/api/v1/sessions", SESSION | nothing).status_code == 201
    assert api_for(alice).post_json("/api/v1/sessions", {**SESSION, "question": None}).status_code == 422


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("<a/>", "application/xml", 415),
        ("question=x", "application/x-www-form-urlencoded", 415),
        ("{", "application/merge-patch+json", 400),
    ],
)
def test_a_body_that_is_no_json_says_whether_its_type_is_wrong(
    alice: User, api_for: ApiFor, body: str, kind: str, status: int
) -> None:
    answer = api_for(alice).post("/api/v1/sessions", body, content_type=kind)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)


def test_a_file_outside_of_a_form_is_415(alice: User, api_for: ApiFor) -> None:
    assert api_for(alice).post_json("/api/v1/documents", {"file": "text"}).status_code == 415
    assert api_for(alice).post("/api/v1/documents", {"collection": "x"}).status_code == 422


def test_a_refusal_names_the_fields_as_the_caller_wrote_them(alice: User, api_for: ApiFor) -> None:
    answer = api_for(alice).post_json("/api/v1/sessions", {"threshold": 7, "evidence": ["x", 1]}).json()
    assert [error["field"] for error in answer["errors"]] == ["question", "evidence.1", "threshold"]
    assert "threshold: Input should be less than or equal to 1" in answer["detail"]
    query = api_for(alice).get("/api/v1/pairs?limit=0").json()
    assert [error["field"] for error in query["errors"]] == ["limit"]


@pytest.mark.parametrize("path", ["sessions/x", "documents/x", "pairs/x", "exports/x", "conversations/x"])
def test_an_id_that_is_none_is_404_everywhere(alice: User, api_for: ApiFor, path: str) -> None:
    answer = api_for(alice).get(f"/api/v1/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)


def test_an_error_of_our_own_is_a_problem_too(rf: RequestFactory) -> None:
    assert views.server_error(rf.get("/api/v1/pairs")).headers["Content-Type"] == PROBLEM
    assert views.server_error(rf.get("/sessions/")).headers["Content-Type"].startswith("text/html")


def test_too_many_requests_say_when_to_come_back() -> None:
    assert TooMany(retry_after_s=7).headers == {"Retry-After": "7"}
    assert Conflict().headers == {}


def test_the_description_is_there_for_tokens_and_people_only(alice: User, api_for: ApiFor, client: Client) -> None:
    path = "/api/v1/openapi.json"
    assert (client.get(path).status_code, client.get(path).headers["WWW-Authenticate"]) == (401, "Bearer")
    assert api_for(alice).get(path).json()["openapi"] == "3.1.0"
    client.force_login(alice)
    assert client.get(path).status_code == 200


def operations() -> list[tuple[str, dict[str, Any]]]:
    paths = api.get_openapi_schema()["paths"]
    return [(f"{method} {path}", found) for path, item in paths.items() for method, found in item.items()]


def test_every_operation_is_described_with_its_answers_and_problems() -> None:
    for name, operation in operations():
        assert operation["summary"], name
        answers = operation["responses"]
        assert any(status < "300" for status in answers), name
        for status, answer in answers.items():
            assert answer["content"], (name, status)
        if not name.endswith("/health"):
            assert {"401", "403"} <= set(answers), name
            assert answers["401"]["content"] == {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_reference_of_the_description_leads_somewhere() -> None:
    document = api.get_openapi_schema()

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(inner) for inner in value.values()))
        return set().union(*(references(inner) for inner in value)) if isinstance(value, list) else set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(dict(document)) <= known


def test_problems_are_of_the_described_shape(alice: User, api_for: ApiFor) -> None:
    for answer in (api_for(alice).get("/api/v1/pairs?limit=0"), api_for(alice).get("/api/v1/nothing")):
        assert set(answer.json()) <= set(Problem.model_fields)
        assert Problem.model_validate(answer.json()).status == answer.status_code
