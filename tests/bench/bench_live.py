"""How long an event takes from its row to a browser, with 50 sessions running.

Prints one JSON object: milliseconds from the making of the event to its receipt by a websocket client, over all events
of all sessions. The bar is p95 <= 150.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from statistics import quantiles

from websockets.asyncio.client import connect

from tests.support.chat_server import chat_server
from tests.support.studio import Studio

SESSIONS = 50
FACT = "The pump of unit {n} must be inspected every 12 months by a certified workshop."


def main() -> int:
    with chat_server(latency_s=1.0) as model:
        env = {"STUDIO_TEACHER_URL": model.url, "STUDIO_TEACHER_MODEL": "scripted", "STUDIO_WORKER_THREADS": "50"}
        with Studio(**env) as studio:
            cookie = f"sessionid={studio.session_of('owner@example.org')}"
            latencies = asyncio.run(_watch_all(studio, cookie))
    cuts = quantiles(latencies, n=100)
    result = {
        "sessions": SESSIONS,
        "events": len(latencies),
        "p50_ms": round(cuts[49]),
        "p95_ms": round(cuts[94]),
        "p99_ms": round(cuts[98]),
        "bar_p95_ms": 150,
    }
    print(json.dumps(result))
    return 0


async def _watch_all(studio: Studio, cookie: str) -> list[float]:
    latencies: list[float] = []
    async with asyncio.TaskGroup() as group:
        for n in range(SESSIONS):
            pk = await asyncio.to_thread(_start, studio, n)
            group.create_task(_watch(studio, cookie, pk, latencies))
    return latencies


def _start(studio: Studio, n: int) -> str:
    fact = FACT.format(n=n)
    body = {"question": f"How often is unit {n} inspected?", "draft": f"{fact} It is green.", "evidence": [fact]}
    return str(studio.api("POST", "/sessions", json=body, expect=201)["id"])


async def _watch(studio: Studio, cookie: str, pk: str, latencies: list[float]) -> None:
    url = f"ws://127.0.0.1:{studio.port}/ws/events/session:{pk}/"
    async with connect(url, additional_headers={"Cookie": cookie}, origin=studio.url) as socket:
        joined = datetime.now(UTC)
        await socket.send('{"after": 0}')
        while True:
            frame = json.loads(await asyncio.wait_for(socket.recv(), 120))
            now, made = datetime.now(UTC), datetime.fromisoformat(frame["created"])
            if made > joined:  # what was there before the browser came is no latency
                latencies.append((now - made).total_seconds() * 1000)
            if frame["kind"] == "session.finished":
                return


if __name__ == "__main__":
    sys.exit(main())
