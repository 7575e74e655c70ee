"""The team's log: who did what, when and from where; for those who administer the team."""

import csv
import logging
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps

from studio.accounts.access import actor_for
from studio.accounts.actions import announce, create_api_token, invite, record, setup_owner
from studio.accounts.agents import program
from studio.accounts.kinds import log_kinds, sentence
from studio.accounts.models import Role
from studio.events.actions import append
from studio.events.models import Event
from studio.events.watch import may_watch
from tests.factories import PASSWORD
from tests.studio.accounts.test_sign_in import sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def rows_of(client, query: str = "") -> list[dict[str, str]]:
    """The file of the log, read back."""
    answer = client.get(f"/team/log.csv{query}")
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_an_entry_says_who_did_what_and_from_where(client_for, alice, bob):
    client = client_for(alice)
    client.post("/team/rename/", {"name": "Polar Lab"}, headers={"User-Agent": FIREFOX})
    entry = Event.objects.get(kind="team.renamed")
    assert (entry.actor, entry.data["address"], entry.data["agent"]) == (alice, "127.0.0.1", FIREFOX)
    html = client.get("/team/log/").content.decode()
    assert "Alice renamed the team from “Arctic Lab” to “Polar Lab”" in html
    assert all(words in html for words in (alice.email, "127.0.0.1", "Firefox on Linux"))


def test_what_is_done_on_the_server_comes_from_nowhere(db):
    _, team = setup_owner("ada@example.org", "Polar Lab")
    assert {entry.data["address"] for entry in Event.objects.filter(stream_id=f"log:{team.pk}")} == {""}


def test_behind_a_proxy_the_address_is_the_one_it_names(client_for, settings, alice):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    headers = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    client_for(alice).post("/team/rename/", {"name": "Polar Lab"}, headers=headers)
    assert Event.objects.get(kind="team.renamed").data["address"] == "203.0.113.9"


def test_without_a_proxy_nobody_chooses_their_address(client_for, alice):
    client_for(alice).post("/team/rename/", {"name": "Polar Lab"}, headers={"X-Forwarded-For": "198.51.100.7"})
    assert Event.objects.get(kind="team.renamed").data["address"] == "127.0.0.1"


def test_signing_in_is_written_into_the_log_of_each_team(client, alice):
    client_headers = {"User-Agent": FIREFOX}
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}, headers=client_headers)
    entry = Event.objects.get(kind="member.signed_in")
    assert (entry.actor, entry.data["agent"]) == (alice, FIREFOX)


def test_a_failed_sign_in_is_a_line_for_the_operator_without_the_account(client, alice, caplog):
    caplog.set_level(logging.WARNING, "studio.accounts")
    sign_in(client, alice.email, "wrong")
    line = next(record for record in caplog.records if record.getMessage() == "sign-in failed")
    assert line.address == "127.0.0.1"
    assert alice.email not in str(line.__dict__)
    assert not Event.objects.filter(kind="member.signed_in").exists()


def test_a_new_password_is_written_down_without_it(client_for, alice):
    new = "another long password"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client_for(alice).post("/accounts/password/change/", data)
    assert new not in str(Event.objects.get(kind="member.password_changed").data)


def test_an_entry_keeps_the_name_that_its_actor_had(client_for, team, alice):
    client = client_for(alice)
    client.post("/team/rename/", {"name": "Polar Lab"})
    client.post("/profile/", {"name": "Somebody Else"})
    assert sentence(Event.objects.get(kind="team.renamed")).startswith("Alice renamed the team")


def test_nobody_takes_another_name_unseen(client_for, team, bob):
    client = client_for(bob)
    client.post("/profile/", {"name": "Alice"})
    client.post("/profile/", {"name": "Alice"})
    (entry,) = Event.objects.filter(kind="member.renamed")
    assert sentence(entry) == "Bob calls themselves Alice now"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER])
def test_members_see_neither_the_log_nor_its_stream(client_for, team, alice, bob, role):
    team.memberships.filter(user=bob).update(role=role)
    invite(actor_for(alice, team), role=Role.MEMBER, email="canary@example.org")
    client = client_for(bob)
    assert client.get("/team/log/").status_code == 403
    assert client.get("/team/log.csv").status_code == 403
    assert client.get(f"/events/log:{team.pk}/").status_code == 404
    assert "canary" not in client.get("/team/").content.decode()
    assert "canary" not in client.get(f"/events/team:{team.pk}/").content.decode()


@pytest.mark.parametrize("team_id", ["", "nonsense", "1"])
def test_a_log_that_is_none_is_nobodys(alice, team_id):
    assert not may_watch(alice, f"log:{team_id}")


def test_the_log_goes_back_page_by_page_without_gaps(client_for, team, alice):
    for number in range(120):
        create_api_token(alice, team, name=f"token number {number}", scopes=["read"])
        announce(team, "documents")
    client, address, seen = client_for(alice), "/team/log/", []
    while address:
        context = client.get(address).context
        seen += [entry.data["name"] for entry, *_ in context["lines"] if entry.kind == "token.created"]
        address = f"/team/log/?before={context['older']}" if context["older"] else ""
    assert seen == [f"token number {number}" for number in reversed(range(120))]


@pytest.mark.parametrize(
    "query",
    [
        *("before=x", "before=-1", f"before={'9' * 40}", "before=٣", "about=nonsense", "about=team%00"),
        *(
            "person=nobody",
            "person=999999",
            "since=yesterday",
            "until=0000-00-00",
            "since=9999-12-31",
            "until=9999-12-31",
            "since=0001-01-01",
            "until=0001-01-01",
        ),
    ],
)
def test_a_filter_that_makes_no_sense_is_no_error(client_for, alice, query):
    client = client_for(alice)
    assert client.get(f"/team/log/?{query}").status_code == 200
    assert client.get(f"/team/log.csv?{query}").status_code == 200


def test_the_log_is_narrowed_by_subject_person_and_day(client_for, team, alice, bob):
    record(team, "team.renamed", {"name": "B", "before": "A"}, by=bob)
    create_api_token(alice, team, name="t", scopes=["read"])
    Event.objects.filter(kind="team.renamed").update(created=datetime(2026, 1, 2, 23, 59, tzinfo=UTC))
    client = client_for(alice)
    by = {
        "?about=token": ["token.created"],
        "?about=team": ["team.renamed"],
        f"?person={bob.pk}": ["team.renamed"],
        "?since=2026-01-02&until=2026-01-02": ["team.renamed"],
        "?until=2026-01-01": [],
        "?since=2026-01-03": ["token.created"],
    }
    assert {query: [row["kind"] for row in rows_of(client, query)] for query in by} == by
    assert [entry.kind for entry, *_ in client.get("/team/log/?about=token").context["lines"]] == ["token.created"]


def test_people_of_other_teams_are_no_choice(client_for, team, alice, charlie):
    record(charlie.teams.get(), "team.renamed", {"name": "B", "before": "A"}, by=charlie)
    record(team, "team.renamed", {"name": "B", "before": "A"}, by=alice)
    html = client_for(alice).get("/team/log/").content.decode()
    assert "Charlie" not in html


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_no_cell_of_the_file_is_a_formula(client_for, team, alice, start):
    agent = f"{start}cmd|'/c calc'!A1"
    client = client_for(alice)
    client.post("/team/rename/", {"name": "B"}, headers={"User-Agent": agent})
    (row,) = rows_of(client, "?about=team")
    assert row["program"] == f"'{agent}"


def test_every_kind_of_entry_has_a_sentence():
    samples = {"user_id": 1, "name": "{name} N", "role": "r", "before": "b", "email": "e", "way": "setup"}
    samples |= {"by": "B", "prefix": "p", "scopes": ["s"], "address": "", "agent": "", "rows": 1}
    assert len(log_kinds()) > 20
    for kind, payload in log_kinds().items():
        data = {field: samples.get(field, "x") for field in payload.model_fields}
        words = sentence(Event(kind=kind, data=data))
        assert words
        assert "{name} N" in words or "name" not in data


def test_the_team_page_shows_the_latest_entries_to_those_who_administer(client_for, team, alice, bob):
    create_api_token(alice, team, name="the latest", scopes=["read"])
    assert "the latest” (acx_" in client_for(alice).get("/team/").content.decode()
    assert "the latest” (acx_" not in client_for(bob).get("/team/").content.decode()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605 Version/17.5 Safari/605.1", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) CriOS/126.0 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36", "Safari on Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown program"),
        ("x" * 500, "x" * 40),
    ],
)
def test_programs_have_the_names_that_people_know(agent, name):
    assert program(agent) == name


def test_entries_of_before_leave_the_stream_that_every_member_may_follow(team, alice):
    stream = f"team:{team.pk}"
    append(stream, "team.changed", {"what": "members"})
    append(stream, "team.renamed", {"name": "B", "before": "A"}, actor=alice)
    append(stream, "team.changed", {"what": "members"})
    import_module("studio.accounts.migrations.0002_log_stream").move(apps, None)
    assert [entry.kind for entry in Event.objects.of(stream)] == ["team.changed"] * 2
    (moved,) = Event.objects.of(f"log:{team.pk}")
    assert sentence(moved) == "Alice renamed the team from “A” to “B”"
    record(team, "team.renamed", {"name": "C", "before": "B"}, by=alice)
    assert [entry.data["name"] for entry in Event.objects.of(f"log:{team.pk}")] == ["B", "C"]
