"""Changes of the people in a team; a team never loses its last owner."""

from django.db import transaction

from studio.accounts.access import Actor, require
from studio.accounts.actions.invitations import revoke_invitations_of
from studio.accounts.actions.links import withdraw_links
from studio.accounts.actions.log import person, record, record_everywhere
from studio.accounts.actions.sessions import end_sessions
from studio.accounts.actions.tokens import revoke_all
from studio.accounts.models import Membership, Role, Team, User
from studio.web.errors import Conflict

CAN_INVITE = {Role.ADMIN, Role.OWNER}


def change_role(actor: Actor, member: Membership, role: str) -> None:
    """Give a member another role. It counts from their next request on, for their tokens and open pages too.

    Only owners make or unmake owners. Raises Forbidden, and Conflict for the last owner or a stale page.
    """
    require(actor, "own" if Role.OWNER in {role, member.role} else "administer")
    with transaction.atomic():
        before = _locked(member)
        if before.role == role:
            return
        if role != Role.OWNER:
            _keep_an_owner(before)
        Membership.objects.filter(pk=member.pk).update(role=role)
        if role not in CAN_INVITE:
            revoke_invitations_of(before.user, before.team_id)
        data = {**person(before.user), "role": role, "before": before.role}
        record(before.team, "member.role_changed", data, by=actor.user)


def remove_member(actor: Actor, member: Membership) -> None:
    """Take somebody out of the team: their sessions and their tokens and invitations for it end, open sockets close.

    Raises Forbidden (only owners remove owners), and Conflict for the last owner.
    """
    require(actor, "own" if member.role == Role.OWNER else "administer")
    with transaction.atomic():
        user = _take_out(member)
        end_sessions(user)
        record(member.team, "member.removed", person(user), by=actor.user)


def leave_team(actor: Actor) -> None:
    """The actor leaves the team they work in; their tokens for it end. Raises Conflict for the last owner."""
    with transaction.atomic():
        user = _take_out(Membership.objects.get(team=actor.team, user=actor.user))
        record(actor.team, "member.left", person(user), by=actor.user)


def deactivate(actor: Actor, member: Membership) -> None:
    """Close somebody's account: no sign-in, no session, no token, anywhere. Their work and their name stay.

    Only for owners, and only when the person is in no other team: others decide about those.
    Raises Forbidden, and Conflict for the last owner and for people of other teams.
    """
    require(actor, "own")
    with transaction.atomic():
        user = _locked(member).user
        if Membership.objects.filter(user=user).exclude(team=actor.team).exists():
            raise Conflict("This person is in another team too. Remove them from yours instead.")
        _keep_an_owner(member)
        User.objects.filter(pk=user.pk).update(is_active=False)
        revoke_all(user.api_tokens.all())
        revoke_invitations_of(user, actor.team.pk)
        withdraw_links(user)
        end_sessions(user)
        record(actor.team, "member.deactivated", person(user), by=actor.user)


def reactivate(actor: Actor, member: Membership) -> None:
    """Open a closed account again; its old tokens stay revoked."""
    require(actor, "own")
    with transaction.atomic():
        if User.objects.filter(pk=member.user_id, is_active=False).update(is_active=True):
            record(actor.team, "member.reactivated", person(member.user), by=actor.user)


def rename(user: User, name: str) -> None:
    """Give a person another name; old entries of logs keep the one they had."""
    with transaction.atomic():
        before = str(user)
        User.objects.filter(pk=user.pk).update(name=name)
        user.name = name
        if str(user) != before:
            record_everywhere(user, "member.renamed", before=before)


def _locked(member: Membership) -> Membership:
    """The membership as it is now, with the team's row held, so that two owners cannot unmake each other at once."""
    Team.objects.select_for_update().get(pk=member.team_id)
    now = Membership.objects.select_related("user", "team").filter(pk=member.pk).first()
    if now is None or now.role != member.role:
        raise Conflict("Somebody else changed this member meanwhile. Reload the page.")
    return now


def _keep_an_owner(member: Membership) -> None:
    others = Membership.objects.filter(team=member.team_id, role=Role.OWNER, user__is_active=True).exclude(pk=member.pk)
    if member.role == Role.OWNER and not others.exists():
        raise Conflict("A team needs an owner. Make somebody else an owner first.")


def _take_out(member: Membership) -> User:
    now = _locked(member)
    _keep_an_owner(now)
    revoke_all(now.user.api_tokens.filter(team=now.team_id))
    revoke_invitations_of(now.user, now.team_id)
    Membership.objects.filter(pk=now.pk).delete()
    return now.user
