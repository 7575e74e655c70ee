"""The team page, changing teams, the profile, and that no team sees anything of another."""

import pytest
from django.contrib.sessions.models import Session

from studio.accounts.access import actor_for
from studio.accounts.actions import announce, create_api_token, create_team, invite
from studio.accounts.models import Membership, Role, Team
from studio.events.models import Event
from studio.events.watch import may_watch
from tests.factories import make_team, make_user


def test_everybody_in_the_team_sees_its_members(client_for, alice, bob):
    html = client_for(bob).get("/team/").content.decode()
    assert "Alice" in html
    assert alice.email in html


def test_nothing_of_another_team_is_on_the_page(client_for, team, alice, charlie):
    invite(actor_for(alice, team), role=Role.MEMBER, email="canary-invitation@example.org")
    create_api_token(alice, team, name="canary-token", scopes=["read"])
    html = client_for(charlie).get("/team/").content.decode()
    assert not any(canary in html for canary in ("canary", "Alice", alice.email, "Arctic Lab"))


def test_invitations_and_other_peoples_tokens_are_for_admins_only(client_for, team, alice, bob):
    invite(actor_for(alice, team), role=Role.MEMBER, email="invited@example.org")
    create_api_token(alice, team, name="token of alice", scopes=["read"])
    context = client_for(bob).get("/team/").context
    assert (list(context["invitations"]), list(context["tokens"])) == ([], [])
    context = client_for(alice).get("/team/").context
    assert (len(context["invitations"]), len(context["tokens"])) == (1, 1)


@pytest.mark.parametrize(("role", "shown"), [("member", False), ("reviewer", False), ("admin", True), ("owner", True)])
def test_only_who_may_change_roles_is_offered_to(client_for, team, alice, bob, role, shown):
    pk = Membership.objects.get(user=bob).pk
    html = client_for(make_user(team=team, role=role)).get("/team/").content.decode()
    assert (f"/team/members/{pk}/role/" in html) is shown
    assert (f"/team/members/{pk}/remove/" in html) is shown


def test_htmx_gets_the_members_alone(client_for, alice):
    html = client_for(alice).get("/team/", headers={"HX-Request": "true"}).content.decode()
    assert 'id="members"' in html
    assert "<html" not in html


def test_the_page_takes_as_many_statements_for_forty_members_as_for_two(client_for, team, alice, bob, statements):
    client = client_for(alice)
    client.get("/team/")
    few = statements(lambda: client.get("/team/"))
    for _ in range(38):
        create_api_token(make_user(team=team), team, name="t", scopes=["read"])
        invite(actor_for(alice, team), role=Role.MEMBER)
    assert statements(lambda: client.get("/team/")) == few


def test_admins_rename_the_team(client_for, team, alice):
    assert client_for(alice).post("/team/rename/", {"name": "Polar Lab"}).status_code == 302
    assert Team.objects.get(pk=team.pk).name == "Polar Lab"
    data = Event.objects.get(kind="team.renamed").data
    assert (data["name"], data["before"]) == ("Polar Lab", "Arctic Lab")


def test_a_team_needs_a_name(client_for, alice):
    assert client_for(alice).post("/team/rename/", {"name": " "}).status_code == 422


def test_members_do_not_rename_the_team(client_for, team, alice, bob):
    assert client_for(bob).post("/team/rename/", {"name": "Mine"}).status_code == 403


def test_an_owner_starts_another_team_and_works_in_it(client_for, alice):
    client = client_for(alice)
    assert client.post("/team/create/", {"name": "Second"}).status_code == 302
    assert "Second" in client.get("/team/").content.decode()
    assert Membership.objects.get(team__name="Second").role == "owner"


@pytest.mark.parametrize("method", ["get", "post"])
def test_members_start_no_team(client_for, bob, method):
    assert getattr(client_for(bob), method)("/team/create/", {"name": "Mine"}).status_code == 403


def test_one_switches_between_ones_teams(client_for, alice):
    other = create_team(alice, "Other")
    client = client_for(alice)
    assert "Arctic Lab" in client.get("/team/").context["actor"].team.name
    assert client.post("/team/switch/", {"team": str(other.pk)})["Location"] == "/"
    assert client.get("/team/").context["actor"].team == other


@pytest.mark.parametrize("pk", ["", "nonsense", "00000000-0000-0000-0000-000000000000", None])
def test_one_does_not_switch_to_a_team_one_is_not_in(client_for, alice, charlie, pk):
    pk = str(charlie.teams.get().pk) if pk is None else pk
    client = client_for(alice)
    assert client.post("/team/switch/", {"team": pk}).status_code == 404
    assert client.get("/team/").context["actor"].team.name == "Arctic Lab"


def test_switching_redirects_within_the_site_only(client_for, team, alice):
    client = client_for(alice)
    data = {"team": str(team.pk)}
    assert client.post("/team/switch/", {**data, "next": "/team/"})["Location"] == "/team/"
    assert client.post("/team/switch/", {**data, "next": "https://evil.example/"})["Location"] == "/"


def test_a_link_cannot_switch_the_team(client_for, team, alice):
    assert client_for(alice).get("/team/switch/", {"team": str(team.pk)}).status_code == 405


def test_a_team_one_is_out_of_is_not_worked_in_any_more(client_for, alice):
    other = make_team("Other")
    member = Membership.objects.create(user=alice, team=other)
    client = client_for(alice)
    client.post("/team/switch/", {"team": str(other.pk)})
    member.delete()
    assert client.get("/team/").context["actor"].team.name == "Arctic Lab"


def test_members_watch_their_team_and_strangers_do_not(team, bob, charlie):
    assert may_watch(bob, f"team:{team.pk}")
    assert not may_watch(charlie, f"team:{team.pk}")
    assert not may_watch(bob, "team:nonsense")


def test_an_announcement_says_what_changed(team):
    announce(team, "documents")
    event = Event.objects.get()
    assert (event.stream_id, event.kind, event.data) == (f"team:{team.pk}", "team.changed", {"what": "documents"})


def test_ones_name_is_changed_in_the_profile(client_for, bob):
    client = client_for(bob)
    assert client.post("/profile/", {"name": "Robert"}).status_code == 302
    assert "Robert" in client.get("/profile/").content.decode()


def test_nobody_is_without_a_name(client_for, bob):
    assert client_for(bob).post("/profile/", {"name": ""}).status_code == 422


def test_names_are_shown_as_text(client_for, team, alice):
    make_user("<script>x</script>", team=team)
    html = client_for(alice).get("/team/").content.decode()
    assert "<script>x" not in html
    assert "&lt;script&gt;x" in html


def test_a_session_row_holds_no_secret_of_the_pages_that_show_one(client_for, alice):
    client = client_for(alice)
    answer = client.post("/team/tokens/", {"name": "t", "scopes": ["read"], "days": "0"})
    assert answer.context["secret"] not in str([row.get_decoded() for row in Session.objects.all()])
