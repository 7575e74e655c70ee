"""Nothing that somebody sends makes a line of its own in the log."""

import logging

import pytest
from django.core.exceptions import DisallowedHost

from studio.web.logs import KeyValueFormatter, bound

FORGED = [
    "x\n2026-01-01T00:00:00.000Z error studio.web 'forged'",
    "x\r2026-01-01T00:00:00.000Z",
    "x\u2028forged",
    "x\x85forged",
    "\x1b[2Jforged",
    "a b=c",
    "x\ty=z",
]


def line(**fields: object) -> str:
    record = logging.LogRecord("studio.web", logging.WARNING, "", 0, "access denied", (), None)
    record.__dict__.update(fields)
    return KeyValueFormatter().format(record)


def test_plain_values_stand_as_they_are():
    with bound(request="0bce03fd7224"):
        assert line(path="/vault/", n=3).endswith("studio.web 'access denied' request=0bce03fd7224 path=/vault/ n=3")


@pytest.mark.parametrize("forged", FORGED)
def test_a_value_stays_one_quoted_value_on_one_line(forged):
    made = line(path=forged)
    assert len(made.splitlines()) == 1
    assert made.isprintable()
    assert made.endswith(f" path={forged!r}")


@pytest.mark.parametrize("forged", FORGED)
def test_a_traceback_cannot_look_like_a_line(forged):
    try:
        raise ValueError(forged)
    except ValueError as error:
        made = line(exc_info=(type(error), error, error.__traceback__))
    assert [each for each in made.splitlines() if each.startswith(("2026-01-01", "forged"))] == []


def test_a_client_that_asks_for_another_host_makes_one_line():
    try:
        raise DisallowedHost("Invalid HTTP_HOST header: 'thief.example'.")
    except DisallowedHost as error:
        made = line(exc_info=(type(error), error, error.__traceback__))
    assert len(made.splitlines()) == 1
