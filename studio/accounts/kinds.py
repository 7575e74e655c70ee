"""Event kinds of the team stream, and of its log: who changed people and the ways in. No secret is ever in them."""

from typing import Any, ClassVar, Literal

from studio.accounts.access import is_member, may_administer
from studio.accounts.models import User
from studio.events.kinds import Payload, kind, registered
from studio.events.models import Event
from studio.events.watch import watch

What = Literal["documents", "sessions", "review", "datasets", "members", "endpoints", "conversations"]


@watch("team")
def may_watch_team(user: User, object_id: str) -> bool:
    """Members see what happens in their team."""
    return is_member(user, object_id)


@watch("log")
def may_watch_log(user: User, object_id: str) -> bool:
    """The log says from where people came; it is for those who administer the team."""
    return may_administer(user, object_id)


@kind("team.changed")
class TeamChanged(Payload):
    """Something that pages count or list has changed; they fetch it again."""

    what: What


class LogEntry(Payload):
    """An entry of a team's log; apps make kinds of their own from it.

    says: the sentence, with the actor and the fields in braces. by: what the actor was called then.
    address, agent: where they were and with which program; empty for what was done on the server.
    """

    says: ClassVar[str]
    by: str = ""
    address: str = ""
    agent: str = ""

    def words(self) -> dict[str, Any]:
        """What stands in the braces of the sentence."""
        return self.model_dump()


def log_kinds() -> dict[str, type[LogEntry]]:
    """All kinds of entries, by name."""
    return {name: payload for name, payload in registered().items() if issubclass(payload, LogEntry)}


def sentence(event: Event) -> str:
    """An entry as plain text."""
    entry = log_kinds()[event.kind].model_validate(event.data)
    return entry.says.format(actor=entry.by or event.actor or "Somebody", **entry.words())


@kind("team.created")
class TeamCreated(LogEntry):
    says = "{actor} created the team “{name}”"
    name: str


@kind("team.renamed")
class TeamRenamed(LogEntry):
    says = "{actor} renamed the team from “{before}” to “{name}”"
    name: str
    before: str


class _AboutMember(LogEntry):
    user_id: int
    name: str


@kind("member.joined")
class MemberJoined(_AboutMember):
    """way: how."""

    says = "{name} joined as {role}{how}"
    role: str
    way: Literal["setup", "invitation"]

    def words(self) -> dict[str, Any]:
        return {**super().words(), "how": " by invitation" if self.way == "invitation" else ""}


@kind("member.role_changed")
class MemberRoleChanged(_AboutMember):
    says = "{actor} made {name} {role}, from {before}"
    role: str
    before: str


@kind("member.removed")
class MemberRemoved(_AboutMember):
    says = "{actor} removed {name}"


@kind("member.left")
class MemberLeft(_AboutMember):
    says = "{name} left"


@kind("member.deactivated")
class MemberDeactivated(_AboutMember):
    says = "{actor} closed the account of {name}"


@kind("member.reactivated")
class MemberReactivated(_AboutMember):
    says = "{actor} opened the account of {name} again"


@kind("member.renamed")
class MemberRenamed(_AboutMember):
    says = "{before} calls themselves {name} now"
    before: str


@kind("member.signed_in")
class MemberSignedIn(_AboutMember):
    says = "{name} signed in"


@kind("member.signed_in_by_link")
class MemberSignedInByLink(_AboutMember):
    says = "{name} signed in with a one-time link"


@kind("member.signed_out_elsewhere")
class MemberSignedOutElsewhere(_AboutMember):
    says = "{name} ended other sessions of their own"


@kind("member.password_changed")
class MemberPasswordChanged(_AboutMember):
    says = "{name} changed their password"


class _AboutInvitation(LogEntry):
    """email: who it is meant for, empty for whoever holds the link."""

    invitation_id: str
    email: str

    def words(self) -> dict[str, Any]:
        return {**super().words(), "whom": self.email or "whoever holds the link"}


@kind("invitation.created")
class InvitationCreated(_AboutInvitation):
    says = "{actor} invited {whom} as {role}"
    role: str


@kind("invitation.revoked")
class InvitationRevoked(_AboutInvitation):
    says = "{actor} revoked the invitation of {whom}"


class _AboutToken(LogEntry):
    """prefix: the first characters, by which its holder recognises it; far too few to use it."""

    token_id: str
    name: str
    prefix: str


@kind("token.created")
class TokenCreated(_AboutToken):
    says = "{actor} made the token “{name}” ({prefix}…): {reach}"
    scopes: list[str]

    def words(self) -> dict[str, Any]:
        return {**super().words(), "reach": ", ".join(self.scopes)}


@kind("token.revoked")
class TokenRevoked(_AboutToken):
    says = "{actor} revoked the token “{name}” ({prefix}…)"
