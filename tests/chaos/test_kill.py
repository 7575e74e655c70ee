"""kill -9 of web, worker and supervisor while sessions run: nothing is lost, nothing is doubled, nothing is locked.

`STUDIO_CHAOS_KILLS` sets how many times each process is killed (default 2 each, 20 for the full run); the seed is
printed with a failure.
"""

import asyncio
import json
import logging
import os
import random
import signal
import threading
import time
from collections import Counter

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.support.chat_server import chat_server
from tests.support.studio import Studio
from tests.support.waiting import until

pytestmark = [pytest.mark.chaos, pytest.mark.flow, pytest.mark.timeout(1500)]

KILLS = int(os.environ.get("STUDIO_CHAOS_KILLS", "2"))
SEED = int(os.environ.get("STUDIO_CHAOS_SEED", str(random.randrange(10**6))))
SESSIONS = 20
ENDED = {"done", "degraded", "failed", "cancelled"}
FACT = "Vaccines must be stored between 2 °C and 8 °C in cabinet number {n}."


class Watcher(threading.Thread):
    """A browser that reconnects from its last number whenever it is cut off, and keeps every frame it got."""

    def __init__(self, studio: Studio, stream: str, cookie: str) -> None:
        super().__init__(daemon=True)
        self.frames: list[int] = []
        self.reconnects = 0
        self._url = f"ws://127.0.0.1:{studio.port}/ws/events/{stream}/"
        self._headers = {"Cookie": cookie}
        self._origin = studio.url
        self.done = threading.Event()

    def run(self) -> None:
        asyncio.run(self._follow())

    async def _follow(self) -> None:
        while not self.done.is_set():
            try:
                async with connect(
                    self._url, additional_headers=self._headers, origin=self._origin, open_timeout=20
                ) as socket:
                    await socket.send(json.dumps({"after": self.frames[-1] if self.frames else 0}))
                    while not self.done.is_set():
                        try:
                            frame = json.loads(await asyncio.wait_for(socket.recv(), 0.5))
                        except TimeoutError:
                            continue
                        self.frames.append(frame["seq"])
            except (OSError, WebSocketException, TimeoutError):
                self.reconnects += 1
                await asyncio.sleep(0.2)


class Load:
    """Keeps twenty sessions running, each watched by a browser."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._cookie = f"sessionid={studio.session_of('owner@example.org')}"
        self.watchers: dict[str, Watcher] = {}
        self.ended: dict[str, str] = {}

    def top_up(self) -> None:
        """Start as many sessions as have ended; does nothing while the studio does not answer."""
        if not self._studio.is_up():
            return
        try:
            self._look()
            for _ in range(SESSIONS - (len(self.watchers) - len(self.ended))):
                self._start()
        except httpx.HTTPError:
            return  # the web process was killed in this moment; a session that was made all the same is found below

    def all_ended(self) -> bool:
        try:
            self._look()
        except httpx.HTTPError:
            return False
        return len(self.ended) == len(self.watchers)

    def _look(self) -> None:
        for pk in self.watchers.keys() - self.ended.keys():
            state = self._studio.api("GET", f"/sessions/{pk}")["state"]
            if state in ENDED:
                self.ended[pk] = state

    def _start(self) -> None:
        n = len(self.watchers)
        fact = FACT.format(n=n)
        body = {
            "question": f"How must vaccines be stored in cabinet {n}?",
            "draft": f"{fact} They may be frozen.",
            "evidence": [f"{fact} The key hangs beside it."],
        }
        pk = str(self._studio.api("POST", "/sessions", json=body, expect=201)["id"])
        self.watchers[pk] = Watcher(self._studio, f"session:{pk}", self._cookie)
        self.watchers[pk].start()


def test_nothing_is_lost_or_doubled_when_processes_are_killed() -> None:
    chance = random.Random(SEED)
    with chat_server(latency_s=0.5) as model:
        env = {"STUDIO_TEACHER_URL": model.url, "STUDIO_TEACHER_MODEL": "scripted", "STUDIO_JOB_LEASE_SECONDS": "5"}
        with Studio(**env) as studio:
            load = Load(studio)
            load.top_up()
            killed = _kill_at_random(studio, chance, load)
            studio.until(load.all_ended, 600)
            logs = {pk: _whole_log(studio, pk) for pk in load.watchers}
            _settle(load.watchers, logs)
            for watcher in load.watchers.values():
                watcher.done.set()
            pairs = _all_pairs(studio)
            log = studio.log.read_text()
    reconnects = sum(watcher.reconnects for watcher in load.watchers.values())
    events = sum(map(len, logs.values()))
    story = f"seed {SEED}, killed {killed}, {len(logs)} sessions, {events} events, {reconnects} reconnects"
    logging.getLogger("tests.chaos").warning(story)
    assert set(load.ended.values()) == {"done"}, story
    assert load.watchers.keys() <= {pair["session_id"] for pair in pairs}, story
    assert len({pair["session_id"] for pair in pairs}) == len(pairs), story
    for pk, watcher in load.watchers.items():
        assert logs[pk] == list(range(1, len(logs[pk]) + 1)), story
        assert watcher.frames == logs[pk], story
    for trouble in ("database is locked", "OperationalError", "IntegrityError", "DatabaseError"):
        assert trouble not in log, f"{story}\n{log[-3000:]}"


def _kill_at_random(studio: Studio, chance: random.Random, load: Load) -> dict[str, int]:
    """Each process as often as asked, in random order, at random moments."""
    order = ["web", "io", "cpu", "supervisor"] * KILLS
    chance.shuffle(order)
    for kind in order:
        time.sleep(chance.uniform(0.1, 1.0))
        load.top_up()
        if kind == "supervisor":
            studio.kill()
            time.sleep(chance.uniform(0.0, 0.5))
            studio.start(wait=False)
        else:
            os.kill(studio.until(lambda kind=kind: studio.children().get(kind)), signal.SIGKILL)
    studio.until(studio.is_up)
    return dict(Counter(order))


def _whole_log(studio: Studio, pk: str) -> list[int]:
    seqs: list[int] = []
    while events := studio.api("GET", f"/sessions/{pk}/events", params={"after": seqs[-1] if seqs else 0})["events"]:
        seqs += [event["seq"] for event in events]
    return seqs


def _settle(watchers: dict[str, Watcher], logs: dict[str, list[int]]) -> None:
    """Wait until the browsers have read the last events."""
    until(lambda: all(len(watchers[pk].frames) >= len(logs[pk]) for pk in logs))


def _all_pairs(studio: Studio) -> list[dict[str, str]]:
    found, cursor = [], ""
    while True:
        page = studio.api("GET", "/pairs", params={"status": "proposed", **({"cursor": cursor} if cursor else {})})
        found += page["results"]
        cursor = page["next"]
        if not cursor:
            return found
