"""The first start, one-time sign-in links and the welcome."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts.actions import LinkGone, create_sign_in_link, digest, first_start, setup_owner, use_sign_in_link
from studio.accounts.actions.teams import NOBODY
from studio.accounts.models import Membership, SignInLink, Team, User
from studio.events.models import Event
from tests.factories import PASSWORD

NEW = {"name": "Ada", "email": "Ada@Example.org", "password": "a long enough secret", "team_name": "Polar"}


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@pytest.fixture
def owner_client(db) -> Client:
    """A browser that came in by the link of the first start."""
    client = Client()
    assert client.post(path_of(first_start()))["Location"] == "/welcome/"
    return client


def test_the_first_start_makes_an_owner_without_a_password(db):
    assert first_start()
    owner = Membership.objects.get(role="owner").user
    assert not owner.has_usable_password()


def test_there_is_no_default_password(db, client):
    first_start()
    for password in ("", "admin", "password", "owner", "!"):
        assert client.post("/accounts/login/", {"login": NOBODY, "password": password}).status_code != 302


def test_a_second_first_start_gives_a_fresh_link_and_ends_the_first(db):
    first, second = first_start(), first_start()
    assert first != second
    assert Client().get(path_of(first)).status_code == 410
    assert Client().get(path_of(second)).status_code == 200
    assert (User.objects.count(), Team.objects.count()) == (1, 1)


def test_an_owner_with_a_password_needs_no_link(alice):
    assert first_start() == ""


def test_looking_at_a_link_does_not_use_it_up(db):
    link = path_of(first_start())
    for _ in range(3):
        answer = Client().get(link)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
    assert Client().post(link).status_code == 302


def test_a_link_works_once(db):
    link = path_of(first_start())
    assert Client().post(link).status_code == 302
    assert Client().post(link).status_code == 410
    assert Client().get(link).status_code == 410


def test_a_link_expires_after_a_day(alice):
    link = path_of(create_sign_in_link(alice))
    SignInLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 410
    assert Client().post(link).status_code == 410


def test_a_fresh_link_lives_for_a_day(alice):
    create_sign_in_link(alice)
    link = SignInLink.objects.get()
    assert link.expires - link.created == pytest.approx(timedelta(hours=24), abs=timedelta(minutes=1))


def test_a_link_of_a_closed_account_is_refused(alice):
    secret = create_sign_in_link(alice).rstrip("/").rpartition("/")[2]
    User.objects.update(is_active=False)
    with pytest.raises(LinkGone):
        use_sign_in_link(secret)


def test_only_a_hash_of_a_link_is_stored(alice):
    secret = create_sign_in_link(alice).rstrip("/").rpartition("/")[2]
    row = SignInLink.objects.values().get()
    assert row["token_hash"] == digest(secret)
    assert secret not in str(row)


def test_guesses_at_links_are_throttled(db, client):
    statuses = [client.post(f"/sign-in/guess-{n}/").status_code for n in range(21)]  # in which a minute may end, once
    assert (statuses[:10], set(statuses)) == ([410] * 10, {410, 429})


def test_using_a_link_is_written_down_without_the_link(alice):
    secret = create_sign_in_link(alice).rstrip("/").rpartition("/")[2]
    use_sign_in_link(secret)
    event = Event.objects.get(kind="member.signed_in_by_link")
    assert event.data == {"user_id": alice.pk, "name": "Alice", "by": "Alice", "address": "", "agent": ""}


def test_the_welcome_sets_name_address_password_and_team(owner_client):
    assert owner_client.post("/welcome/", NEW)["Location"] == "/"
    ada = User.objects.get()
    assert (ada.name, ada.email) == ("Ada", "ada@example.org")
    assert ada.check_password(NEW["password"])
    assert ada.teams.get().name == "Polar"


def test_after_the_welcome_one_is_still_signed_in_and_signs_in_by_password(owner_client):
    owner_client.post("/welcome/", NEW)
    assert owner_client.get("/profile/").status_code == 200
    answer = Client().post("/accounts/login/", {"login": NEW["email"], "password": NEW["password"]})
    assert answer.status_code == 302


def test_the_welcome_offers_no_made_up_address(owner_client):
    assert NOBODY not in owner_client.get("/welcome/").content.decode()


@pytest.mark.parametrize("change", [{"password": "short"}, {"email": "nowhere"}, {"name": " "}, {"team_name": ""}])
def test_a_welcome_that_does_not_fit_is_422_and_keeps_what_was_typed(owner_client, change):
    answer = owner_client.post("/welcome/", {**NEW, **change})
    assert answer.status_code == 422
    kept = {**NEW, **change}
    assert all(kept[field] in answer.content.decode() for field in ("name", "email", "team_name"))
    assert not User.objects.get().has_usable_password()


def test_the_welcome_is_over_for_people_with_a_password(client_for, alice):
    client = client_for(alice)
    assert client.get("/welcome/")["Location"] == "/"
    assert client.post("/welcome/", NEW)["Location"] == "/"
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_the_welcome_cannot_take_an_address_of_somebody_else(owner_client, alice):
    assert owner_client.post("/welcome/", {**NEW, "email": alice.email}).status_code == 422


def test_the_password_page_leads_people_without_a_password_to_the_welcome(owner_client):
    assert owner_client.get("/accounts/password/change/")["Location"] == "/welcome/"


def test_setting_a_password_ends_links_made_before(owner_client):
    link = path_of(create_sign_in_link(User.objects.get()))
    owner_client.post("/welcome/", NEW)
    assert Client().get(link).status_code == 410


def test_setup_takes_over_the_owner_of_a_fresh_installation(db):
    link = path_of(first_start())
    user, team = setup_owner("ada@example.org", "Polar", password=PASSWORD)
    assert (User.objects.get(), Team.objects.get().name) == (user, "Polar")
    assert team.memberships.get().role == "owner"
    assert Client().get(link).status_code == 410
    assert first_start() == ""
