"""`python -m tests.interop`: stock tools of others read and verify an export, in an environment of their own.

The environment is made once in build/interop from requirements/interop.txt; it never sees the project's packages,
because Hugging Face's `datasets` and ours have the same name.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "build/interop"
CHECKS = ("check_signatures.py", "check_loaders.py")


def environment() -> Path:
    """Make the environment if it is missing or its requirements changed; return its interpreter."""
    python = PLACE / "bin/python"
    wanted = (ROOT / "requirements/interop.txt").read_bytes()
    stamp = PLACE / "requirements"
    if not stamp.exists() or stamp.read_bytes() != wanted:
        venv.create(PLACE, with_pip=True, clear=True)
        install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
        subprocess.run([python, *install, "-r", ROOT / "requirements/interop.txt"], check=True)
        stamp.write_bytes(wanted)
    return python


def main() -> int:
    python = environment()
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, ROOT / "tests/interop/make_export.py", folder], check=True)
        for name in CHECKS:
            command = [python, "-P", ROOT / "tests/interop" / name, folder]
            done = subprocess.run(command, cwd=folder, env={**os.environ, **quiet}, check=False)
            if done.returncode:
                print(f"FAILED {name}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
