"""`python -m tests.interop [--trainers]`: stock tools read and verify an export, in environments of their own.

An environment is made once in build/ from its requirements file; it never sees the project's packages, because Hugging
Face's `datasets` and ours have the same name. With --trainers TRL's own preprocessing is run too, which needs torch.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHECKS = {"interop": ("check_signatures.py", "check_loaders.py"), "trainers": ("check_trainers.py",)}
REQUIREMENTS = {"interop": ("interop.txt",), "trainers": ("trainers.txt", "torch.txt")}


def environment(name: str) -> Path:
    """Make the environment if it is missing or its requirements changed; return its interpreter."""
    place, files = ROOT / "build" / name, [ROOT / "requirements" / file for file in REQUIREMENTS[name]]
    python, stamp, wanted = place / "bin/python", place / "requirements", b"".join(file.read_bytes() for file in files)
    if not stamp.exists() or stamp.read_bytes() != wanted:
        venv.create(place, with_pip=True, clear=True)
        options = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--require-hashes")
        chosen = [option for file in files for option in ("-r", file)]
        print(f"Installing {name} …", flush=True)
        subprocess.run([python, "-m", "pip", "install", *options, *chosen], check=True)
        stamp.write_bytes(wanted)
    return python


def main() -> int:
    wanted = ["interop", *(["trainers"] if "--trainers" in sys.argv[1:] else [])]
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, ROOT / "tests/interop/make_export.py", folder], check=True)
        for name, check in [(kind, script) for kind in wanted for script in CHECKS[kind]]:
            command = [environment(name), "-P", ROOT / "tests/interop" / check, folder]
            done = subprocess.run(command, cwd=folder, env={**os.environ, **quiet}, check=False)
            if done.returncode:
                print(f"FAILED {check}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
