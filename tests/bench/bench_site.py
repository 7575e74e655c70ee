"""Whether the site stays responsive while 10 sessions run and an export of 10,000 pairs is built.

Prints one JSON object: page times in milliseconds, idle and busy, and their ratio. The bar is p95 busy <= 3 x p95 idle.
"""

import json
import sys
import threading
import time
from statistics import quantiles

import httpx

from tests.support.chat_server import chat_server
from tests.support.studio import Studio

PAIRS = 10_000
PAGES = ("/", "/review/", "/pairs/", "/vault/", "/sessions/", "/datasets/")
FILL = """
from datasets.actions import decide_pair, propose_pair
from studio.accounts.access import actor_for
from studio.accounts.models import Team, User
team = Team.objects.get(name="Flow"); user = User.objects.get(email="owner@example.org"); actor = actor_for(user, team)
provenance = {"origin": "api", "teachers": []}
text = "The unit is inspected every twelve months by a certified workshop and its log is kept for five years. "
for n in range(%d):
    pair = propose_pair(
        team=team, instruction=f"How is unit {n} inspected?", draft=text, completion=text * 8 + str(n), score="0.9",
        provenance=provenance, actor=actor,
    )
    decide_pair(actor, pair, verdict="approve", version=pair.version)
"""


def main() -> int:
    with chat_server(latency_s=1.0) as model:
        env = {"STUDIO_TEACHER_URL": model.url, "STUDIO_TEACHER_MODEL": "scripted"}
        with Studio(**env) as studio:
            studio.manage("shell", "-v", "0", "-c", FILL % PAIRS)
            client = httpx.Client(base_url=studio.url, cookies={"sessionid": studio.session_of("owner@example.org")})
            _measure(client, rounds=3)
            idle = _measure(client, rounds=25)
            export = studio.api("POST", "/exports", json={"frames": True}, expect=201)["id"]
            stop = threading.Event()
            load = threading.Thread(target=_keep_ten_running, args=(studio, stop))
            load.start()
            busy: list[float] = []
            while len(busy) < 150 or studio.api("GET", f"/exports/{export}")["state"] == "building":
                busy += _measure(client, rounds=5)
            stop.set()
            load.join()
            rows = studio.api("GET", f"/exports/{export}")["rows"]
    idle_p95, busy_p95 = quantiles(idle, n=20)[18], quantiles(busy, n=20)[18]
    result = {
        "pairs": PAIRS,
        "exported_rows": rows,
        "idle_p95_ms": round(idle_p95, 1),
        "busy_p95_ms": round(busy_p95, 1),
        "ratio": round(busy_p95 / idle_p95, 2),
        "bar_ratio": 3,
    }
    print(json.dumps(result))
    return 0


def _measure(client: httpx.Client, *, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        for page in PAGES:
            began = time.perf_counter()
            client.get(page).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
    return times


def _keep_ten_running(studio: Studio, stop: threading.Event) -> None:
    running: list[str] = []
    n = 0
    while not stop.is_set():
        running = [pk for pk in running if studio.api("GET", f"/sessions/{pk}")["state"] in {"queued", "running"}]
        while len(running) < 10:
            n += 1
            fact = f"The pump of unit {n} must be inspected every 12 months."
            body = {
                "question": f"How often is unit {n} inspected?",
                "draft": f"{fact} It is green.",
                "evidence": [fact],
            }
            running.append(studio.api("POST", "/sessions", json=body, expect=201)["id"])
        stop.wait(0.5)


if __name__ == "__main__":
    sys.exit(main())
