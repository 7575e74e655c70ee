"""`manage.py status`: how the studio is doing, with an exit code for monitoring."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.supervisor.condition import findings


class Command(BaseCommand):
    help = "Prints queues, leases, disk, sweeper and versions. Ends with 1 when something needs a look, else with 0."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object: ok, findings")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(findings())
        troubles = [finding.trouble for finding in found if finding.trouble]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not troubles, "findings": [asdict(finding) for finding in found]}))
        else:
            for finding in found:
                self.stdout.write(f"{'!' if finding.trouble else ' '} {finding.name:<10} {finding.text}")
        if troubles:
            raise CommandError(" ".join(troubles))
