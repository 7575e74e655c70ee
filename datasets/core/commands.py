"""What the command lines of the core share: the exit code of wrong usage, and reading files of bounded size."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from datasets.core.errors import Malformed

USAGE_ERROR = 64
MAX_FILE = 100_000_000  # bytes of a ledger, a key list, a key, settings; some 100,000 ledger entries


class Parser(argparse.ArgumentParser):
    """A parser that ends with USAGE_ERROR, because 2 stands for something else."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.refuse(message)

    def refuse(self, message: str) -> NoReturn:
        """End because of what was handed in, without telling how the command is used."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def read_file(path: Path, limit: int = MAX_FILE) -> bytes:
    """Return a whole file; Malformed when it is larger than limit, which is seen before reading where it can be."""
    with path.open("rb") as stream:
        data = stream.read(limit + 1) if os.fstat(stream.fileno()).st_size <= limit else None
    if data is None or len(data) > limit:
        raise Malformed(f"{path} is larger than {limit:,} bytes.")
    return data
