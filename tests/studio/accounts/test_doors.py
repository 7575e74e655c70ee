"""Every address of people's pages: who comes in without an account, and what the ways in keep closed."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts import urls
from studio.accounts.access import actor_for
from studio.accounts.actions import invite, leave_team
from studio.accounts.models import Membership, Role

OPEN = {"sign_in_link", "invitation"}
ARGUMENTS = {"pk": {"int": 1, "uuid": uuid4()}, "secret": {"str": "unknown"}}


def address_of(pattern) -> str:
    converters = pattern.pattern.converters
    kinds = {name: type(c).__name__.removesuffix("Converter").lower() for name, c in converters.items()}
    kinds = {name: {"string": "str"}.get(kind, kind) for name, kind in kinds.items()}
    return reverse(f"accounts:{pattern.name}", kwargs={name: ARGUMENTS[name][kind] for name, kind in kinds.items()})


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda p: p.name)
def test_a_stranger_is_sent_to_sign_in_except_at_the_ways_in(client, db, pattern, method):
    answer = getattr(client, method)(address_of(pattern))
    if pattern.name in OPEN:
        assert answer.status_code == 410
    else:
        assert answer["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("pattern", [p for p in urls.urlpatterns if p.name not in OPEN], ids=lambda p: p.name)
def test_posts_need_the_csrf_token(alice, pattern):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(address_of(pattern)).status_code == 403


def test_the_description_of_the_api_is_for_people_and_their_tokens(client, client_for, api_for, alice):
    assert client.get("/api/v1/openapi.json").status_code == 401
    assert client.get("/api/v1/docs").status_code == 302
    assert client_for(alice).get("/api/v1/docs").status_code == 200
    for holder in (client_for(alice), api_for(alice)):
        assert holder.get("/api/v1/openapi.json").status_code == 200


@pytest.fixture
def loner(team, alice, bob, client_for) -> Client:
    """The browser of somebody in no team."""
    leave_team(actor_for(bob, team))
    return client_for(bob)


def test_somebody_in_no_team_can_sign_out(loner):
    assert loner.get("/accounts/logout/").status_code == 200
    loner.post("/accounts/logout/")
    assert loner.get("/profile/")["Location"].startswith("/accounts/login/")


def test_somebody_in_no_team_can_join_one(loner, team, alice, bob):
    _, secret = invite(actor_for(alice, team), role=Role.REVIEWER)
    assert loner.get(f"/invitations/{secret}/").status_code == 200
    assert loner.post(f"/invitations/{secret}/").status_code == 302
    assert Membership.objects.get(user=bob).role == "reviewer"
