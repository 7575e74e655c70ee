"""Writes the export and the public key that the stock tools of `check_*.py` read. Runs in the project's environment."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from datasets.core import keys
from datasets.core.layouts import LAYOUTS
from tests.core.export.making import SECRET, make, pairs, public


def main() -> None:
    folder = Path(sys.argv[1])
    make(folder / "export", pairs(257), frames=True, frame_key=SECRET, layouts=tuple(LAYOUTS))
    (folder / "key.pem").write_text(keys.pem(public()))
    print(f"257 pairs in {folder / 'export'}")


if __name__ == "__main__":
    main()
