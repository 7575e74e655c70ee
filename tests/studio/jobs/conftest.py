"""A broker without the messages of other tests, which nobody takes."""

from collections.abc import Iterator

import pytest
from celery import current_app


@pytest.fixture(autouse=True)
def empty_broker() -> Iterator[None]:
    _purge()
    yield
    _purge()


def _purge() -> None:
    with current_app.connection_for_write() as broker:
        for queue in ("io", "cpu"):
            broker.default_channel.queue_declare(queue=queue)
            broker.default_channel.queue_purge(queue)
