"""What surrounds every answer: policies, cookies, tokens against forgery, redirects that stay here."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from studio.web.checks import exposure, proxy
from studio.web.middleware import POLICY, SANDBOX
from tests.security.matrix import API, PAGES
from tests.security.routes import address, bearer, body_of, copy_of, operation_address

TEMPLATES = sorted(Path(django_settings.BASE_DIR, "templates").rglob("*.html"))
OURS = {"api:openapi-view"}  # the viewer of the API's documentation is its library's template
DOWNLOADS = [
    "vault:document_file",
    "datasets:export_archive",
    "datasets:export_file",
    "datasets:export_request",
    "datasets:key_file",
    "datasets:key_public",
    "datasets:ledger_file",
    "accounts:log_file",
]
GETS = [name for name, row in PAGES.items() if row.get]
POSTS = [name for name, row in PAGES.items() if row.post]


class Inline(HTMLParser):
    """Finds what the policy would block: scripts and styles that stand in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith(("on", "hx-on"))]

    handle_startendtag = handle_starttag


def assert_guarded(response) -> None:
    assert response["Content-Security-Policy"] in {POLICY, "default-src 'none'; sandbox"}
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert {"no-store", "private"} <= set(response["Cache-Control"].replace(",", " ").split())


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline():
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


@pytest.mark.parametrize("name", GETS)
def test_every_page_carries_its_policies(world, name):
    for who in ("owner", "stranger", "anonymous"):
        response = copy_of(world.browsers[who]).get(address(name, world.ours))
        assert_guarded(response)
        body = body_of(response)
        if response["Content-Type"].startswith("text/html") and name not in OURS:
            page = Inline()
            page.feed(body.decode())
            assert page.found == []


@pytest.mark.parametrize("operation", [operation for operation in API if operation.startswith("GET")])
def test_every_answer_of_the_api_carries_its_policies(world, operation):
    of, _, _, data, _ = API[operation]
    for headers in (bearer(world.ours.person("owner"), world.ours), {}):
        response = Client(headers=headers).get(operation_address(operation, of, world.ours), data(world.ours))
        assert_guarded(response)
        body_of(response)


@pytest.mark.parametrize("path", ["/nothing/", "/api/v1/nothing", "/events/team:x/", "/static/nothing.js", "/\x00"])
def test_error_pages_carry_their_policies(world, path):
    response = copy_of(world.browsers["owner"]).get(path)
    assert response.status_code == 404
    assert_guarded(response)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(django_settings.BASE_DIR)))
def test_no_template_holds_a_script_a_style_or_a_handler(template):
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=|hx-on|javascript:|<script(?![^>]*\ssrc=)", text, re.IGNORECASE
    )
    assert not re.search(r"\|\s*safe\b|{%\s*autoescape\s+off|\bsafeseq\b", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("name", DOWNLOADS)
def test_files_are_downloads_and_never_shown_in_our_origin(world, name):
    response = copy_of(world.browsers["owner"]).get(address(name, world.ours))
    body_of(response)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert not response["Content-Type"].startswith(("text/html", "image/", "application/xhtml", "text/xml"))
    assert response["Content-Security-Policy"] == SANDBOX


@pytest.mark.parametrize("operation", ["GET /documents/{pk}/text", "GET /exports/{pk}/archive"])
def test_files_of_the_api_are_downloads_too(world, operation):
    path = operation_address(operation, API[operation][0], world.ours)
    response = Client(headers=bearer(world.ours.person("owner"), world.ours)).get(path)
    body_of(response)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"] == SANDBOX


@pytest.mark.parametrize("name", POSTS)
def test_a_post_without_the_token_against_forgery_is_refused(world, name):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = copy_of(world.browsers["owner"]).cookies
    door = PAGES[name].post
    assert browser.post(address(name, world.ours), door.data(world.ours)).status_code == 403


def test_the_sign_in_needs_the_token_against_forgery(world):
    assert Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"}).status_code == 403


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(alice):
    response = Client().post("/accounts/login/", {"login": alice.email, "password": "correct horse battery"})
    cookie = response.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")
    token = Client().get("/accounts/login/").cookies["csrftoken"]
    assert (token["samesite"], token["domain"]) == ("Lax", "")


def test_behind_https_cookies_are_secure_and_the_browser_remembers_it(tmp_path):
    show = (
        "import studio.settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, "
        "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    )
    environment = {
        "STUDIO_BASE_URL": "https://studio.example",
        "STUDIO_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", show],
        env=environment,
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "True", "True", "__Host-sessionid", "__Host-csrftoken"]


@pytest.mark.parametrize("host", ["thief.example", "127.0.0.1@thief.example", "", "a b", "[::1"])
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/api/v1/", "/nothing/"])
def test_a_host_that_is_not_ours_is_refused(world, settings, host, path):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    for who in ("owner", "anonymous"):
        response = copy_of(world.browsers[who]).get(path, headers={"Host": host})
        assert response.status_code == 400
        assert "thief" not in response.content.decode()


def test_files_of_the_interface_are_for_our_pages_alone_and_may_be_kept(settings):
    settings.SERVESTATIC_USE_FINDERS = settings.SERVESTATIC_AUTOREFRESH = True
    response = Client().get("/static/css/reset.css")
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in response
    assert "no-store" not in response["Cache-Control"]


@pytest.mark.parametrize(
    ("host", "base", "ids"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", []),
        ("0.0.0.0", "http://127.0.0.1:8000", ["studio.W003"]),
        ("0.0.0.0", "https://studio.test", []),
    ],
)
def test_who_opens_the_studio_to_a_network_without_https_is_warned(settings, host, base, ids):
    settings.STUDIO_HOST, settings.STUDIO_BASE_URL = host, base
    assert [found.id for found in exposure()] == ids


@pytest.mark.parametrize(
    ("base", "header", "ids"),
    [
        ("http://127.0.0.1:8000", None, []),
        ("https://studio.test", None, ["studio.W004"]),
        ("https://studio.test", ("HTTP_X_FORWARDED_PROTO", "https"), []),
    ],
)
def test_who_runs_behind_a_proxy_without_saying_so_is_warned(settings, base, header, ids):
    settings.STUDIO_BASE_URL, settings.SECURE_PROXY_SSL_HEADER = base, header
    assert [found.id for found in proxy()] == ids


ELSEWHERE = [
    "https://thief.example/",
    "//thief.example/",
    "///thief.example",
    "/\\thief.example",
    "\\\\thief.example",
    "http:thief.example",
    "https:/thief.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/thief.example",
    " //thief.example",
    "https://127.0.0.1@thief.example/",
    "http://testserver.thief.example/",
    "\x00//thief.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_redirect_leads_to_another_site(world, alice, target):
    credentials = {"login": alice.email, "password": "correct horse battery"}
    answers = [
        Client().post("/accounts/login/", {**credentials, "next": target}),
        Client().post(f"/accounts/login/?{urlencode({'next': target})}", credentials),
        copy_of(world.browsers["owner"]).post("/accounts/logout/", {"next": target}),
        copy_of(world.browsers["owner"]).post(
            reverse("accounts:team_switch"), {"team": str(world.ours.team.pk), "next": target}
        ),
    ]
    for answer in answers:
        place = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
        assert "thief" not in place.split("?")[0]
        assert re.match(r"/(?![/\\\s])|$", place)
