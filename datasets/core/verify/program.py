"""The verifier as one file that anybody can run: `python verify.pyz EXPORT --key FINGERPRINT`.

It is a zip archive of this very source, which Python runs as it is and every unzip program opens for reading. It needs
Python 3.11 and nothing else; the same source gives the same bytes.
"""

import io
import zipfile
from functools import cache
from pathlib import Path

NAME = "verify.pyz"
_CORE = Path(__file__).parents[1]
_EPOCH = (1980, 1, 1, 0, 0, 0)
_START = r"""import sys

if sys.version_info < (3, 11):
    sys.stderr.write("verify.pyz needs Python 3.11 or newer.\n")
    sys.exit(64)

from datasets.core.verify.__main__ import main

sys.exit(main())
"""


@cache
def program() -> bytes:
    """Return the file."""
    core = {path.relative_to(_CORE.parents[1]).as_posix(): path for path in _CORE.rglob("*.py")}
    needed = {name: path.read_bytes() for name, path in core.items() if "/export/" not in name}
    needed |= {"datasets/__init__.py": b"", "__main__.py": _START.encode()}
    target = io.BytesIO()
    target.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, data in sorted(needed.items()):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            info.create_system = 3
            packed.writestr(info, data)
    return target.getvalue()
