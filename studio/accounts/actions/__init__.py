"""Every change of people, teams and the ways into them."""

from studio.accounts.actions.invitations import accept_invitation, invite, revoke_invitation, sign_up
from studio.accounts.actions.links import LinkGone, create_sign_in_link, digest, use_sign_in_link
from studio.accounts.actions.log import announce, forget_announcements, record, record_everywhere
from studio.accounts.actions.members import (
    change_role,
    deactivate,
    leave_team,
    reactivate,
    remove_member,
    rename,
)
from studio.accounts.actions.sessions import (
    end_other_sessions,
    end_session,
    end_sessions,
    open_sessions,
    password_changed,
    remember,
)
from studio.accounts.actions.teams import create_team, first_start, rename_team, setup_owner, welcome_owner
from studio.accounts.actions.tokens import actor_of_token, create_api_token, create_token, revoke_token

__all__ = [
    "LinkGone",
    "accept_invitation",
    "actor_of_token",
    "announce",
    "change_role",
    "create_api_token",
    "create_sign_in_link",
    "create_team",
    "create_token",
    "deactivate",
    "digest",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "first_start",
    "forget_announcements",
    "invite",
    "leave_team",
    "open_sessions",
    "password_changed",
    "reactivate",
    "record",
    "record_everywhere",
    "remember",
    "remove_member",
    "rename",
    "rename_team",
    "revoke_invitation",
    "revoke_token",
    "setup_owner",
    "sign_up",
    "use_sign_in_link",
    "welcome_owner",
]
