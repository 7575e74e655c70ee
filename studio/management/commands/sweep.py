"""`manage.py sweep`: the repair pass for jobs, for installations that do not use `manage.py up`."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from studio.jobs.actions import sweep


class Command(BaseCommand):
    help = "Returns jobs of dead workers to their queues and publishes jobs that a broker lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="repeat every second until the process is ended")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            repaired = sweep()
            close_old_connections()
            if repaired or not options["forever"]:
                self.stdout.write(f"{repaired} jobs put back or published again")
            if not options["forever"]:
                return
            time.sleep(1)
