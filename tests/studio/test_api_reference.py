"""The API's page: every operation, nothing loaded from elsewhere."""

from typing import Any

import pytest
from django.test import Client
from ninja.openapi.schema import OpenAPISchema

from studio.accounts.models import User
from studio.api import api


@pytest.mark.django_db
def test_every_operation_stands_on_the_page(alice: User, client: Client) -> None:
    client.force_login(alice)
    page = client.get("/api/v1/docs").content.decode()
    for path, operations in api.get_openapi_schema()["paths"].items():
        assert path in page
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page
    assert "http" not in page.replace("http://testserver", "")


@pytest.mark.django_db
def test_the_document_for_programs_is_there(alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "ArcticCodex Studio"


@pytest.mark.django_db
def test_an_unknown_address_of_the_api_is_a_problem_for_programs(client: Client) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["request_id"]


class Strict(OpenAPISchema):
    """A description that refuses a second class under the name of another."""

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, definition in definitions.items():
            assert self.schemas.get(name, definition) == definition, f"two classes are called {name}"
        super().add_schema_definitions(definitions)


def test_no_two_classes_are_described_under_one_name() -> None:
    assert Strict(api, "/api/v1")["paths"]


def test_an_answer_is_described_with_its_own_states() -> None:
    described = api.get_openapi_schema()["components"]["schemas"]["MessageOut"]["properties"]["state"]
    assert described["enum"] == ["streaming", "done", "stopped", "failed"]
