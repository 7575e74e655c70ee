"""`make bench`: every benchmark in a process of its own, one line of JSON each."""

import subprocess
import sys
from pathlib import Path

for script in sorted(Path(__file__).parent.glob("bench_*.py")):
    print(f"== {script.stem.removeprefix('bench_')}", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.bench.{script.stem}"], check=False)
