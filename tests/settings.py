"""Settings of the test run: a data folder of its own, quick password hashes, strict templates."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# What a run is told; anything else that is set on this machine is not under test.
_TOLD = {"STUDIO_DATABASE_URL", "STUDIO_REDIS_URL", "STUDIO_LOG_LEVEL", "STUDIO_HYPOTHESIS_PROFILE"}
_TOLD |= {"STUDIO_CHAOS_KILLS", "STUDIO_CHAOS_SEED", "STUDIO_KILLS", "STUDIO_TAMPER_CHANGES"}
for _name in set(os.environ) - _TOLD:
    if _name.startswith(("STUDIO_", "DEEPSEEK_")) or _name.lower().endswith("_proxy"):
        del os.environ[_name]
_folder = tempfile.mkdtemp(prefix="studio-tests-")
_owner = os.getpid()


def _forget_folder() -> None:
    if os.getpid() == _owner:  # not in a process that a test has forked
        shutil.rmtree(_folder, ignore_errors=True)


atexit.register(_forget_folder)
os.environ["STUDIO_DATA_DIR"] = _folder
os.environ["STUDIO_OUTBOUND_ALLOW"] = "127.0.0.0/8 [::1]/128"  # the servers of the tests
os.environ.setdefault("STUDIO_LOG_LEVEL", "ERROR")
if os.environ.get("STUDIO_REDIS_URL") and (_worker := os.environ.get("PYTEST_XDIST_WORKER")):
    # Workers run beside each other: each has a broker of its own, so that none takes or counts the others' messages.
    os.environ["STUDIO_REDIS_URL"] = f"{os.environ['STUDIO_REDIS_URL'].rpartition('/')[0]}/{1 + int(_worker[2:]) % 15}"

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
