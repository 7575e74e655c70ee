"""Two studios that start at the same moment on one empty PostgreSQL: both come up, and one owner is made."""

import os
import shutil

import pytest

from tests.support import servers
from tests.support.studio import Studio

pytestmark = [
    pytest.mark.flow,
    pytest.mark.team,
    pytest.mark.skipif(not os.environ.get("STUDIO_REDIS_URL"), reason="runs on the team stack only"),
]


def test_two_studios_start_at_once_on_an_empty_database() -> None:
    with servers.database(os.environ["STUDIO_DATABASE_URL"]) as url:
        nodes = [Studio(STUDIO_DATABASE_URL=url) for _ in range(2)]
        try:
            for node in nodes:
                node.start(wait=False)
            for node in nodes:
                node.until(lambda node=node: "Ctrl-C ends it." in node.log.read_text())
            count = "from studio.accounts.models import User; print('OWNERS', User.objects.count())"
            assert "OWNERS 1" in nodes[0].manage("shell", "-v", "0", "-c", count)
        finally:
            for node in nodes:
                node.stop()
                shutil.rmtree(node.data_dir, ignore_errors=True)
