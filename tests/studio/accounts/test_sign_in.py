"""Sign-in, sign-out, password change, and what of allauth stays reachable."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from studio.accounts.models import User
from tests.factories import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def is_signed_in(client) -> bool:
    return client.get("/profile/").status_code == 200


def test_the_right_password_signs_in(client, alice):
    answer = sign_in(client, alice.email)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_the_case_of_the_address_does_not_matter(client, alice):
    sign_in(client, alice.email.upper())
    assert is_signed_in(client)


def test_a_stranger_is_sent_to_sign_in(client, db):
    answer = client.get("/team/")
    assert answer["Location"] == f"{LOGIN}?next=/team/"


def test_a_wrong_password_is_422_and_keeps_the_address(client, alice):
    answer = sign_in(client, alice.email, "wrong")
    assert answer.status_code == 422
    assert alice.email in answer.content.decode()
    assert not is_signed_in(client)


def closed(user: User) -> str:
    User.objects.filter(pk=user.pk).update(is_active=False)
    return user.email


@pytest.mark.parametrize("case", ["unknown", "closed"])
def test_the_answer_does_not_tell_which_addresses_are_known(client, alice, bob, case):
    known = sign_in(client, alice.email, "wrong").content.decode().replace(alice.email, "")
    email, password = ("nobody@example.org", "wrong") if case == "unknown" else (closed(bob), PASSWORD)
    other = sign_in(client, email, password).content.decode().replace(email, "")
    assert "do not fit together" in known
    assert without_varying(known) == without_varying(other)


def without_varying(html: str) -> str:
    import re

    return re.sub(r'(value="|"X-CSRFToken": ")[A-Za-z0-9]{64}|Reference.*', "", html)


def test_a_tenth_failed_try_at_the_latest_is_429_with_a_clear_sentence(client, alice):
    answers = [sign_in(client, alice.email, f"wrong {n}") for n in range(10)]
    assert answers[-1].status_code == 429
    assert "Too many failed tries" in answers[-1].content.decode()
    assert alice.email in answers[-1].content.decode()


@pytest.mark.parametrize("other", ["http_host", "case"])
def test_tries_are_counted_for_an_account_however_it_is_addressed(client, alice, other):
    statuses = []
    for number in range(6):
        email = alice.email.upper() if other == "case" and number % 2 else alice.email
        host = f"127.0.0.1:{8000 + number}" if other == "http_host" else "127.0.0.1"
        answer = client.post(LOGIN, {"login": email, "password": "wrong"}, headers={"Host": host})
        statuses.append(answer.status_code)
    assert statuses == [422] * 5 + [429]


def test_while_throttled_the_right_password_does_not_help(client, alice):
    for n in range(10):
        sign_in(client, alice.email, f"wrong {n}")
    assert sign_in(client, alice.email).status_code == 429
    assert not is_signed_in(client)


def test_one_address_that_tries_many_people_is_throttled_too(client, db):
    statuses = [sign_in(client, f"person{n}@example.org", "wrong").status_code for n in range(12)]
    assert statuses.count(422) == 10
    assert statuses[-1] == 429


def test_very_many_posts_are_429_whatever_they_say(client, db):
    statuses = [client.post(LOGIN, {}).status_code for n in range(31)]
    assert statuses[0] == 422
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_redirect_to_another_site_is_refused(client, alice, target):
    answer = sign_in(client, alice.email, next=target)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_redirect_within_the_site_is_followed(client, alice):
    assert sign_in(client, alice.email, next="/team/")["Location"] == "/team/"


def test_sign_out_asks_first_and_then_ends_the_session(client_for, alice):
    client = client_for(alice)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert is_signed_in(client)
    assert client.post("/accounts/logout/").status_code == 302
    assert not is_signed_in(client)


def test_forms_need_the_csrf_token(alice):
    assert sign_in(Client(enforce_csrf_checks=True), alice.email).status_code == 403


def test_a_password_change_ends_all_other_sessions(client_for, alice):
    here, elsewhere = client_for(alice), client_for(alice)
    new = "another long password"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", data)["Location"] == "/profile/"
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


@pytest.mark.parametrize(
    "change", [{"oldpassword": "wrong"}, {"password2": "different one"}, {"password1": "short", "password2": "short"}]
)
def test_a_password_change_that_does_not_fit_is_422(client_for, alice, change):
    new = "another long password"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new, **change}
    assert client_for(alice).post("/accounts/password/change/", data).status_code == 422
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_password_guesses_at_the_change_form_are_throttled(client_for, alice):
    client = client_for(alice)
    data = {"oldpassword": "wrong", "password1": "another long password", "password2": "another long password"}
    assert [client.post("/accounts/password/change/", data).status_code for _ in range(6)][-1] == 429


@pytest.mark.parametrize("page", ["signup", "email", "password/reset", "reauthenticate", "inactive", "login/code"])
def test_no_other_page_of_allauth_exists(client_for, alice, page):
    assert client_for(alice).get(f"/accounts/{page}/").status_code == 404


def test_sign_up_has_no_address():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_pages_are_not_kept_by_the_browser(client, db):
    assert "no-store" in client.get(LOGIN)["Cache-Control"]
