"""A secret is shown once, to whom it belongs; no page, answer, event, job, log or row holds it in clear."""

import logging

import pytest
from django.apps import apps
from django.core import serializers

from datasets.actions.keys import open_frame_key, open_signer
from studio.accounts.secrets import sealer
from studio.endpoints.actions import PROBE
from studio.endpoints.asking import ask_endpoint, key_context
from studio.endpoints.models import Endpoint
from studio.llm.steps import Refusal
from studio.sealing import SealedHere
from tests.factories import PASSWORD
from tests.jobs import run_all
from tests.security.listener import listening
from tests.security.matrix import API, PAGES
from tests.security.routes import address, bearer, body_of, copy_of, operation_address
from tests.security.world import ROLES

ONCE = {"accounts:sign_in_link", "accounts:invitation"}  # their addresses hold the secret that opens them
GETS = [name for name, row in PAGES.items() if row.get and name not in ONCE]


def secrets_of(world) -> list[str]:
    """Every secret of the world in clear, also in the two forms in which bytes are often written."""
    private = [sealer().open(side.key.sealed, side.key.context) for side in (world.ours, world.theirs)]
    given = [secret for side in (world.ours, world.theirs) for secret in side.secrets.values()]
    found = [*private, *given, PASSWORD]
    return [*found, *(secret.encode().hex() for secret in found)]


def assert_none(text: str, world, where: str) -> None:
    shown = [secret[:8] for secret in secrets_of(world) if secret in text]
    assert not shown, f"{where} shows {shown}"


@pytest.mark.parametrize("name", GETS)
def test_no_page_shows_a_secret(world, name):
    for who in (*ROLES, "stranger"):
        response = copy_of(world.browsers[who]).get(address(name, world.ours))
        assert_none(body_of(response).decode(errors="replace") + str(response.headers), world, name)


@pytest.mark.parametrize("operation", [operation for operation in API if operation.startswith("GET")])
def test_no_answer_of_the_api_shows_a_secret(world, operation):
    of, _, _, data, _ = API[operation]
    headers = bearer(world.ours.person("owner"), world.ours)
    response = copy_of(world.browsers["anonymous"]).get(
        operation_address(operation, of, world.ours), data(world.ours), headers=headers
    )
    assert_none(body_of(response).decode(errors="replace"), world, operation)


def test_no_row_of_the_database_holds_a_secret_in_clear(world):
    rows = 0
    for model in apps.get_models():
        for row in model._default_manager.all():
            rows += 1
            assert_none(serializers.serialize("json", [row]), world, str(model))
            assert_none(repr(row) + str(row), world, str(model))
    assert rows > 200


def test_no_file_holds_a_secret_in_clear(world):
    files = [path for path in world.folder.rglob("*") if path.is_file() and path.name != "seal.key"]
    assert len(files) > 10
    for path in files:
        assert_none(path.read_bytes().decode(errors="replace"), world, path.name)


def test_nothing_is_logged_that_is_secret(world, caplog):
    caplog.set_level(logging.DEBUG)
    owner = copy_of(world.browsers["owner"])
    side = world.ours
    with listening() as server:
        server.status, server.echoes_key = 401, True
        form = {"name": "E", "kind": "openai", "base_url": f"http://127.0.0.1:{server.port}/v1", "model": "m"}
        form |= {"json_mode": "auto", "is_enabled": "on", "roles": ["answerer"], "key": side.secrets["endpoint key"]}
        assert owner.post(f"/team/endpoints/{side.endpoint.pk}/", form).status_code == 302
        owner.post(f"/team/endpoints/{side.endpoint.pk}/test/")
        owner.post("/ask/", {"question": "How long does the battery last?"})
        run_all(waiting=True)
        assert server.connects > 0
    owner.post("/accounts/login/", {"login": "x@example.org", "password": PASSWORD})
    owner.post("/datasets/verify/", {"file": "", "secret": side.secrets["import secret"]})
    copy_of(world.browsers["anonymous"]).get(f"/invitations/{side.secrets['invitation']}/")
    copy_of(world.browsers["anonymous"]).get(f"/sign-in/{side.secrets['sign-in link']}/")
    headers = {"Authorization": f"Bearer {side.secrets['token']}"}
    copy_of(world.browsers["anonymous"]).post("/api/v1/sessions", {}, headers=headers)
    said = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert caplog.records
    assert_none(said, world, "the log")
    for name in GETS:
        assert_none(body_of(owner.get(address(name, side))).decode(errors="replace"), world, name)


ELSEWHERE = [
    "https://127.0.0.1:9/v1",
    "http://127.0.0.1:10/v1",
    "http://127.0.0.1/v1",
    "http://127.0.0.2:9/v1",
    "http://localhost:9/v1",
    "http://[::1]:9/v1",
    "https://thief.example/v1",
    "http://127.0.0.1.thief.example:9/v1",
    "http://0.0.0.0:9/v1",
    "http://127.1:9/v1",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_key_is_void_once_its_address_leads_elsewhere(world, url):
    side = world.ours
    form = {"name": "Same", "kind": "openai", "base_url": url, "model": "m", "json_mode": "auto", "roles": ["drafter"]}
    answer = copy_of(world.browsers["owner"]).post(f"/team/endpoints/{side.endpoint.pk}/", form)
    changed = Endpoint.objects.get(pk=side.endpoint.pk)
    assert answer.status_code == 302
    assert changed.sealed_key == ""


def test_a_key_stays_while_its_address_stays(world):
    side = world.ours
    form = {"name": "Same", "kind": "openai", "base_url": "http://127.0.0.1:9/v2", "model": "m2", "json_mode": "off"}
    copy_of(world.browsers["owner"]).post(f"/team/endpoints/{side.endpoint.pk}/", {**form, "roles": ["drafter"]})
    assert Endpoint.objects.get(pk=side.endpoint.pk).sealed_key == side.endpoint.sealed_key


def test_a_sealed_key_that_was_moved_is_not_sent_to_anybody(world):
    with listening() as server:
        to_thief = f"http://127.0.0.1:{server.port}/v1"
        Endpoint.objects.filter(pk=world.ours.endpoint.pk).update(base_url=to_thief)
        moved = Endpoint.objects.get(pk=world.ours.endpoint.pk)
        copied = world.theirs.endpoint
        Endpoint.objects.filter(pk=copied.pk).update(sealed_key=world.ours.endpoint.sealed_key)
        for endpoint in (moved, Endpoint.objects.get(pk=copied.pk)):
            answer = ask_endpoint(endpoint, PROBE)
            assert isinstance(answer, Refusal)
            assert answer.kind == "auth"
        assert server.connects == 0


def test_a_web_process_opens_no_secret(world, settings):
    settings.STUDIO_ROLE = "web"
    for side in (world.ours, world.theirs):
        sealed = [
            lambda side=side: sealer().open(
                side.endpoint.sealed_key, key_context(side.endpoint, side.endpoint.base_url)
            ),
            lambda side=side: open_signer(side.key),
            lambda side=side: open_frame_key(side.frame_secret),
            lambda side=side: sealer().open(side.import_.sealed_secret, side.import_.context),
        ]
        for opened in sealed:
            with pytest.raises(SealedHere):
                opened()
    refusal = ask_endpoint(world.ours.endpoint, PROBE)
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "auth"
