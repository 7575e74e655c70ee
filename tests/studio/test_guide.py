"""The guide says what the code has: settings, routes, pages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve

from studio.accounts.models import User
from studio.api import api
from studio.web.views import HELP_DIR

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(HELP_DIR.rglob("*.md"))


def read(name: str) -> str:
    return (HELP_DIR / name).read_text()


def test_every_setting_that_is_read_is_described_and_none_besides() -> None:
    source = "".join(path.read_text() for path in (ROOT / "studio").rglob("*.py"))
    asked = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", read("settings.md"), re.MULTILINE))
    assert asked == described


def test_every_api_route_is_described() -> None:
    paths = {path.removeprefix("/api/v1") for path in api.get_openapi_schema()["paths"]}
    described = read("api.md")
    missing = {path for path in paths if re.sub(r"\{\w+\}", "{id}", path) not in described}
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HELP_DIR).as_posix())
def test_every_link_of_the_guide_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((/[^)#]*)", page.read_text()):
        resolve(target)
        if target.startswith("/help/"):
            assert (HELP_DIR / f"{target.removeprefix('/help/').strip('/') or 'index'}.md").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HELP_DIR).as_posix())
def test_every_page_is_shown(page: Path, alice: User, client: Client) -> None:
    client.force_login(alice)
    name = page.relative_to(HELP_DIR).with_suffix("").as_posix()
    answer = client.get("/help/" if name == "index" else f"/help/{name}/")
    assert answer.status_code == 200
    assert page.read_text().splitlines()[0].lstrip("# ") in answer.content.decode()


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_not_found(alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.get("/help/../settings/").status_code == 404
