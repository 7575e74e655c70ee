"""`manage.py change_seal_key`: every stored secret sealed for a fresh key, when the one before may have been seen."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from datasets.models import FrameSecret, Import, SigningKey
from studio.accounts import secrets
from studio.endpoints.asking import key_context
from studio.endpoints.models import Endpoint
from studio.sealing import CannotOpen, Sealer
from studio.supervisor.main import running_supervisor

#: Every column that holds a sealed secret, with what the secret of a row is bound to.
SEALED: list[tuple[type[Model], str, Callable[[Any], str]]] = [
    (Endpoint, "sealed_key", lambda row: key_context(row, row.base_url)),
    (SigningKey, "sealed", lambda row: row.context),
    (FrameSecret, "sealed", lambda row: row.context),
    (Import, "sealed_secret", lambda row: row.context),
]


class Command(BaseCommand):
    help = (
        "Seals every stored secret anew: for a fresh key in the data folder, while the studio is stopped, or for the "
        "first of the two keys in STUDIO_SEAL_KEY. Cut off, it may be run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if secrets.has_given_keys():
            keys = secrets.opening_keys()
            if len(keys) != 2:
                raise CommandError("Put the new key before the old one into STUDIO_SEAL_KEY, with a space between.")
            self._reseal(Sealer.from_opening_keys(keys))
            self.stdout.write("Take the old key out of STUDIO_SEAL_KEY now.")
            return
        if pid := running_supervisor():
            raise CommandError(f"The studio runs (process {pid}). Stop it first: it seals for the key of its start.")
        secrets.change_key(self._reseal)
        self.stdout.write(f"Keep a copy of {settings.STUDIO_KEYS_DIR}/seal.key: the one before opens nothing any more.")

    def _reseal(self, sealer: Sealer) -> None:
        done = lost = 0
        for model, field, context in SEALED:
            for row in model._default_manager.exclude(**{field: ""}).order_by("pk"):
                sealed = getattr(row, field)
                try:
                    again = sealer.seal(sealer.open(sealed, context(row)), context(row))
                except CannotOpen:
                    lost += 1
                    continue
                # Unless somebody has given it another secret meanwhile, which is sealed for the new key already.
                done += model._default_manager.filter(pk=row.pk, **{field: sealed}).update(**{field: again})
        self.stdout.write(f"{done} secrets are sealed for the new key.")
        if lost:
            self.stdout.write(f"{lost} could not be opened before either, and have to be entered again.")
