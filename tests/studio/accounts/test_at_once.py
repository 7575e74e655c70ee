"""Two people do the same thing at the same moment: exactly one of them succeeds."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from studio.accounts.access import actor_for
from studio.accounts.actions import (
    LinkGone,
    accept_invitation,
    change_role,
    create_sign_in_link,
    invite,
    sign_up,
    use_sign_in_link,
)
from studio.accounts.models import Membership, Role, User
from studio.web.errors import Conflict
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[type | None]:
    """Run the calls in threads that start together; what each raised, or None."""
    start = Barrier(len(calls))
    raised: list[type | None] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            call()
        except (Conflict, LinkGone) as error:
            raised[number] = type(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number, call)) for number, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_owners_who_unmake_each_other_leave_one(team, alice):
    other = make_user(team=team, role=Role.OWNER)
    members = {m.user_id: m for m in Membership.objects.all()}
    raised = at_once(
        lambda: change_role(actor_for(alice, team), members[other.pk], Role.MEMBER),
        lambda: change_role(actor_for(other, team), members[alice.pk], Role.MEMBER),
    )
    assert sorted(str(r) for r in raised) == sorted([str(Conflict), "None"])
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


def test_a_sign_in_link_used_twice_at_once_works_once(alice):
    secret = create_sign_in_link(alice).rstrip("/").rpartition("/")[2]
    raised = at_once(*[lambda: use_sign_in_link(secret)] * 4)
    assert raised.count(None) == 1
    assert raised.count(LinkGone) == 3


def test_an_invitation_used_by_several_at_once_lets_one_in(team, alice):
    _, secret = invite(actor_for(alice, team), role=Role.MEMBER)
    strangers = [make_user() for _ in range(3)]
    raised = at_once(*[lambda person=person: accept_invitation(secret, person) for person in strangers])
    assert raised.count(None) == 1
    assert Membership.objects.filter(team=team).count() == 2


def test_two_sign_ups_with_one_link_make_one_account(team, alice):
    _, secret = invite(actor_for(alice, team), role=Role.MEMBER)
    calls = [
        lambda n=n: sign_up(secret, email=f"new{n}@example.org", name="New", password="a long enough secret")
        for n in range(2)
    ]
    assert at_once(*calls).count(None) == 1
    assert User.objects.filter(name="New").count() == 1


def test_two_sign_ups_with_one_address_make_one_account(team, alice):
    secrets = [invite(actor_for(alice, team), role=Role.MEMBER)[1] for _ in range(2)]
    calls = [
        lambda secret=secret: sign_up(secret, email="new@example.org", name="New", password="a long enough secret")
        for secret in secrets
    ]
    assert sorted(str(r) for r in at_once(*calls)) == sorted([str(Conflict), "None"])
    assert User.objects.filter(email="new@example.org").count() == 1
