"""`make test`: the whole suite on the embedded default, then what touches the database on PostgreSQL and Redis.

    python -m tests.run [--team] [pytest arguments]

Prints what this machine cannot test, and at the end one line for both runs together. Order and random data are the same
each time, so that a run says something about the change; `--randomly-seed=N` shuffles anew.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import servers


def main(arguments: list[str]) -> int:
    only_team = "--team" in arguments
    arguments = [argument for argument in arguments if argument != "--team"]
    for sentence in _missing():
        print(f"SKIPPED HERE: {sentence}", flush=True)
    results = []
    if not only_team:
        results.append(_run("embedded: SQLite, message files", [*arguments, "-m", "not team"], {}))
    if not servers.missing():
        with contextlib.ExitStack() as running:
            urls = {
                "STUDIO_DATABASE_URL": running.enter_context(servers.postgres()),
                "STUDIO_REDIS_URL": running.enter_context(servers.redis()),
            }
            # What knows neither database nor broker has been tested above.
            elsewhere = ["--ignore=tests/core", "--ignore=tests/studio/web"]
            chosen = [*arguments, *elsewhere, "-m", "not browser and not llm"]
            results.append(_run("team: PostgreSQL, Redis", chosen, urls))
    elif only_team:
        return 1
    return _sum_up(results)


def _missing() -> list[str]:
    found = []
    if names := servers.missing():
        found.append(f"{' and '.join(names)} not installed, so nothing runs on the team stack")
    if not shutil.which("chromium"):
        found.append("Chromium not installed, so no browser tests")
    return found


def _run(title: str, arguments: list[str], env: dict[str, str]) -> tuple[int, dict[str, int]]:
    print(f"\n== {title}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
    command += ["--randomly-seed=1", *arguments]
    process = subprocess.Popen(
        command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    last = ""
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line if re.search(r"\d+ (passed|failed|error)", line) else last
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|skipped|error)", last)}
    return process.wait(), counts


def _sum_up(results: list[tuple[int, dict[str, int]]]) -> int:
    total = {
        word: sum(counts.get(word, 0) for _, counts in results) for word in ("passed", "failed", "error", "skipped")
    }
    failed = total["failed"] + total["error"]
    print(f"\n{total['passed']} passed, {failed} failed, {total['skipped']} skipped", flush=True)
    return max((code for code, _ in results), default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
