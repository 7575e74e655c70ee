"""Invitation links: the only way for people to join a team, and for new people to get an account."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from studio.accounts.access import Actor, require
from studio.accounts.actions.links import LinkGone, digest
from studio.accounts.actions.log import person, record
from studio.accounts.models import Invitation, Membership, Role, User
from studio.web.errors import Conflict, Forbidden

INVITATION_LIFE = timedelta(days=7)


def invite(actor: Actor, *, role: str, email: str = "") -> tuple[Invitation, str]:
    """An invitation to the actor's team and the secret of its link, which is never shown again.

    email: the only person who may use it; empty means whoever holds the link. Only owners invite owners.
    Raises Forbidden, and Conflict for somebody who is in the team already.
    """
    require(actor, "own" if role == Role.OWNER else "administer")
    email = email.lower()
    if email and Membership.objects.filter(team=actor.team, user__email=email).exists():
        raise Conflict("This person is in the team already.")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            team=actor.team,
            email=email,
            role=role,
            token_hash=digest(secret),
            invited_by=actor.user,
            expires=timezone.now() + INVITATION_LIFE,
        )
        data = {"invitation_id": str(invitation.pk), "email": email, "role": role}
        record(actor.team, "invitation.created", data, by=actor.user)
    return invitation, secret


def revoke_invitation(actor: Actor, invitation: Invitation) -> None:
    """Make the link useless; raises Conflict when somebody has joined with it already."""
    require(actor, "administer")
    with transaction.atomic():
        if not Invitation.objects.usable().filter(pk=invitation.pk).update(revoked=timezone.now()):
            raise Conflict("This invitation was used, revoked or expired meanwhile.")
        data = {"invitation_id": str(invitation.pk), "email": invitation.email}
        record(actor.team, "invitation.revoked", data, by=actor.user)


def revoke_invitations_of(user: User, team_id: UUID) -> None:
    """End the open invitations of somebody who may not invite any more, so that none of them is a way back in."""
    Invitation.objects.usable().filter(team_id=team_id, invited_by=user).update(revoked=timezone.now())


def invitation_of(secret: str) -> Invitation:
    """The invitation behind a link. Raises LinkGone when it cannot be used (any more)."""
    usable = Invitation.objects.usable().select_related("team", "invited_by")
    invitation = usable.filter(token_hash=digest(secret)).first()
    if invitation is None:
        raise LinkGone
    return invitation


def accept_invitation(secret: str, user: User) -> Membership:
    """Let a person with an account join. Raises LinkGone, Forbidden (for another address), Conflict (a member)."""
    with transaction.atomic():
        invitation = invitation_of(secret)
        if invitation.email and invitation.email != user.email:
            raise Forbidden("This invitation is for another address than the one you are signed in with.")
        if Membership.objects.filter(team=invitation.team, user=user).exists():
            raise Conflict("You are in this team already.")
        accepted = Invitation.objects.usable().filter(pk=invitation.pk)
        if not accepted.update(accepted=timezone.now(), accepted_by=user):
            raise LinkGone
        member = Membership.objects.create(team=invitation.team, user=user, role=invitation.role)
        data = {**person(user), "role": member.role, "way": "invitation"}
        record(invitation.team, "member.joined", data, by=user)
    return member


def sign_up(secret: str, *, email: str, name: str, password: str) -> User:
    """A new account for the holder of an invitation, which is used by it. Raises LinkGone, Forbidden, Conflict."""
    user = User(email=email.lower(), name=name, password=make_password(password))  # hashed before the write lock
    try:
        with transaction.atomic():
            invitation_of(secret)
            user.save()
            accept_invitation(secret, user)
    except IntegrityError as error:
        raise Conflict("Somebody with this address has an account. Sign in, then open the link again.") from error
    return user
