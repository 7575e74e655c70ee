"""The sealing key: web processes seal and never hold what opens."""

import pytest

from studio.accounts.secrets import sealer
from studio.env import SettingError
from studio.sealing import CannotOpen, SealedHere, new_opening_key

CONTEXT = "team 1, key of https://api.example.org"


@pytest.fixture(autouse=True)
def no_keys_in_the_environment(monkeypatch):
    for name in ("STUDIO_SEAL_KEY", "STUDIO_SEAL_KEY_FILE", "STUDIO_SEAL_PUBLIC", "STUDIO_SEAL_PUBLIC_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def web(settings):
    """The sealer of a web process."""

    def made():
        settings.STUDIO_ROLE = "web"
        return sealer()

    return made


@pytest.fixture
def worker(settings):
    """The sealer of a worker."""

    def made():
        settings.STUDIO_ROLE = "worker"
        return sealer()

    return made


def test_a_worker_opens_what_a_web_process_sealed(web, worker):
    sealed = web().seal("sk-canary", CONTEXT)
    assert "canary" not in sealed
    assert worker().open(sealed, CONTEXT) == "sk-canary"


def test_a_web_process_opens_nothing(web):
    with pytest.raises(SealedHere):
        web().open(web().seal("sk-canary", CONTEXT), CONTEXT)


def test_a_web_process_reads_the_public_half_alone(web, worker, own_folder):
    worker()
    (own_folder / "keys" / "seal.key").unlink()
    assert web().seal("sk-canary", CONTEXT)
    assert not (own_folder / "keys" / "seal.key").exists()


def test_a_secret_opens_in_its_own_context_only(web, worker):
    sealed = web().seal("sk-canary", CONTEXT)
    with pytest.raises(CannotOpen):
        worker().open(sealed, CONTEXT.replace("api.", "evil."))


def test_the_opening_key_is_readable_by_its_owner_only(worker, own_folder):
    worker()
    assert (own_folder / "keys" / "seal.key").stat().st_mode & 0o777 == 0o600


def test_the_key_stays_the_same(web, worker):
    sealed = web().seal("sk-canary", CONTEXT)
    worker()
    web()
    assert worker().open(sealed, CONTEXT) == "sk-canary"


def test_a_worker_repairs_a_lost_public_half(web, worker, own_folder):
    sealed = web().seal("one", CONTEXT)
    (own_folder / "keys" / "seal.pub").write_bytes(b"\0" * 32)
    assert worker().open(sealed, CONTEXT) == "one"
    assert worker().open(web().seal("two", CONTEXT), CONTEXT) == "two"


def test_a_key_of_the_environment_is_used_and_no_file_is_made(monkeypatch, web, worker, own_folder):
    monkeypatch.setenv("STUDIO_SEAL_KEY", new_opening_key().hex())
    sealed = web().seal("sk-canary", CONTEXT)
    with pytest.raises(SealedHere):
        web().open(sealed, CONTEXT)
    assert worker().open(sealed, CONTEXT) == "sk-canary"
    assert not (own_folder / "keys").exists()


def test_a_web_process_elsewhere_needs_the_public_half_alone(monkeypatch, web, worker, own_folder):
    worker()
    public = (own_folder / "keys" / "seal.pub").read_bytes()
    elsewhere = (own_folder / "keys").rename(own_folder / "another machine")
    monkeypatch.setenv("STUDIO_SEAL_PUBLIC", public.hex())
    sealed = web().seal("sk-canary", CONTEXT)
    assert not (own_folder / "keys").exists()
    elsewhere.rename(own_folder / "keys")
    assert worker().open(sealed, CONTEXT) == "sk-canary"


@pytest.mark.parametrize("key", ["nonsense", "00", "00" * 33])
def test_a_key_that_cannot_be_one_is_refused_by_name_and_not_repeated(monkeypatch, worker, key):
    monkeypatch.setenv("STUDIO_SEAL_KEY", key)
    with pytest.raises(SettingError, match="STUDIO_SEAL_KEY") as caught:
        worker()
    assert f"'{key}'" not in str(caught.value)


def test_neither_key_nor_secret_is_in_a_repr(worker, own_folder):
    shown = repr(worker())
    assert (own_folder / "keys" / "seal.key").read_bytes().hex() not in shown
