"""`manage.py ask "…"`: an answer from the vault in the terminal, with the words that prove it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.accounts.terminal import find_actor
from studio.chat.answering import answer_once, host_of
from studio.chat.core.answer import Answered
from studio.chat.queries import CLOSEST, beginning
from studio.web.formats import money


class Command(BaseCommand):
    help = "Answer a question from a team's vault; progress goes to stderr, the answer to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--team", default="", help="Name or id; needed when there is more than one team.")

    def handle(self, *args: Any, question: str, team: str, **options: Any) -> None:
        if not question.strip():
            raise CommandError("Write a question.")
        settings.STUDIO_ROLE = "worker"  # who runs commands holds the keys of the endpoints, as a worker does
        asked = find_actor(team).team
        self.written = 0
        try:
            answered = answer_once(question.strip(), host_of(asked), on_progress=self.progress)
        except KeyboardInterrupt:
            self.line_end()
            raise CommandError("Stopped.", returncode=130) from None
        self.line_end()
        if answered.state == "failed":
            raise CommandError(answered.error)
        self.report(answered)

    def progress(self, text: str) -> None:
        """Replace the progress line on a terminal; elsewhere write each stage once."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{text:<{self.written}}", ending="")
            self.stderr.flush()
            self.written = len(text)
        elif not text.startswith("Writing"):
            self.stderr.write(text)

    def line_end(self) -> None:
        if self.written:
            self.stderr.write("")

    def report(self, answered: Answered) -> None:
        self.stdout.write(answered.text)
        if answered.citations:
            self.stdout.write("")
        for citation in answered.citations:
            quote = " ".join(citation.quote.split())
            self.stdout.write(f"[{citation.n}] {citation.title}, {citation.start}–{citation.end}: “{quote}”")
        if not answered.citations and answered.passages:
            self.stdout.write("\nClosest passages:")
            for passage in answered.passages[:CLOSEST]:
                text = " ".join(beginning(passage.text).split())
                self.stdout.write(f"{passage.title}, {passage.start}–{passage.end}: “{text}”")
        if removed := len(answered.removed):
            what = "citation did not stand and was" if removed == 1 else "citations did not stand and were"
            self.stdout.write(f"\n{removed} {what} removed.")
        if answered.is_cut:
            self.stdout.write("\nThe answer reached its length limit.")
        if reply := answered.reply:
            cost = [money(reply.cost_usd)] if reply.cost_usd is not None else []
            tokens = [f"{reply.usage.total} tokens"] if reply.usage.total else []
            self.stderr.write(" · ".join([reply.teacher, reply.model, *tokens, *cost]))
