"""`manage.py up`: the whole studio on this machine, until Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.supervisor.main import CannotStart, Supervisor


class Command(BaseCommand):
    help = "Prepares the data folder, starts web and workers, keeps them alive, and ends them with Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Supervisor(lambda line: self.stdout.write(line, ending="\n")).run()
        except CannotStart as error:
            raise CommandError(str(error)) from error
