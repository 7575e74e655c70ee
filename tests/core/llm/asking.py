"""Ways to put one question to a server of the tests."""

import random

from studio.llm.client import Client, Limits
from studio.llm.endpoint import Endpoint, Secret
from studio.llm.guard import Allowed, GuardedBackend
from studio.llm.steps import Ask

LOOPBACK = (Allowed.parse("127.0.0.0/8"),)
ASK = Ask(
    key="k",
    role="answerer",
    inputs={"question": "q"},
    messages=({"role": "system", "content": "json"}, {"role": "user", "content": "q"}),
    max_tokens=77,
)
PATIENT = Limits(connect_s=60, idle_s=60, total_s=120)


class Sleeps(list):
    async def __call__(self, seconds):
        self.append(seconds)


def ask_server(url, ask=ASK, *, limits=PATIENT, sleep=None, stopped=lambda: False, on_text=None, **fields):
    endpoint = Endpoint(**{"name": "test", "base_url": url, "model": "m", "key": Secret("sk-secret"), **fields})
    sleep = Sleeps() if sleep is None else sleep
    with Client(
        endpoint, guard=GuardedBackend(LOOPBACK), limits=limits, sleep=sleep, jitter=random.Random(1)
    ) as client:
        return client.ask(ask, stopped=stopped, on_text=on_text)
