"""`manage.py setup`: an owner, a team and an API token without a browser."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from studio.accounts.access import SCOPES
from studio.accounts.actions import create_api_token, setup_owner
from studio.accounts.models import Team, User
from studio.supervisor.preparing import migrate_if_empty


class Command(BaseCommand):
    help = (
        "Create the owner and the team where they are missing, and print a fresh API token with every scope. "
        "Running it again with the same address and team makes another token and changes nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="address of the owner")
        parser.add_argument("--team", required=True, help="name of the team")
        parser.add_argument("--password-file", type=Path, help="file whose first line becomes the owner's password")
        parser.add_argument("--json", action="store_true", help="print one JSON object: user, team, token, url")

    def handle(self, *args: Any, **options: Any) -> None:
        migrate_if_empty()
        email, name = options["email"].strip().lower(), options["team"].strip()
        try:
            validate_email(email)
            Team(name=name).full_clean()
            password = _password(options["password_file"], email)
        except (ValidationError, OSError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        if User.objects.filter(email=email, is_active=False).exists():
            raise CommandError("The account with this address is closed. Another owner can open it on the Team page.")
        user, team = setup_owner(email, name, password=password)
        _, token = create_api_token(user, team, name="setup", scopes=list(SCOPES))
        result = {"user": user.email, "team": str(team.pk), "token": token, "url": settings.STUDIO_BASE_URL}
        if options["json"]:
            self.stdout.write(json.dumps(result))
            return
        self.stdout.write(f"{user.email} owns the team {team.name} ({team.pk}) at {result['url']}")
        self.stdout.write(f"API token, shown only now: {token}")


def _password(path: Path | None, email: str) -> str:
    """The file's first line, checked like a password typed on a page; empty without a file."""
    if path is None:
        return ""
    password = path.read_text().partition("\n")[0].rstrip("\r")
    validate_password(password, User(email=email))
    return password
