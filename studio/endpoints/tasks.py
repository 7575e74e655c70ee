"""The job that tries an endpoint out."""

from typing import Any

from studio.endpoints.actions import record_test, run_test
from studio.endpoints.models import Endpoint
from studio.jobs.registry import job
from studio.jobs.runner import JobContext


def failed(kwargs: dict[str, Any], sentence: str) -> None:
    """Say on the endpoint that the test itself came to nothing."""
    endpoint = Endpoint.objects.select_related("team").filter(pk=kwargs["endpoint_id"]).first()
    if endpoint is not None:
        record_test(endpoint, Endpoint.TestState.FAILED, sentence)


@job("endpoints.test_endpoint", queue="io", max_attempts=2, on_failure=failed)
def test_endpoint(ctx: JobContext, endpoint_id: str) -> None:
    endpoint = Endpoint.objects.select_related("team").filter(pk=endpoint_id).first()
    if endpoint is not None:
        run_test(endpoint)
