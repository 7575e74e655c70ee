"""Who may do what: one row for each page, API operation and event stream. A new one without a row fails the tests.

A row says the least role for which a door opens and the status that this role then gets; weaker roles get 403, people
of another team 404 where the address names an object, anonymous people the sign-in page (401 from the API).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.security.world import Side

Data = Callable[[Side], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """least: the weakest role that comes in; status: what it gets; other: what differs, by role."""

    least: str
    status: int
    data: Data = lambda _: {}
    other: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """get, post: None where the method is refused with 405. of: the attribute of `Side` whose id is in the address.

    also: the other parts of the address: attributes, "secret:" or "stream:" and a name, or after "=" as they stand.
    anonymous, stranger: what these get for GET and POST where that is not the rule above. The stranger of an address
    without an object acts in a team of their own, as its owner.
    """

    get: Door | None = None
    post: Door | None = None
    of: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    anonymous: tuple[int, int] = (302, 302)
    stranger: tuple[int, int] | None = None


def member(status: int = 200, data: Data = lambda _: {}, **other: int) -> Door:
    return Door(least="member", status=status, data=data, other=other)


def reviewer(status: int = 200, data: Data = lambda _: {}, **other: int) -> Door:
    return Door(least="reviewer", status=status, data=data, other=other)


def admin(status: int = 200, data: Data = lambda _: {}, **other: int) -> Door:
    return Door(least="admin", status=status, data=data, other=other)


def owner(status: int = 200, data: Data = lambda _: {}, **other: int) -> Door:
    return Door(least="owner", status=status, data=data, other=other)


def _file(text: bytes = b"A new document.", name: str = "new.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text)


def _decision(side: Side) -> dict[str, Any]:
    return {"verdict": "approve", "version": 1}


def _session(side: Side) -> dict[str, Any]:
    return {"question": "How long?", "evidence": "18 hours.", "threshold": "0.8", "max_iterations": "3"}


def _endpoint(side: Side) -> dict[str, Any]:
    return {
        "name": "New",
        "kind": "openai",
        "base_url": "https://models.example/v1",
        "model": "m",
        "roles": ["drafter"],
        "json_mode": "auto",
        "is_enabled": "on",
    }


MESSAGE = {"pk": "conversation", "message_pk": "question"}
ANSWER = {"pk": "conversation", "message_pk": "answer"}
STREAMING = {"pk": "streaming_conversation", "message_pk": "streaming"}
ASKS = lambda _: {"question": "And then?"}  # noqa: E731

PAGES: dict[str, Row] = {
    "home": Row(get=member()),
    "rail": Row(get=member()),
    "use_samples": Row(post=member(302)),
    "health": Row(get=member(), anonymous=(200, 405)),
    "help:index": Row(get=member()),
    "help:page": Row(get=member(), also={"name": "=vault"}),
    "patterns": Row(get=member()),
    "jobs:job_list": Row(get=member()),
    # documents
    "vault:document_list": Row(get=member()),
    "vault:search": Row(get=member()),
    "vault:document_upload": Row(post=member(302, lambda _: {"file": _file()})),
    "vault:documents_forget": Row(post=admin(200, lambda s: {"id": str(s.document.pk)})),
    "vault:documents_retry": Row(post=member(302, lambda s: {"id": str(s.failed_document.pk)})),
    "vault:document_detail": Row(of="document", get=member()),
    "vault:document_file": Row(of="document", get=member()),
    "vault:document_change": Row(of="document", get=member(), post=member(302, lambda _: {"title": "New"})),
    "vault:document_retry": Row(of="failed_document", post=member(302)),
    # conversations
    "chat:conversation_list": Row(get=member(), post=member(302, ASKS)),
    "chat:conversation_detail": Row(of="conversation", get=member()),
    "chat:conversation_file": Row(of="conversation", get=member()),
    "chat:conversation_rename": Row(of="conversation", post=member(302, lambda _: {"title": "New"})),
    "chat:conversation_delete": Row(of="conversation", get=member(), post=member(302)),
    "chat:conversation_restore": Row(of="deleted_conversation", post=member(302)),
    "chat:message_create": Row(of="conversation", post=member(302, ASKS)),
    "chat:message_text": Row(also=ANSWER, get=member()),
    "chat:message_edit": Row(also=MESSAGE, post=member(302, ASKS)),
    "chat:message_regenerate": Row(also=ANSWER, post=member(302)),
    "chat:message_stop": Row(also=STREAMING, post=member(302)),
    # sessions
    "teacher:session_list": Row(get=member()),
    "teacher:session_create": Row(get=member(), post=member(302, _session)),
    "teacher:session_detail": Row(of="session", get=member()),
    "teacher:session_now": Row(of="session", get=member()),
    "teacher:session_evidence": Row(of="session", get=member()),
    "teacher:session_cancel": Row(of="running_session", post=member(302)),
    "teacher:session_pause": Row(of="running_session", post=member(302)),
    "teacher:budget": Row(get=admin(), post=admin(302, lambda _: {"tokens": "1000"})),
    "teacher:session_resume": Row(of="cancelled_session", post=member(302)),
    "teacher:session_propose": Row(of="cancelled_session", post=member(302)),
    # pairs
    "datasets:review_queue": Row(get=member()),
    "datasets:review_counts": Row(get=member()),
    "datasets:review_more": Row(post=reviewer()),
    "datasets:review_undo": Row(post=reviewer(302, owner=409)),  # the latest of the owner has left
    "datasets:review_heartbeat": Row(post=reviewer(200, lambda s: {"have": str(s.pair.pk)})),
    "datasets:pair_list": Row(get=member()),
    "datasets:pair_bulk": Row(post=reviewer(200, lambda s: {"verdict": "approve", "pair": f"{s.pair.pk}:1"})),
    "datasets:pair_detail": Row(of="pair", get=member()),
    "datasets:pair_decide": Row(of="pair", post=reviewer(302, _decision)),
    "datasets:pair_preview": Row(of="pair", post=reviewer(200, lambda _: {"text": "Other words."})),
    "datasets:pair_skip": Row(of="pair", post=reviewer(302)),
    "datasets:pair_undo": Row(of="rejected_pair", post=admin(302, lambda _: {"version": "1"})),
    "datasets:pair_take_over": Row(of="pair", post=admin(302)),
    # data sets, exports, keys
    "datasets:dataset_list": Row(get=member()),
    "datasets:dataset_create": Row(get=admin(), post=admin(302, lambda _: {"name": "New", "licence": "CC0-1.0"})),
    "datasets:dataset_detail": Row(of="dataset", get=member()),
    "datasets:dataset_edit": Row(
        of="dataset", get=admin(), post=admin(302, lambda _: {"name": "New", "licence": "CC0-1.0"})
    ),
    "datasets:export_create": Row(get=admin(), post=admin(302, lambda s: {"dataset": str(s.dataset.pk)})),
    "datasets:export_preview": Row(get=admin(200, lambda s: {"dataset": str(s.dataset.pk)})),
    "datasets:export_detail": Row(of="export", get=member()),
    "datasets:export_archive": Row(of="export", get=member()),
    "datasets:export_file": Row(of="export", also={"name": "=data/train.jsonl"}, get=member()),
    "datasets:export_request": Row(of="waiting_export", get=admin()),
    "datasets:export_sign": Row(of="waiting_export", post=admin(422, lambda _: {"file": _file(b"{}")})),
    "datasets:export_cancel": Row(of="building_export", post=admin(302)),
    "datasets:export_retry": Row(of="failed_export", post=admin(302)),
    "datasets:export_withdraw": Row(of="export", post=admin(302, lambda s: {"pair": str(s.approved_pair.pk)})),
    "datasets:key_list": Row(get=member()),
    "datasets:key_create": Row(post=admin(302, lambda _: {"key-name": "New"})),
    "datasets:key_add": Row(post=admin(422, lambda _: {"outside-name": "New", "outside-public": "none"})),
    "datasets:frame_secret_create": Row(post=admin(200, lambda _: {"frames-signer_id": "new"})),
    "datasets:key_file": Row(get=member()),
    "datasets:key_public": Row(of="key", get=member()),
    "datasets:key_revoke": Row(of="key", post=admin(302, lambda _: {"reason": "Lost."})),
    "datasets:ledger_list": Row(get=member()),
    "datasets:ledger_file": Row(get=member()),
    "datasets:verify_program": Row(get=member()),
    "datasets:verify_create": Row(get=member(), post=member(200, lambda _: {"file": _file(b"PK")})),
    "datasets:import_create": Row(
        get=member(), post=member(302, lambda s: {"file": _file(b"{}"), "dataset": str(s.dataset.pk)})
    ),
    "datasets:import_detail": Row(of="import_", get=member()),
    "datasets:import_take": Row(of="import_", post=member(302)),
    "datasets:import_drop": Row(of="import_", post=member(302)),
    # the team
    "endpoints:endpoint_list": Row(get=member()),
    "endpoints:endpoint_create": Row(get=admin(), post=admin(302, _endpoint)),
    "endpoints:endpoint_edit": Row(of="endpoint", get=admin(), post=admin(302, _endpoint)),
    "endpoints:endpoint_test": Row(of="endpoint", post=admin(302)),
    "endpoints:endpoint_delete": Row(of="endpoint", get=admin(), post=admin(302)),
    "accounts:team_detail": Row(get=member()),
    "accounts:log_list": Row(get=admin()),
    "accounts:log_file": Row(get=admin()),
    "accounts:team_create": Row(get=owner(), post=owner(302, lambda _: {"name": "New"})),
    "accounts:team_rename": Row(post=admin(302, lambda _: {"name": "New"})),
    "accounts:team_leave": Row(post=member(302, owner=409)),
    "accounts:team_switch": Row(post=member(302, lambda s: {"team": str(s.team.pk)})),
    "accounts:member_role": Row(of="membership", post=admin(302, lambda _: {"role": "reviewer"})),
    "accounts:member_remove": Row(of="membership", post=admin(302)),
    "accounts:member_deactivate": Row(of="membership", post=owner(302)),
    "accounts:member_reactivate": Row(of="membership", post=owner(302)),
    "accounts:invitation_create": Row(get=member(302), post=admin(201, lambda _: {"role": "member"})),
    "accounts:invitation_revoke": Row(of="invitation", post=admin(302)),
    "accounts:token_create": Row(
        get=member(302), post=member(201, lambda _: {"name": "New", "scopes": ["read"], "days": "30"})
    ),
    # a token of the owner: members and reviewers see their own only, so it is not there for them
    "accounts:token_revoke": Row(of="token", post=admin(302, member=404, reviewer=404)),
    # oneself
    "accounts:profile": Row(get=member(), post=member(302, lambda _: {"name": "New"})),
    "accounts:profile_end_session": Row(of="open_session", post=member(404, owner=302)),  # one of the owner
    "accounts:profile_end_sessions": Row(post=member(302)),
    "accounts:welcome": Row(get=member(302), post=member(302)),
    "account_login": Row(get=member(302), post=member(302), anonymous=(200, 422)),
    "account_logout": Row(get=member(), post=member(302)),
    "account_change_password": Row(get=member(), post=member(422)),
    # ways in: whoever holds the link
    "accounts:sign_in_link": Row(
        also={"secret": "secret:sign-in link"},
        get=member(),
        post=member(302),
        anonymous=(200, 302),
        stranger=(200, 302),
    ),
    "accounts:invitation": Row(
        also={"secret": "secret:invitation"},
        get=member(302),
        post=member(409),
        anonymous=(200, 422),
        stranger=(200, 302),
    ),
    "events:event_list": Row(also={"stream": "stream:session"}, get=member()),
    # documentation of the API, for people
    "api:openapi-json": Row(get=member(), anonymous=(401, 405)),
    "api:openapi-view": Row(get=member(), post=member()),
}

_PAIR = {"instruction": "What?", "completion": "That."}
#: Operation: (the object in its address, the least role, status, body or file or query, the token's scope).
API: dict[str, tuple[str, str, int, Data, str]] = {
    "GET /": ("", "member", 200, lambda _: {}, "read"),
    "GET /health": ("", "anyone", 200, lambda _: {}, "read"),
    "POST /conversations": ("", "member", 201, ASKS, "write"),
    "POST /conversations/{pk}/messages": ("conversation", "member", 201, ASKS, "write"),
    "GET /conversations/{pk}": ("conversation", "member", 200, lambda _: {}, "read"),
    "GET /pairs": ("", "member", 200, lambda _: {}, "read"),
    "POST /pairs": ("", "member", 201, lambda _: _PAIR, "write"),
    "GET /pairs/{pk}": ("pair", "member", 200, lambda _: {}, "read"),
    "POST /pairs/{pk}/decide": ("pair", "reviewer", 200, _decision, "review"),
    "GET /datasets": ("", "member", 200, lambda _: {}, "read"),
    "POST /exports": ("", "admin", 201, lambda _: {"parquet": False}, "export"),
    "GET /exports": ("", "member", 200, lambda _: {}, "read"),
    "GET /exports/{pk}": ("export", "member", 200, lambda _: {}, "read"),
    "GET /exports/{pk}/archive": ("export", "member", 200, lambda _: {}, "read"),
    "GET /keys": ("", "member", 200, lambda _: {}, "read"),
    "GET /statistics": ("", "member", 200, lambda _: {}, "read"),
    "GET /documents": ("", "member", 200, lambda _: {}, "read"),
    "POST /documents": ("", "member", 201, lambda _: {"file": _file()}, "write"),
    "GET /documents/{pk}": ("document", "member", 200, lambda _: {}, "read"),
    "GET /documents/{pk}/text": ("document", "member", 200, lambda _: {}, "read"),
    "GET /search": ("", "member", 200, lambda _: {"q": "battery"}, "read"),
    "GET /sessions": ("", "member", 200, lambda _: {}, "read"),
    "POST /sessions": ("", "member", 201, lambda _: {"question": "How long?"}, "write"),
    "GET /sessions/{pk}": ("session", "member", 200, lambda _: {}, "read"),
    "GET /sessions/{pk}/events": ("session", "member", 200, lambda _: {}, "read"),
    "POST /sessions/{pk}/pause": ("running_session", "member", 200, lambda _: {}, "write"),
    "POST /sessions/{pk}/resume": ("cancelled_session", "member", 200, lambda _: {}, "write"),
    "POST /sessions/{pk}/cancel": ("running_session", "member", 200, lambda _: {}, "write"),
}

#: Every member of the team may watch, but for those named here; nobody else.
STREAMS_OF = {"log": ("admin", "owner")}
STREAMS = {*STREAMS_OF, "team", "vault", "review", "datasets", "session", "conversation", "export", "import"}
SOCKETS = {"ws/events/<str:stream>/"}
