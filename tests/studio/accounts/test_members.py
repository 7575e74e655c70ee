"""Members and roles: who may change whom, the last owner, and what ends when somebody goes."""

import pytest

from studio.accounts.access import actor_for
from studio.accounts.actions import actor_of_token, change_role, create_api_token, leave_team, remove_member
from studio.accounts.models import Membership, Role, User
from studio.events.models import Event
from studio.web.errors import Conflict
from tests.factories import PASSWORD, make_team, make_user

ROLES = ["member", "reviewer", "admin", "owner"]


def membership(user) -> Membership:
    return Membership.objects.get(user=user)


def is_signed_in(client) -> bool:
    return client.get("/profile/").status_code == 200


def may_change(actor: str, before: str, after: str) -> bool:
    """The rule, written a second time: admins change everybody but owners, owners change everybody."""
    return actor == "owner" or (actor == "admin" and "owner" not in {before, after})


@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("before", ROLES)
@pytest.mark.parametrize("after", ROLES)
def test_the_matrix_of_role_changes(client_for, team, alice, actor, before, after):
    other = make_user(team=team, role=before)
    client = client_for(make_user(team=team, role=actor))
    answer = client.post(f"/team/members/{membership(other).pk}/role/", {"role": after})
    expected = may_change(actor, before, after)
    assert answer.status_code == (302 if expected else 403)
    assert membership(other).role == (after if expected else before)


@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("who", ROLES)
def test_the_matrix_of_removals(client_for, team, alice, actor, who):
    other = make_user(team=team, role=who)
    client = client_for(make_user(team=team, role=actor))
    expected = may_change(actor, who, who)
    answer = client.post(f"/team/members/{membership(other).pk}/remove/")
    assert answer.status_code == (302 if expected else 403)
    assert Membership.objects.filter(user=other).exists() is not expected


@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("post", ["deactivate", "reactivate"])
def test_only_owners_close_and_open_accounts(client_for, team, alice, bob, actor, post):
    User.objects.filter(pk=bob.pk).update(is_active=post == "deactivate")
    client = client_for(make_user(team=team, role=actor))
    answer = client.post(f"/team/members/{membership(bob).pk}/{post}/")
    bob.refresh_from_db()
    assert answer.status_code == (302 if actor == "owner" else 403)
    assert bob.is_active is ((post == "reactivate") == (actor == "owner"))


@pytest.mark.parametrize("post", ["role", "remove", "deactivate", "reactivate"])
def test_members_of_another_team_do_not_exist(client_for, alice, charlie, post):
    pk = membership(charlie).pk
    assert client_for(alice).post(f"/team/members/{pk}/{post}/", {"role": "member"}).status_code == 404
    assert membership(charlie).role == "owner"


@pytest.mark.parametrize("post", ["role/", "remove/", "deactivate/", "reactivate/"])
def test_changes_of_members_are_posts_only(client_for, alice, bob, post):
    assert client_for(alice).get(f"/team/members/{membership(bob).pk}/{post}").status_code == 405


def test_a_role_that_does_not_exist_is_422(client_for, alice, bob):
    assert client_for(alice).post(f"/team/members/{membership(bob).pk}/role/", {"role": "king"}).status_code == 422


@pytest.mark.parametrize("post", ["role/", "remove/", "deactivate/"])
def test_the_last_owner_stays(client_for, alice, bob, post):
    answer = client_for(alice).post(f"/team/members/{membership(alice).pk}/{post}", {"role": "member"})
    assert answer.status_code == 409
    assert "owner" in answer.content.decode()
    alice.refresh_from_db()
    assert (membership(alice).role, alice.is_active) == ("owner", True)


def test_the_last_owner_cannot_leave(client_for, alice):
    assert client_for(alice).post("/team/leave/").status_code == 409
    assert membership(alice)


def test_an_owner_whose_account_is_closed_does_not_count(client_for, team, alice):
    closed = make_user(team=team, role=Role.OWNER)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert client_for(alice).post("/team/leave/").status_code == 409


def test_one_of_two_owners_may_go(client_for, team, alice):
    make_user(team=team, role=Role.OWNER)
    assert client_for(alice).post("/team/leave/").status_code == 302
    assert not Membership.objects.filter(user=alice).exists()


def test_a_change_from_a_stale_page_is_a_conflict(team, alice, bob):
    seen = membership(bob)
    change_role(actor_for(alice, team), membership(bob), Role.REVIEWER)
    with pytest.raises(Conflict):
        change_role(actor_for(alice, team), seen, Role.ADMIN)
    assert membership(bob).role == "reviewer"


def test_a_new_role_counts_from_the_next_request_on(client_for, team, alice, bob):
    client = client_for(bob)
    assert client.post("/team/invitations/", {"role": "member"}).status_code == 403
    change_role(actor_for(alice, team), membership(bob), Role.ADMIN)
    assert client.post("/team/invitations/", {"role": "member"}).status_code == 201


def test_removal_ends_sessions_and_tokens(client_for, api_for, team, alice, bob):
    client, api = client_for(bob), api_for(bob)
    assert is_signed_in(client)
    assert api.get("/api/v1/").status_code == 200
    remove_member(actor_for(alice, team), membership(bob))
    assert not is_signed_in(client)
    assert api.get("/api/v1/").status_code == 401


def test_a_token_from_before_a_removal_stays_dead_after_coming_back(team, alice, bob):
    _, secret = create_api_token(bob, team, name="old", scopes=["read"])
    remove_member(actor_for(alice, team), membership(bob))
    Membership.objects.create(user=bob, team=team, role=Role.MEMBER)
    assert actor_of_token(secret) is None


def test_removal_from_one_team_leaves_the_tokens_of_the_others(team, alice, bob):
    other = make_team("Other")
    Membership.objects.create(user=bob, team=other, role=Role.MEMBER)
    _, secret = create_api_token(bob, other, name="other", scopes=["read"])
    remove_member(actor_for(alice, team), Membership.objects.get(user=bob, team=team))
    assert actor_of_token(secret)


def test_closing_an_account_ends_every_way_in(client_for, api_for, client, alice, bob):
    browser, api = client_for(bob), api_for(bob)
    client_for(alice).post(f"/team/members/{membership(bob).pk}/deactivate/")
    assert not is_signed_in(browser)
    assert api.get("/api/v1/").status_code == 401
    assert client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD}).status_code == 422


def test_an_account_opened_again_signs_in_but_its_old_tokens_stay_dead(client_for, api_for, client, alice, bob):
    api, owner, pk = api_for(bob), client_for(alice), membership(bob).pk
    owner.post(f"/team/members/{pk}/deactivate/")
    owner.post(f"/team/members/{pk}/reactivate/")
    assert client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD}).status_code == 302
    assert api.get("/api/v1/").status_code == 401


def test_an_owner_cannot_close_the_account_of_somebody_who_is_in_another_team_too(client_for, alice, bob):
    Membership.objects.create(user=bob, team=make_team("Other"), role=Role.OWNER)
    pk = Membership.objects.get(user=bob, role=Role.MEMBER).pk
    assert client_for(alice).post(f"/team/members/{pk}/deactivate/").status_code == 409
    bob.refresh_from_db()
    assert bob.is_active


def test_leaving_keeps_the_session_and_ends_the_tokens(client_for, api_for, team, alice, bob):
    Membership.objects.create(user=bob, team=make_team("Other"), role=Role.MEMBER)
    client, api = client_for(bob), api_for(bob, team=team)
    assert client.post("/team/leave/").status_code == 302
    assert "Other" in client.get("/team/").content.decode()
    assert api.get("/api/v1/").status_code == 401


def test_somebody_in_no_team_is_told_what_to_do(client_for, team, alice, bob):
    leave_team(actor_for(bob, team))
    answer = client_for(bob).get("/team/")
    assert answer.status_code == 403
    assert "invitation" in answer.content.decode()


def test_each_change_is_written_down_with_its_author(team, alice, bob):
    change_role(actor_for(alice, team), membership(bob), Role.REVIEWER)
    remove_member(actor_for(alice, team), membership(bob))
    log = [(e.kind, e.actor, e.data["name"]) for e in Event.objects.of(f"log:{team.pk}").filter(kind__startswith="m")]
    assert log == [("member.role_changed", alice, "Bob"), ("member.removed", alice, "Bob")]
