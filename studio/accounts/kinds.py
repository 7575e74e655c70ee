"""Event kinds of the team stream: what changed, and who changed people and the ways in. No secret is ever in them."""

from typing import Literal

from studio.accounts.access import is_member
from studio.accounts.models import User
from studio.events.kinds import Payload, kind
from studio.events.watch import watch

What = Literal["documents", "sessions", "review", "datasets", "members", "endpoints", "conversations"]


LOG_KINDS = [
    "team.created",
    "team.renamed",
    "member.joined",
    "member.role_changed",
    "member.removed",
    "member.left",
    "member.deactivated",
    "member.reactivated",
    "member.signed_in_by_link",
    "invitation.created",
    "invitation.revoked",
    "token.created",
    "token.revoked",
]


@watch("team")
def may_watch_team(user: User, object_id: str) -> bool:
    """Members see what happens in their team."""
    return is_member(user, object_id)


@kind("team.changed")
class TeamChanged(Payload):
    """Something that pages count or list has changed; they fetch it again."""

    what: What


@kind("team.created")
class TeamCreated(Payload):
    name: str


@kind("team.renamed")
class TeamRenamed(Payload):
    name: str
    before: str


@kind("member.joined")
class MemberJoined(Payload):
    """user_id, name: of the person who joined. way: how."""

    user_id: int
    name: str
    role: str
    way: Literal["setup", "invitation"]


@kind("member.role_changed")
class MemberRoleChanged(Payload):
    user_id: int
    name: str
    role: str
    before: str


@kind("member.removed")
class MemberRemoved(Payload):
    user_id: int
    name: str


@kind("member.left")
class MemberLeft(Payload):
    user_id: int
    name: str


@kind("member.deactivated")
class MemberDeactivated(Payload):
    user_id: int
    name: str


@kind("member.reactivated")
class MemberReactivated(Payload):
    user_id: int
    name: str


@kind("member.signed_in_by_link")
class MemberSignedInByLink(Payload):
    """Somebody used a one-time sign-in link."""

    user_id: int
    name: str


@kind("invitation.created")
class InvitationCreated(Payload):
    """email: who it is meant for, empty for whoever holds the link."""

    invitation_id: str
    email: str
    role: str


@kind("invitation.revoked")
class InvitationRevoked(Payload):
    invitation_id: str
    email: str


@kind("token.created")
class TokenCreated(Payload):
    """prefix: the first characters, by which its holder recognises it; far too few to use it."""

    token_id: str
    name: str
    prefix: str
    scopes: list[str]


@kind("token.revoked")
class TokenRevoked(Payload):
    token_id: str
    name: str
    prefix: str
