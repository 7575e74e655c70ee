"""Teams and their first owner."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from studio.accounts.access import Actor, require
from studio.accounts.actions.links import create_sign_in_link, withdraw_links
from studio.accounts.actions.log import person, record
from studio.accounts.models import Membership, Role, Team, User
from studio.web.errors import Conflict

NOBODY = "owner@studio.invalid"  # the first owner's address until they have given their own; .invalid is never real
FIRST_TEAM = "My team"


def create_team(user: User, name: str) -> Team:
    """A new team with the person as its owner."""
    with transaction.atomic():
        team = Team.objects.create(name=name)
        Membership.objects.create(team=team, user=user, role=Role.OWNER)
        record(team, "team.created", {"name": name}, by=user)
        record(team, "member.joined", {**person(user), "role": Role.OWNER, "way": "setup"}, by=user)
    return team


def rename_team(actor: Actor, name: str) -> None:
    """Give the actor's team another name."""
    require(actor, "administer")
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=actor.team.pk)
        if team.name != name:
            Team.objects.filter(pk=team.pk).update(name=name)
            record(team, "team.renamed", {"name": name, "before": team.name}, by=actor.user)


def setup_owner(email: str, team_name: str, *, password: str = "") -> tuple[User, Team]:
    """The owner with that address and their team of that name, made where they are missing; otherwise nothing changes.

    password: set for a person who has none yet. The unnamed owner of a fresh installation becomes this one.
    """
    email = email.lower()
    hashed = make_password(password) if password else ""  # hashed before the write lock
    with transaction.atomic():
        user = User.objects.filter(email=email).first() or User.objects.filter(email=NOBODY).first()
        if user is None:
            user = User(email=email, name="First owner" if email == NOBODY else "", password=make_password(None))
        if user.email == NOBODY and email != NOBODY:
            Team.objects.filter(name=FIRST_TEAM, memberships__user=user).update(name=team_name)
            user.email, user.name = email, ""
        if hashed and not user.has_usable_password():
            user.password = hashed
            if user.pk:
                withdraw_links(user)
        user.save()
        owned = Team.objects.filter(name=team_name, memberships__user=user, memberships__role=Role.OWNER)
        team = owned.order_by("created").first() or create_team(user, team_name)
    return user, team


def first_start() -> str:
    """The address of a fresh one-time sign-in link while no owner has a password, else an empty text.

    Makes an unnamed owner and their team on an installation that has none.
    """
    with transaction.atomic():
        owners = User.objects.filter(is_active=True, is_demo=False, memberships__role=Role.OWNER)
        known = list(owners.order_by("pk").distinct())
        if any(owner.has_usable_password() for owner in known):
            return ""
        owner = known[0] if known else setup_owner(NOBODY, FIRST_TEAM)[0]
        return create_sign_in_link(owner)


def welcome_owner(actor: Actor, *, name: str, email: str, password: str, team_name: str) -> None:
    """What a person without a password says about themselves: name, address, password and, as owner, the team's name.

    Sign-in links made for them end. Raises Conflict when they have a password or somebody else has the address.
    """
    hashed = make_password(password)  # before the write lock
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=actor.user.pk)
            if user.has_usable_password():
                raise Conflict("You have set a password already.")
            user.name, user.email, user.password = name, email.lower(), hashed
            user.save(update_fields=["name", "email", "password"])
            withdraw_links(user)
            if actor.may("own"):
                rename_team(actor, team_name)
    except IntegrityError as error:
        raise Conflict("Somebody else has an account with this address.") from error
