"""`manage.py setup`: an owner, a team and a token without a browser."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from studio.accounts.actions import first_start
from studio.accounts.models import ApiToken, Membership, Team, User
from tests.factories import make_user

ADA = ("--email", "Ada@Example.org", "--team", "Polar Lab")


def setup(*arguments: str) -> str:
    out = StringIO()
    call_command("setup", *arguments, stdout=out)
    return out.getvalue()


def test_it_prints_one_json_object(db, settings):
    result = json.loads(setup(*ADA, "--json"))
    assert result == {
        "user": "ada@example.org",
        "team": str(Team.objects.get().pk),
        "token": result["token"],
        "url": settings.STUDIO_BASE_URL,
    }


def test_the_token_speaks_for_the_owner_with_every_scope(db, client):
    token = json.loads(setup(*ADA, "--json"))["token"]
    body = client.get("/api/v1/", headers={"Authorization": f"Bearer {token}"}).json()
    assert (body["email"], body["team"], body["role"]) == ("ada@example.org", "Polar Lab", "owner")
    assert {"read", "upload", "review", "export", "administer"} <= set(body["rights"])


def test_without_json_it_says_so_in_words(db):
    assert "API token, shown only now: acx_" in setup(*ADA)


def test_a_second_run_makes_a_new_token_and_nothing_else(db):
    first, second = json.loads(setup(*ADA, "--json")), json.loads(setup(*ADA, "--json"))
    assert first["token"] != second["token"]
    assert {**first, "token": ""} == {**second, "token": ""}
    assert (User.objects.count(), Team.objects.count(), Membership.objects.count()) == (1, 1, 1)
    assert ApiToken.objects.usable().count() == 2


def test_another_team_name_makes_another_team_of_the_same_owner(db):
    setup(*ADA)
    setup("--email", "ada@example.org", "--team", "Second")
    assert set(Team.objects.values_list("name", flat=True)) == {"Polar Lab", "Second"}
    assert User.objects.count() == 1


def test_the_team_of_somebody_else_with_the_same_name_is_another_team(charlie):
    Team.objects.update(name="Polar Lab")
    setup(*ADA)
    assert charlie.teams.get().memberships.count() == 1
    assert Team.objects.filter(name="Polar Lab").count() == 2


def test_a_password_from_a_file_lets_the_owner_sign_in(db, tmp_path, client):
    file = tmp_path / "password"
    file.write_text("a long enough secret\n")
    setup(*ADA, "--password-file", str(file))
    answer = client.post("/accounts/login/", {"login": "ada@example.org", "password": "a long enough secret"})
    assert answer.status_code == 302
    assert first_start() == ""


def test_a_password_that_is_set_already_is_not_changed(db, tmp_path):
    file = tmp_path / "password"
    file.write_text("a long enough secret\n")
    setup(*ADA, "--password-file", str(file))
    file.write_text("quite another secret\n")
    setup(*ADA, "--password-file", str(file))
    assert User.objects.get().check_password("a long enough secret")


def test_without_a_password_the_start_still_gives_the_owner_a_link(db):
    setup(*ADA)
    assert "/sign-in/" in first_start()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--email", "nowhere", "--team", "T"),
        ("--email", "ada@example.org", "--team", " "),
        ("--email", "ada@example.org", "--team", "T", "--password-file", "/does/not/exist"),
    ],
)
def test_arguments_that_cannot_be_used_change_nothing(db, arguments):
    with pytest.raises(CommandError):
        setup(*arguments)
    assert not User.objects.exists()


def test_a_weak_password_is_refused(db, tmp_path):
    file = tmp_path / "password"
    file.write_text("password\n")
    with pytest.raises(CommandError, match="too short"):
        setup(*ADA, "--password-file", str(file))


def test_a_closed_account_gets_no_token(alice):
    other = make_user("Ada")
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(CommandError, match="closed"):
        setup(*ADA)


def test_there_is_no_superuser_and_the_command_says_what_there_is(db):
    with pytest.raises(CommandError, match=r"manage\.py setup"):
        call_command("createsuperuser", "--noinput", email="root@studio.test")
    assert not User.objects.exists()
