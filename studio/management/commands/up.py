"""`manage.py up`: the whole studio on this machine, until Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.supervisor.main import CannotStart, Supervisor


class Command(BaseCommand):
    help = "Prepares the data folder, starts web and workers, keeps them alive, and ends them with Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Supervisor(self._say).run()
        except CannotStart as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # also where a service manager reads it through a pipe
