"""Where one is signed in: seen in the profile, ended one by one or all at once."""

import pytest
from django.test import Client

from studio.accounts.access import actor_for
from studio.accounts.actions import create_sign_in_link, deactivate
from studio.accounts.models import OpenSession
from studio.events.models import Event
from tests.factories import PASSWORD
from tests.studio.accounts.test_sign_in import is_signed_in, sign_in

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"


def browser(person, agent: str = PHONE) -> Client:
    client = Client(headers={"User-Agent": agent})
    sign_in(client, person.email)
    return client


def test_every_browser_in_which_one_has_signed_in_is_listed(bob):
    here, _ = browser(bob, "curl/8.5.0"), browser(bob)
    context = here.get("/profile/").context
    assert [(session.program, is_here) for session, is_here in context["sessions"]] == [
        ("Safari on iPhone", False),
        ("curl/8.5.0", True),
    ]
    assert {session.address for session, _ in context["sessions"]} == {"127.0.0.1"}


def test_one_signs_out_in_one_browser_from_another(bob):
    here, phone, third = browser(bob), browser(bob), browser(bob)
    chosen = OpenSession.objects.get(session_id=phone.cookies["sessionid"].value)
    assert here.post(f"/profile/sessions/{chosen.pk}/end/")["Location"] == "/profile/"
    assert [is_signed_in(client) for client in (here, phone, third)] == [True, False, True]
    assert Event.objects.filter(kind="member.signed_out_elsewhere", actor=bob).exists()
    assert here.post(f"/profile/sessions/{chosen.pk}/end/").status_code == 404


def test_a_session_of_somebody_else_is_not_there(alice, bob):
    browser(bob)
    chosen = OpenSession.objects.get(user=bob)
    assert browser(alice).post(f"/profile/sessions/{chosen.pk}/end/").status_code == 404
    assert OpenSession.objects.filter(pk=chosen.pk).exists()


def test_one_signs_out_everywhere_but_here(bob):
    here, elsewhere = browser(bob), browser(bob)
    here.post("/profile/sessions/end/")
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)
    assert [is_here for _, is_here in here.get("/profile/").context["sessions"]] == [True]


def test_a_new_password_leaves_this_browser_alone_on_the_list_and_no_open_link(bob):
    here, elsewhere = browser(bob), browser(bob)
    link = create_sign_in_link(bob)
    new = "another long password"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)
    assert [is_here for _, is_here in here.get("/profile/").context["sessions"]] == [True]
    assert Client().post(link.partition("testserver")[2] or "/" + link.split("/", 3)[3]).status_code == 410


def test_signing_out_takes_the_session_off_the_list(bob):
    client = browser(bob)
    client.post("/accounts/logout/")
    assert not OpenSession.objects.exists()


def test_a_sign_in_by_link_is_listed_too(bob):
    client = Client(headers={"User-Agent": PHONE})
    client.post("/" + create_sign_in_link(bob).split("/", 3)[3])
    assert OpenSession.objects.get(user=bob).program == "Safari on iPhone"


def test_a_closed_account_has_no_session(team, alice, bob):
    client = browser(bob)
    deactivate(actor_for(alice, team), team.memberships.get(user=bob))
    assert not OpenSession.objects.filter(user=bob).exists()
    assert not is_signed_in(client)


@pytest.mark.parametrize("agent", ["<script>alert(1)</script>", "x" * 9_000, "\x00", "é" * 300])
def test_whatever_a_browser_says_it_is_is_shown_as_text(bob, agent):
    client = browser(bob, agent)
    page = client.get("/profile/")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
