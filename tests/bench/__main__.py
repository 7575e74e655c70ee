"""`make bench`: every benchmark in a process of its own, then one table; ends with 1 when a bar is missed.

usage: python -m tests.bench [name …]
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.bars import BARS, table

SCRIPTS = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main(chosen: list[str]) -> int:
    results = {}
    for name in chosen or SCRIPTS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, "-m", f"tests.bench.bench_{name}"], stdout=subprocess.PIPE, check=False)
        if done.returncode == 0:
            results[name] = json.loads(done.stdout)
            print(f"  {json.dumps(results[name])}", file=sys.stderr, flush=True)
    lines, all_met = table(results, [bar for bar in BARS if not chosen or bar.script in chosen])
    print("\n".join(lines))
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
