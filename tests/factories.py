"""Rows that most tests need, in one call each."""

from itertools import count

from studio.accounts.models import Membership, Role, Team, User

PASSWORD = "correct horse battery"
_numbers = count(1)


def make_team(name: str = "Arctic Lab") -> Team:
    """A team without members."""
    return Team.objects.create(name=name)


def make_user(name: str = "", *, team: Team | None = None, role: str = Role.MEMBER) -> User:
    """A person who signs in with `PASSWORD`; with a team, a member of it in that role."""
    name = name or f"Person {next(_numbers)}"
    email = f"{name.lower().replace(' ', '.')}@example.org"
    user = User.objects.create_user(email, PASSWORD, name=name)
    if team is not None:
        Membership.objects.create(user=user, team=team, role=role)
    return user
