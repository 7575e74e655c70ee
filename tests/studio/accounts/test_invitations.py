"""Invitations: the only way in for new people."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts.access import actor_for
from studio.accounts.actions import change_role, digest, invite, remove_member, revoke_invitation
from studio.accounts.models import Invitation, Membership, Role, User
from studio.events.models import Event
from studio.web.errors import Conflict, Forbidden
from tests.factories import PASSWORD, make_user

DORA = {"name": "Dora", "email": "dora@example.org", "password": "a long enough secret"}


@pytest.fixture
def link(team, alice) -> str:
    """The path of an invitation for whoever holds it."""
    return f"/invitations/{invite(actor_for(alice, team), role=Role.REVIEWER)[1]}/"


def role_of(user, team) -> str | None:
    return Membership.objects.filter(user=user, team=team).values_list("role", flat=True).first()


def test_a_new_person_joins_with_name_address_and_password(client, team, link):
    assert client.get(link).status_code == 200
    assert client.post(link, DORA)["Location"] == "/"
    dora = User.objects.get(email="dora@example.org")
    assert (dora.name, role_of(dora, team)) == ("Dora", "reviewer")
    assert client.get("/profile/").status_code == 200


def test_a_signed_in_person_joins_with_one_click_and_works_in_that_team(client_for, team, charlie, link):
    client = client_for(charlie)
    assert "Join" in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    assert role_of(charlie, team) == "reviewer"
    assert team.name in client.get("/team/").content.decode()


def test_a_link_works_once(client, link):
    client.post(link, DORA)
    assert Client().get(link).status_code == 410
    assert Client().post(link, {**DORA, "email": "eve@example.org"}).status_code == 410
    assert not User.objects.filter(email="eve@example.org").exists()


@pytest.mark.parametrize("end", [{"expires": timezone.now() - timedelta(days=1)}, {"revoked": timezone.now()}])
def test_an_expired_or_revoked_link_lets_nobody_in(client, client_for, charlie, link, end):
    Invitation.objects.update(**end)
    assert client.post(link, DORA).status_code == 410
    assert client_for(charlie).post(link).status_code == 410
    assert not User.objects.filter(email=DORA["email"]).exists()


def test_an_unknown_link_is_gone(client, db):
    assert client.get("/invitations/nonsense/").status_code == 410


@pytest.mark.parametrize(
    "change", [{"password": "short"}, {"password": "dora@example.org"}, {"email": "x"}, {"name": ""}]
)
def test_an_answer_that_does_not_fit_is_422_keeps_what_was_typed_and_the_link(client, link, change):
    answer = client.post(link, {**DORA, **change})
    assert answer.status_code == 422
    assert {**DORA, **change}["email"] in answer.content.decode()
    assert client.post(link, DORA).status_code == 302


def test_an_account_is_not_taken_over_through_an_invitation(client, charlie, link):
    assert client.post(link, {**DORA, "email": charlie.email}).status_code == 422
    charlie.refresh_from_db()
    assert charlie.check_password(PASSWORD)


def test_an_invitation_for_one_address_fixes_it(client, team, alice):
    _, secret = invite(actor_for(alice, team), role=Role.MEMBER, email="Fay@example.org")
    client.post(f"/invitations/{secret}/", {**DORA, "email": "eve@example.org"})
    assert User.objects.filter(email="fay@example.org").exists()
    assert not User.objects.filter(email="eve@example.org").exists()


def test_an_invitation_for_one_address_is_of_no_use_to_another_account(client_for, team, alice, charlie):
    _, secret = invite(actor_for(alice, team), role=Role.MEMBER, email="fay@example.org")
    client = client_for(charlie)
    assert "another address" in client.get(f"/invitations/{secret}/").content.decode()
    assert client.post(f"/invitations/{secret}/").status_code == 403
    assert role_of(charlie, team) is None


def test_a_member_keeps_their_role_and_the_link_stays_open(client_for, team, bob, link):
    client = client_for(bob)
    assert client.get(link)["Location"] == "/team/"
    assert client.post(link).status_code == 409
    assert role_of(bob, team) == "member"
    assert Invitation.objects.usable().count() == 1


def test_sign_ups_from_one_address_are_throttled(client, link):
    statuses = [client.post(link, {}).status_code for _ in range(21)]  # in which a minute may end, once
    assert (statuses[:10], set(statuses)) == ([422] * 10, {422, 429})


def test_only_a_hash_of_the_link_is_stored(team, alice):
    invitation, secret = invite(actor_for(alice, team), role=Role.MEMBER)
    assert invitation.token_hash == digest(secret)
    assert secret not in str(Invitation.objects.values().get()) + str(list(Event.objects.values()))


def test_the_link_is_shown_once_as_the_answer_to_the_form(client_for, alice):
    client = client_for(alice)
    answer = client.post("/team/invitations/", {"role": "member", "email": ""})
    assert answer.status_code == 201
    assert "/invitations/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/team/invitations/")["Location"] == "/team/"
    secret_part = answer.context["link"].rstrip("/").rpartition("/")[2]
    assert secret_part not in client.get("/team/").content.decode()


def test_the_shown_link_lets_somebody_in(client_for, alice, client):
    answer = client_for(alice).post("/team/invitations/", {"role": "member", "email": ""})
    path = "/" + answer.context["link"].split("/", 3)[3]
    assert client.post(path, DORA).status_code == 302


def test_inviting_a_member_is_a_conflict_that_keeps_the_form(client_for, alice, bob):
    answer = client_for(alice).post("/team/invitations/", {"role": "reviewer", "email": bob.email})
    assert answer.status_code == 409
    assert bob.email in answer.content.decode()


def test_an_invitation_to_no_real_role_is_422(client_for, alice):
    assert client_for(alice).post("/team/invitations/", {"role": "king", "email": ""}).status_code == 422


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("reviewer", 403), ("admin", 201), ("owner", 201)])
def test_only_admins_and_owners_invite(client_for, team, role, status):
    client = client_for(make_user(team=team, role=role))
    assert client.post("/team/invitations/", {"role": "member", "email": ""}).status_code == status


def test_an_admin_invites_no_owner(client_for, team):
    admin = make_user(team=team, role=Role.ADMIN)
    assert client_for(admin).post("/team/invitations/", {"role": "owner", "email": ""}).status_code == 422
    with pytest.raises(Forbidden):
        invite(actor_for(admin, team), role=Role.OWNER)


def test_a_revoked_invitation_is_written_down_and_cannot_be_revoked_twice(team, alice):
    actor = actor_for(alice, team)
    invitation, _ = invite(actor, role=Role.MEMBER)
    revoke_invitation(actor, invitation)
    assert Event.objects.get(kind="invitation.revoked").actor == alice
    with pytest.raises(Conflict):
        revoke_invitation(actor, invitation)


@pytest.mark.parametrize("way_out", ["removed", "demoted"])
def test_invitations_of_somebody_who_may_not_invite_any_more_end(client, team, alice, way_out):
    admin = make_user(team=team, role=Role.ADMIN)
    _, secret = invite(actor_for(admin, team), role=Role.ADMIN)
    member = Membership.objects.get(user=admin)
    if way_out == "removed":
        remove_member(actor_for(alice, team), member)
    else:
        change_role(actor_for(alice, team), member, Role.MEMBER)
    assert client.get(f"/invitations/{secret}/").status_code == 410
