"""`manage.py demo`: the main job on the sample documents, from upload to a verified export."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from datasets.actions import ExportChoice, decide_pair, start_export
from datasets.models import Export, Pair
from datasets.models.dataset import default_dataset
from studio import samples
from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Membership, Role, Team, User
from studio.jobs.terminal import finish
from studio.supervisor.preparing import migrate_if_empty
from studio.vault.actions import INDEX_JOB, job_key, store_document
from studio.vault.models import Document
from teacher.actions import JOB as SESSION_JOB
from teacher.actions import start_session
from teacher.models import Session

TEAM = "Demo"
REVIEWER = "demo-reviewer@studio.invalid"
REVIEWER_NAME = "Demo reviewer (a stand-in, not a person)"


class Command(BaseCommand):
    help = (
        "Sample documents, five questions, their sessions, approvals by a stand-in, a signed export, its verification."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        settings.STUDIO_ROLE = "worker"  # this process does the work itself where no worker runs
        migrate_if_empty()
        actor = stand_in()
        self._say(f"The team “{TEAM}” holds what this makes. Approvals are made by: {REVIEWER_NAME}.")
        self._documents(actor)
        sessions = [self._session(actor, n, question) for n, question in enumerate(samples.QUESTIONS, start=1)]
        self._approve(actor, [session for session in sessions if session.pair_id])
        self._verify(self._export(actor))
        self._say(f"\nTo look at it: {settings.STUDIO_BASE_URL}, team “{actor.team}” in the menu at the top.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _documents(self, actor: Actor) -> None:
        self._say(f"\n1. Documents ({len(samples.DOCUMENTS)})")
        for path in samples.DOCUMENTS:
            document, _ = store_document(actor, [path.read_bytes()], filename=path.name)
            finish(INDEX_JOB, job_key(document.pk))
            document.refresh_from_db()
            if document.state != Document.State.READY:
                raise CommandError(f"{path.name}: {document.reason}")
            self._say(f"   {path.name}: {document.chunk_count} passages")

    def _session(self, actor: Actor, n: int, question: str) -> Session:
        if n == 1:
            self._say(f"\n2. Questions and sessions ({len(samples.QUESTIONS)})")
        session = start_session(actor, question, draft=samples.DRAFTS.get(question, ""))
        finish(SESSION_JOB, session.job_key)
        session.refresh_from_db()
        self._say(f"   {n}. {question}")
        if session.given_draft:
            self._say(f"      draft:  {session.given_draft}")
        self._say(f"      answer: {session.best_text or session.message}")
        supported = sum(claim["verdict"] == "SUPPORTED" for claim in session.claims)
        self._say(
            f"      {session.get_state_display().lower()}, {session.stop_reason}, score {session.score}, "
            f"{supported} of {len(session.claims)} claims supported, {session.iterations} judged"
        )
        return session

    def _approve(self, actor: Actor, sessions: list[Session]) -> None:
        self._say(f"\n3. Review ({len(sessions)} pairs)")
        for session in sessions:
            pair = Pair.objects.awaiting_review().filter(session_id=session.pk).first()
            if pair is None:
                continue
            verdict, reason = (
                ("approve", "")
                if session.stop_reason.startswith("accepted")
                else ("reject", "not accepted by the session")
            )
            decide_pair(actor, pair, verdict=verdict, version=pair.version, reason=reason)
            self._say(f"   {pair.get_status_display().lower()}: {pair.title}")

    def _export(self, actor: Actor) -> Export:
        self._say("\n4. Export")
        export = start_export(actor, ExportChoice(dataset=default_dataset(actor.team), frames=True))
        finish("datasets.build_export", f"export:{export.pk}")
        export.refresh_from_db()
        if not export.is_ready:
            raise CommandError(f"The export failed: {export.error}")
        self._say(f"   {export.rows} pairs in {export.folder}")
        return export

    def _verify(self, export: Export) -> None:
        self._say("\n5. Verify, as a stranger would")
        command = ["-m", "datasets.core.verify", str(export.folder), "--key", export.key_id]
        self._say(f"   python {' '.join(command)}")
        done = subprocess.run(
            [sys.executable, *command], cwd=Path(settings.BASE_DIR), check=False, capture_output=True, text=True
        )
        for line in (done.stdout + done.stderr).splitlines():
            self._say(f"   {line}")
        if done.returncode:
            raise CommandError("The export does not verify.")


def stand_in() -> Actor:
    """The named stand-in in the demo team; the owners of this studio own that team too, so that they see it."""
    reviewer = User.objects.filter(email=REVIEWER).first()
    if reviewer is None:
        reviewer = User.objects.create_user(REVIEWER, name=REVIEWER_NAME, is_demo=True)
    team = Team.objects.filter(memberships__user=reviewer).first() or Team.objects.create(name=TEAM)
    Membership.objects.get_or_create(user=reviewer, team=team, defaults={"role": Role.ADMIN})
    for owner in User.objects.filter(memberships__role=Role.OWNER, is_demo=False).distinct():
        Membership.objects.get_or_create(user=owner, team=team, defaults={"role": Role.OWNER})
    actor = actor_for(reviewer, team)
    if actor is None:
        raise CommandError("The stand-in reviewer was taken out of the demo team; put it back or delete the team.")
    return actor
