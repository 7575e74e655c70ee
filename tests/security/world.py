"""A world of two teams with one object of each kind each, so that every door has something behind it."""

from collections.abc import Callable
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from datasets import actions as datasets
from datasets.actions.imports import tell
from datasets.core.keys import pem
from datasets.models import Export, Import, default_dataset
from studio.accounts.access import actor_for
from studio.accounts.actions import create_api_token, create_sign_in_link, invite
from studio.accounts.models import Membership, OpenSession, Role, Team, User
from studio.chat import actions as chat
from studio.chat.models import Citation, Message
from studio.endpoints.actions import save_endpoint
from studio.endpoints.models import Endpoint
from studio.vault.actions import fail_document, store_document
from studio.vault.models import Document
from teacher.actions import cancel_session, start_session
from tests.core.export.making import OTHER, public
from tests.datasets.pairs import make_pair
from tests.factories import make_team, make_user
from tests.jobs import run_all

ROLES = [Role.MEMBER, Role.REVIEWER, Role.ADMIN, Role.OWNER]
SCOPES = ["read", "write", "review", "export", "admin"]
Text = Callable[[str], str]


class Side(SimpleNamespace):
    """One team, its people by role, and its objects by kind; `secrets` were shown once and must never be seen again."""

    team: Team

    def person(self, role: str) -> User:
        return self.people[role]

    @property
    def streams(self) -> dict[str, str]:
        """A stream of this team for each prefix."""
        return {
            **{prefix: f"{prefix}:{self.team.pk}" for prefix in ("team", "log", "vault", "review", "datasets")},
            "session": self.session.stream,
            "conversation": self.conversation.stream,
            "export": f"export:{self.export.pk}",
            "import": f"import:{self.import_.pk}",
        }


def make_world() -> SimpleNamespace:
    """`ours`, whose texts all hold OURS, and `theirs`, whose texts all hold THEIRS, both made by the real actions."""
    ours = make_side("Arctic", lambda field: f"{field} OURS-CANARY")
    theirs = make_side("Elsewhere", lambda field: f"{field} THEIRS-CANARY")
    for side in (ours, theirs):
        _waiting(side)
    return SimpleNamespace(ours=ours, theirs=theirs)


def make_side(name: str, text: Text) -> Side:
    """A team with one object of each kind; text: what stands in a field of that name."""
    team = make_team(text("team"))
    people = {role: make_user(f"{name} {role}", team=team, role=role) for role in ROLES}
    for role, user in people.items():
        User.objects.filter(pk=user.pk).update(name=text(f"{role} name"))
    side = Side(team=team, people=people, secrets={}, text=text)
    side.actor = actor_for(people[Role.OWNER], team)
    _people(side)
    _vault(side)
    _endpoint(side)
    _conversations(side)
    _sessions(side)
    run_all()
    _broken_document(side)
    _pairs(side)
    _exports(side)
    run_all()
    return side


def _people(side: Side) -> None:
    extra = make_user(f"{side.team.pk.hex[-6:]} extra", team=side.team)
    User.objects.filter(pk=extra.pk).update(name=side.text("extra name"))
    side.membership = Membership.objects.get(user=extra)
    side.invitation, invited = invite(side.actor, role="member")
    side.token, token = create_api_token(side.actor.user, side.team, name=side.text("token"), scopes=["read"])
    newcomer = make_user(f"{side.team.pk.hex[-6:]} newcomer", team=side.team)
    side.secrets |= {"invitation": invited, "token": token}
    browser = Client(headers={"User-Agent": side.text("agent")})
    browser.force_login(side.person(Role.OWNER))
    side.open_session = OpenSession.objects.create(
        user=side.person(Role.OWNER), session_id=browser.cookies["sessionid"].value, agent=side.text("agent")
    )
    side.secrets["sign-in link"] = create_sign_in_link(newcomer).rstrip("/").rpartition("/")[2]


def _vault(side: Side) -> None:
    body = f"Heading\n\nThe battery lasts 18 hours, says the {side.text('document text')}. It weighs two kilograms.\n"
    side.document, _ = store_document(
        side.actor,
        [body.encode()],
        filename=f"{side.text('file')}.txt",
        title=side.text("title"),
        collection=side.text("shelf"),
    )
    side.collection = side.document.collection


def _broken_document(side: Side) -> None:
    data = [f"broken {side.team.pk}".encode()]
    side.failed_document, _ = store_document(side.actor, data, filename="broken.txt", title=side.text("broken"))
    fail_document(str(side.failed_document.pk), side.text("reason"), retryable=True)


def _endpoint(side: Side) -> None:
    side.secrets["endpoint key"] = f"sk-endpoint-{side.team.pk.hex}"
    fields = {
        "name": side.text("endpoint"),
        "base_url": "http://127.0.0.1:9/v1",
        "model": side.text("model"),
        "roles": [],
    }
    side.endpoint = save_endpoint(side.actor, Endpoint(team=side.team), fields, key=side.secrets["endpoint key"])


def _conversations(side: Side) -> None:
    side.answer = chat.start_conversation(side.actor, f"How long does the battery last, {side.text('question')}?")
    side.conversation, side.question = side.answer.conversation, side.answer.parent
    other = chat.start_conversation(side.actor, side.text("other question"))
    side.other_question, side.other_answer = other.parent, other
    gone = chat.start_conversation(side.actor, side.text("deleted question"))
    chat.delete_conversation(side.actor, gone.conversation)
    side.deleted_conversation = gone.conversation


def _sessions(side: Side) -> None:
    texts = [f"The battery lasts 18 hours. {side.text('evidence')} is right."]
    side.session = start_session(
        side.actor, f"How long, {side.text('session')}?", draft=f"60 hours. {side.text('draft')}.", texts=texts
    )
    side.cancelled_session = start_session(side.actor, side.text("cancelled"), draft="A draft.", texts=texts)
    cancel_session(side.actor, side.cancelled_session)


def _pairs(side: Side) -> None:
    for document in (side.document, side.answer, side.session):
        document.refresh_from_db()
    Citation.objects.create(
        message=side.answer,
        stands=False,
        n=9,
        title=side.text("citation"),
        quote=side.text("quote"),
    )
    fields = {
        "instruction": side.text("instruction"),
        "draft": side.text("pair draft"),
        "completion": f"{side.text('completion')} [1]",
        "evidence": [{"n": 1, "title": side.text("passage title"), "text": side.text("passage"), "start": 0, "end": 9}],
        "claims": [{"text": side.text("claim"), "verdict": "SUPPORTED", "quotes": [], "note": side.text("note")}],
        "critique": {"issues": [{"aspect": "tone", "severity": "major", "fix": side.text("fix")}]},
    }
    side.pair = make_pair(side.team, **fields)
    side.rejected_pair = make_pair(side.team, **{**fields, "instruction": side.text("rejected")})
    datasets.decide_pair(side.actor, side.rejected_pair, verdict="reject", version=1, reason=side.text("why not"))
    side.approved_pair = make_pair(side.team, **{**fields, "instruction": side.text("approved")})
    datasets.decide_pair(side.actor, side.approved_pair, verdict="approve", version=1, reason=side.text("decision"))


def _exports(side: Side) -> None:
    side.dataset = default_dataset(side.team)
    side.dataset.description = side.text("dataset")
    side.dataset.save()
    side.frame_secret, side.secrets["frame secret"] = datasets.make_frame_secret(side.actor, "old-reader")
    datasets.add_outside_key(side.actor, side.text("outside key"), pem(public(OTHER)))
    choice = datasets.ExportChoice(
        dataset=side.dataset,
        frames=True,
        frame_secret=side.frame_secret,
        description=side.text("export"),
        parquet=False,
    )
    side.export = datasets.start_export(side.actor, choice)


def _waiting(side: Side) -> None:
    """What waits for a person: exports that failed or need a signature, an import with problems, work to stop."""
    for thing in (side.export, side.document, side.approved_pair, side.session, side.answer):
        thing.refresh_from_db()
    assert side.export.is_ready, side.export.error
    assert side.document.state == Document.State.READY, side.document.reason
    side.key = datasets.signing_key(side.team)
    base = {"team": side.team, "dataset": side.dataset, "rows": 1, "version": "2"}
    side.failed_export = Export.objects.create(**base, state="failed", error=side.text("export error"))
    side.waiting_export = Export.objects.create(**base, state="waiting", signing="outside")
    side.waiting_export.unsigned.mkdir(parents=True)
    (side.waiting_export.unsigned / "signing_request.json").write_text("{}")
    side.building_export = Export.objects.create(**base, state="building")
    side.secrets["import secret"] = f"import-secret-{side.team.pk.hex}"
    file = SimpleUploadedFile(f"{side.text('import')}.jsonl", b'{"prompt": "a", "completion": "b"}\nnonsense\n')
    side.import_ = datasets.start_import(side.actor, side.dataset, file, secret=side.secrets["import secret"])
    problems = [{"line": 2, "code": "bad", "message": side.text("problem")}]
    Import.objects.filter(pk=side.import_.pk).update(state="asking", problems=problems, problem_count=1)
    tell(side.import_.pk, "asking")
    side.streaming = chat.start_conversation(side.actor, side.text("waiting question"))
    side.streaming_conversation = side.streaming.conversation
    side.running_session = start_session(side.actor, side.text("running"), draft="A draft.", texts=["Evidence."])
    Message.objects.filter(pk=side.other_answer.pk).update(
        state="failed", error=side.text("answer error"), finished=timezone.now()
    )
