"""`manage.py sweep`: the repair pass for jobs, for installations that do not use `manage.py up`."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from studio.supervisor.upkeep import Upkeep


class Command(BaseCommand):
    help = "Returns jobs of dead workers to their queues and publishes jobs that a broker lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="repeat every second until the process is ended")

    def handle(self, *args: Any, **options: Any) -> None:
        upkeep = Upkeep()
        while True:
            try:
                repaired = upkeep.tend()
            except DatabaseError as error:
                if not options["forever"]:
                    raise CommandError(f"The database cannot be used: {error}") from error
                self.stderr.write(f"The sweeper could not work: {error}")
                repaired = 0
            if repaired or not options["forever"]:
                self.stdout.write(f"{repaired} jobs put back or published again")
            if not options["forever"]:
                return
            time.sleep(1)
