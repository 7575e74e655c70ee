"""Documents for the vault's tests, and how they get into it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Team, User
from studio.vault.actions import store_document
from studio.vault.models import Document
from tests.jobs import run_all

HANDBOOK = """# Employee handbook

## Annual leave

Every employee is entitled to 28 days of paid holiday a year. Leave that is not taken lapses at the end of March.
Requests are made in the portal at least two weeks ahead.

## Sickness

Who is ill tells the team lead before nine in the morning. A doctor's note is needed from the third day on.

## Travel

Trains are booked in second class. A hotel may cost up to 120 euro a night.
"""

REACTOR = """# RX-40 manual

## Coolant pump

The coolant pump must be inspected every month by a certified engineer. Replace the seal XK-7731 when it leaks.

## Valves

Close valve V2 before opening valve V3. The pressure must stay below 4.5 bar.
"""


def actor_of(user: User, team: Team) -> Actor:
    """The person acting in that team."""
    actor = actor_for(user, team)
    assert actor is not None
    return actor


def stored(user: User, team: Team, text: str | bytes, *, filename: str = "", collection: str = "") -> Document:
    """A document that waits to be indexed."""
    data = text if isinstance(text, bytes) else text.encode()
    filename = filename or f"{data[:40].decode(errors='ignore').splitlines()[0].strip('# ') or 'file'}.md"
    return store_document(actor_of(user, team), [data], filename=filename, collection=collection)[0]


def ready(user: User, team: Team, text: str | bytes, *, filename: str = "", collection: str = "") -> Document:
    """A document whose indexing has ended, whatever way."""
    document = stored(user, team, text, filename=filename, collection=collection)
    run_all()
    document.refresh_from_db()
    return document


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file of this process grows beyond a size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
