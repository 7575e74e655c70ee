"""Settings of the test run: a data folder of its own, quick password hashes, strict templates."""

import os
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="studio-tests-")
os.environ["STUDIO_DATA_DIR"] = _folder
for _name in ("DEEPSEEK_API_KEY", "STUDIO_TEACHER_URL", "STUDIO_TEACHER_MODEL", "STUDIO_TEACHER_KEY"):
    os.environ.pop(_name, None)
os.environ.setdefault("STUDIO_LOG_LEVEL", "ERROR")

from studio.settings import *  # noqa: E402, F403
from studio.settings import DATABASES, STATIC_ROOT, STORAGES, TEMPLATES  # noqa: E402

STATIC_ROOT.mkdir(exist_ok=True)


class _Undefined(str):
    """Fails a test whose page uses a variable that the view does not give."""

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise NameError(f"undefined template variable {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _Undefined("%s")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
STUDIO_ROLE = "worker"  # tests run jobs in their own process
# Each process its own, also beside Redis: throttles must not count the tries of other tests.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if DATABASES["default"]["ENGINE"] == "studio.db.sqlite":
    # A file, so that threads and child processes of a test see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
