"""An export folder as one zip file: sorted names, fixed times and modes, so the same folder gives the same bytes.

The promise holds for one version of the compression library; the export itself is bound by its own signature.
"""

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_REGULAR_0644 = 0o100644 << 16


def write(folder: Path, target: Path, progress: Callable[[int], None] = lambda done: None) -> int:
    """Pack folder into target under the folder's own name; target appears complete or not at all.

    progress: called with the bytes packed so far. Returns the size of the zip file. OSError when disk or path fail.
    """
    partial = target.with_name(f".{target.name}.partial")
    done = 0
    try:
        with partial.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
                for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                    info = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _EPOCH)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = _REGULAR_0644
                    info.create_system = 3
                    size = path.stat().st_size
                    with path.open("rb") as source, packed.open(info, "w", force_zip64=size > 2**31) as member:
                        shutil.copyfileobj(source, member, 1 << 20)
                    done += size
                    progress(done)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size
