"""Prints one JSON object: pairs per CPU-second of export and verification, bytes per byte of text, memory per row.

usage: python tests/bench/bench_export.py [--pairs 2000] [--repeat 3] [--big 200000] [--verify-big 100000]

CPU seconds of this process, best of the repeats, on one corpus: 200 + 1,200 characters, some of them multi-byte.
Records are made before the clock starts. "plain" is data/train.jsonl, data/train.index, card, Croissant, key list,
statement, ledger entry and checkpoint; "default" adds the default layouts and parquet; "frames" is plain and signed
frames.
"""

import argparse
import gc
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from datasets.core import keys
from datasets.core.export import FrameKey, write
from datasets.core.ledger import LedgerHead
from datasets.core.records import Approval, PairRecord, content_digest
from datasets.core.settings import DEFAULT_LAYOUTS, ExportSettings
from datasets.core.verify import pin, verify

TEXT = (
    "the answer names each clause first then the date and the amount it depends on with a check of every number "
    "against its source naïve façade Größe données 数据 résumé lease notice period rent index deposit term renewal "
    "repair costs when nothing is said about it say so and cite the passage instead of guessing"
)
WORDS = TEXT.split()
TIME = "2026-01-01T00:00:00Z"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x31" * 32)
PUBLIC = PRIVATE.public_key().public_bytes_raw()
SECRET = FrameKey(secret=b"benchmark secret of 32 bytes, ok", signer_id="bench")


def text(rng: random.Random, length: int) -> str:
    words: list[str] = []
    size = 0
    while size < length:
        words.append(rng.choice(WORDS))
        size += len(words[-1]) + 1
    return " ".join(words)[:length].rstrip() + "."


def records(count: int) -> Iterator[PairRecord]:
    rng = random.Random(20260101)
    for number in range(count):
        instruction, completion = text(rng, 200), text(rng, 1200)
        shown = content_digest(instruction, completion)
        yield PairRecord(
            id=f"{number:08x}-0000-7000-8000-{number:012x}",
            instruction=instruction,
            completion=completion,
            created_at=TIME,
            approvals=(Approval(by=f"u{number % 9}", at=TIME, shown=shown),),
            score="0.92",
            source=(f"s{number}",),
            teachers=("model-a",),
        )


def settings(**changes: object) -> ExportSettings:
    listed = keys.KeyList(version=1, keys=(keys.KeyEntry(public=PUBLIC, roles=("export", "ledger")),))
    fields = {"name": "bench", "version": "1", "keys": listed, "layouts": (), "parquet": False} | changes
    return ExportSettings(**fields)  # type: ignore[arg-type]  # the keywords are checked by the dataclass


def best(repeat: int, work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(repeat):
        gc.collect()
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def resident() -> int:
    """Return the resident set in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def peak() -> int:
    """Return the highest resident set so far in bytes, since `reset_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--big", type=int, default=200_000)
    parser.add_argument("--verify-big", type=int, default=100_000)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="bench-export-"))
    found: dict[str, object] = {"pairs": options.pairs}
    rows = list(records(options.pairs))
    size = sum(len(row.instruction.encode()) + len(row.completion.encode()) for row in rows)
    pins = pin([keys.pem(PUBLIC)])
    kinds: dict[str, tuple[dict[str, object], FrameKey | None]] = {
        "plain": ({}, None),
        "default": ({"layouts": DEFAULT_LAYOUTS, "parquet": True}, None),
        "frames": ({"frames": True}, SECRET),
    }
    number = 0

    def export(changes: dict[str, object], key: FrameKey | None, source: object = rows) -> Path:
        nonlocal number
        number += 1
        folder = root / f"e{number}"
        ledger = LedgerHead(origin="bench", time=TIME)
        chosen = settings(**changes)
        write(folder, source, settings=chosen, sign=keys.signer(PRIVATE), ledger=ledger, frame_key=key)  # type: ignore[arg-type]
        return folder

    try:
        for kind, (changes, key) in kinds.items():
            spent = best(options.repeat, lambda changes=changes, key=key: export(changes, key))
            folder = root / f"e{number}"
            found[f"export_{kind}_pairs_per_cpu_s"] = round(options.pairs / spent)
            spent = best(options.repeat, lambda folder=folder, key=key: verify(folder, pins, frame_key=key))
            found[f"verify_{kind}_pairs_per_cpu_s"] = round(options.pairs / spent)
            whole = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            found[f"{kind}_bytes_per_text_byte"] = round(whole / size, 3)
        found["jsonl_bytes_per_text_byte"] = round((root / "e1/data/train.jsonl").stat().st_size / size, 3)
        del rows
        gc.collect()
        if options.verify_big:
            folder = export({}, None, records(options.verify_big))
            start = time.perf_counter()
            cpu = best(1, lambda: verify(folder, pins))
            found["verify_big"] = {
                "pairs": options.verify_big,
                "cpu_s": round(cpu, 2),
                "wall_s": round(time.perf_counter() - start, 2),
            }
            shutil.rmtree(folder)
        if options.big:
            gc.collect()
            reset_peak()
            before = resident()
            folder = export({"layouts": DEFAULT_LAYOUTS, "parquet": True}, None, records(options.big))
            found["export_big"] = {"pairs": options.big, "peak_over_idle_mib": round((peak() - before) / 2**20, 1)}
            reset_peak()
            before = resident()
            report = verify(folder, pins)
            found["export_big"]["verify_peak_over_idle_mib"] = round((peak() - before) / 2**20, 1)  # type: ignore[index]
            found["export_big"]["verified"] = report.ok  # type: ignore[index]
    finally:
        shutil.rmtree(root)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
