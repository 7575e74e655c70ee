"""API tokens: shown once, stored as a hash, never beyond the role, dead at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from studio.accounts.access import RIGHTS, SCOPES, actor_for
from studio.accounts.actions import change_role, create_api_token, create_token, digest, revoke_token
from studio.accounts.models import ApiToken, Membership, User
from studio.events.models import Event
from studio.web.errors import Forbidden
from tests.factories import make_user

ME = "/api/v1/"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def post_token(client, **change):
    return client.post("/team/tokens/", {"name": "import", "scopes": ["read"], "days": "90", **change})


def test_a_token_says_whom_it_speaks_for(api_for, team, bob):
    answer = api_for(bob, ["read", "write"]).get(ME)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["email"], body["team_id"], body["role"]) == (bob.email, str(team.pk), "member")
    assert body["rights"] == ["ask", "propose", "read", "teach", "upload"]


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Bearer ", "Basic YTpi", "acx_x"])
def test_without_a_valid_token_the_answer_is_a_401_problem(client, db, header):
    answer = client.get(ME, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_browser_session_is_no_token(client_for, alice):
    assert client_for(alice).get(ME).status_code == 401


def test_a_token_opens_no_page(api_for, alice):
    assert api_for(alice).get("/team/").status_code == 302


@pytest.mark.parametrize("role", list(RIGHTS))
@pytest.mark.parametrize("scope", list(SCOPES))
def test_rights_are_what_role_and_scope_have_in_common(api_for, team, role, scope):
    user = make_user(team=team, role=role)
    rights = set(api_for(user, [scope]).get(ME).json()["rights"])
    assert rights == set(RIGHTS[role] & SCOPES[scope])


def test_no_token_owns_the_team(api_for, alice):
    assert "own" not in api_for(alice).get(ME).json()["rights"]


@pytest.mark.parametrize("scope", ["review", "export", "admin"])
def test_nobody_makes_a_token_beyond_their_role(client_for, team, bob, scope):
    assert post_token(client_for(bob), scopes=[scope]).status_code == 422
    with pytest.raises(Forbidden):
        create_token(actor_for(bob, team), name="x", scopes=["read", scope])
    assert not ApiToken.objects.exists()


def test_a_demotion_narrows_tokens_at_once(api_for, team, alice, rita):
    api = api_for(rita, ["read", "review"])
    assert "review" in api.get(ME).json()["rights"]
    change_role(actor_for(alice, team), Membership.objects.get(user=rita), "member")
    assert api.get(ME).json()["rights"] == ["read"]


def test_a_closed_account_has_no_token(api_for, bob):
    api = api_for(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert api.get(ME).status_code == 401


def test_a_token_ends_with_the_place_in_the_team(api_for, bob):
    api = api_for(bob)
    Membership.objects.filter(user=bob).delete()
    assert api.get(ME).status_code == 401


@pytest.mark.parametrize(("expires", "status"), [(-1, 401), (60, 200)])
def test_a_token_ends_when_it_expires(client, team, bob, expires, status):
    at = timezone.now() + timedelta(seconds=expires)
    _, secret = create_api_token(bob, team, name="t", scopes=["read"], expires=at)
    assert client.get(ME, headers=bearer(secret)).status_code == status


def test_the_secret_is_shown_once_with_an_example_and_works(client_for, client, bob):
    browser = client_for(bob)
    answer = post_token(browser)
    secret = answer.context["secret"]
    assert answer.status_code == 201
    assert "curl -H" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert client.get(ME, headers=bearer(secret)).status_code == 200
    assert secret not in browser.get("/team/").content.decode()
    assert browser.get("/team/tokens/")["Location"] == "/team/"


def test_only_a_hash_of_the_secret_is_stored(team, bob):
    token, secret = create_api_token(bob, team, name="t", scopes=["read"])
    assert token.token_hash == digest(secret)
    assert secret not in str(ApiToken.objects.values().get()) + str(list(Event.objects.values())) + repr(token)


@pytest.mark.parametrize("change", [{"name": ""}, {"scopes": []}, {"scopes": ["all"]}, {"days": "7000"}])
def test_a_token_form_that_does_not_fit_is_422_and_keeps_what_was_typed(client_for, bob, change):
    answer = post_token(client_for(bob), **change)
    assert answer.status_code == 422
    assert {"name": "import", **change}["name"] in answer.content.decode()


@pytest.mark.parametrize(("days", "has_end"), [("30", True), ("0", False)])
def test_a_token_lives_as_long_as_was_chosen(client_for, bob, days, has_end):
    post_token(client_for(bob), days=days)
    assert (ApiToken.objects.get().expires is not None) is has_end


def test_one_revokes_ones_own_token(client_for, client, team, bob):
    token, secret = create_api_token(bob, team, name="t", scopes=["read"])
    assert client_for(bob).post(f"/team/tokens/{token.pk}/revoke/").status_code == 302
    assert client.get(ME, headers=bearer(secret)).status_code == 401


@pytest.mark.parametrize(("role", "status"), [("member", 404), ("reviewer", 404), ("admin", 302), ("owner", 302)])
def test_only_admins_and_owners_revoke_tokens_of_others(client_for, team, bob, role, status):
    token, _ = create_api_token(bob, team, name="t", scopes=["read"])
    client = client_for(make_user(team=team, role=role))
    assert client.post(f"/team/tokens/{token.pk}/revoke/").status_code == status
    token.refresh_from_db()
    assert (token.revoked is not None) is (status == 302)


def test_a_token_of_another_team_does_not_exist(client_for, team, bob, charlie):
    token, _ = create_api_token(bob, team, name="t", scopes=["read"])
    assert client_for(charlie).post(f"/team/tokens/{token.pk}/revoke/").status_code == 404


def test_a_second_revocation_changes_nothing(team, bob):
    actor = actor_for(bob, team)
    token, _ = create_api_token(bob, team, name="t", scopes=["read"])
    revoke_token(actor, token)
    revoke_token(actor, token)
    assert Event.objects.filter(kind="token.revoked").count() == 1


def test_use_is_noted_once_a_minute(api_for, bob, statements):
    api = api_for(bob)
    first = statements(lambda: api.get(ME))
    assert ApiToken.objects.get().last_used
    assert statements(lambda: api.get(ME)) == first - 1
