"""Speed of the frame codec for each second of processor time: `python tests/bench/bench_frames.py` prints JSON.

The corpus is 2,000 pairs of 200 and 1,200 characters, mostly ASCII with some multi-byte text, the same in every run.
"""

import gc
import json
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from datasets.core.frames import (
    build_train_pair,
    decode_blob,
    encode_blob,
    parse,
    read_legacy_row,
    read_train_pair,
    sign,
    verify,
)
from datasets.core.frames.blob import decode_body_pure, encode_body_pure

PAIRS, REPEATS, KEY = 2_000, 7, bytes(range(32))
WORDS = (
    "the model plans first then answers step by step and checks every result against its source; naïve façade Größe "
    "数据 données résumé when a value is missing it says so, does not guess, and quotes the passage it came from"
)
METADATA = {"pair_id": "p-1", "quality_score": "0.92", "source_convo_id": "c-1", "teacher_feedback": "ok"}


def corpus() -> list[tuple[str, str]]:
    """Return (instruction, completion) pairs from a fixed seed."""
    rng, words = random.Random(7), WORDS.split()

    def text(size: int) -> str:
        return " ".join(rng.choices(words, k=size // 3))[:size]

    return [(text(200), text(1_200)) for _ in range(PAIRS)]


def per_cpu_second(amount: float, work: Callable[[], Iterable[object]]) -> float:
    """Return amount divided by the least processor time of several runs; results are dropped as a stream drops them."""
    least = float("inf")
    for _ in range(REPEATS):
        gc.collect()
        start = time.process_time()
        deque(work(), maxlen=0)
        least = min(least, time.process_time() - start)
    return round(amount / least, 1)


def main() -> None:
    pairs = corpus()
    blobs = [completion.encode() for _, completion in pairs]
    megabytes = sum(map(len, blobs)) / 1e6
    tokens = [encode_blob(blob) for blob in blobs]
    bodies = [token[3:] for token in tokens]

    def build(pair: tuple[str, str]) -> str:
        return build_train_pair(*pair, created_at="2025-01-02T03:04:05Z", metadata=METADATA)

    def sign_one(frame: str) -> str:
        return sign(frame, key=KEY, signer_id="exporter", timestamp="2025-01-02T03:04:06Z")

    frames = list(map(build, pairs))
    signed = list(map(sign_one, frames))
    rows = [
        json.dumps({"instruction": instruction, "completion": completion, "frame": frame, "signature": text})
        for (instruction, completion), frame, text in zip(pairs, frames, signed, strict=True)
    ]

    def read_and_verify(text: str) -> bool:
        read_train_pair(text)
        return verify(text, key=KEY).verified

    if not all(map(read_and_verify, signed)):
        sys.exit("a signed frame did not verify")
    result = {
        "pairs": PAIRS,
        "blob_encode_MB": per_cpu_second(megabytes, lambda: map(encode_blob, blobs)),
        "blob_decode_MB": per_cpu_second(megabytes, lambda: map(decode_blob, tokens)),
        "blob_encode_pure_MB": per_cpu_second(megabytes, lambda: map(encode_body_pure, blobs)),
        "blob_decode_pure_MB": per_cpu_second(megabytes, lambda: map(decode_body_pure, bodies)),
        "build_pairs": per_cpu_second(PAIRS, lambda: map(build, pairs)),
        "sign_pairs": per_cpu_second(PAIRS, lambda: map(sign_one, frames)),
        "build_and_sign_pairs": per_cpu_second(PAIRS, lambda: (sign_one(build(pair)) for pair in pairs)),
        "parse_strict_pairs": per_cpu_second(PAIRS, lambda: map(parse, frames)),
        "read_strict_pairs": per_cpu_second(PAIRS, lambda: map(read_train_pair, signed)),
        "verify_pairs": per_cpu_second(PAIRS, lambda: (verify(text, key=KEY) for text in signed)),
        "read_strict_and_verify_pairs": per_cpu_second(PAIRS, lambda: map(read_and_verify, signed)),
        "legacy_rows": per_cpu_second(PAIRS, lambda: (read_legacy_row(row, key=KEY) for row in rows)),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
