"""`manage.py up`: the whole studio on this machine, until Ctrl-C."""

from contextlib import suppress
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
        except KeyboardInterrupt:
            raise CommandError("Stopped before anything was started.", returncode=130) from None

    def _say(self, line: str) -> None:
        with suppress(OSError):  # the terminal may be gone; what was started has to be ended all the same
            self.stdout.write(line)
            self.stdout.flush()  # also where a service manager reads it through a pipe
