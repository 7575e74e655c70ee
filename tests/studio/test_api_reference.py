"""The API's page: every operation, nothing loaded from elsewhere."""

import pytest
from django.test import Client

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
