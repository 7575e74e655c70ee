"""Log lines as key=value, with the ids of the request or job that they belong to."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from textwrap import indent

from django.core.exceptions import SuspiciousOperation

_bound: ContextVar[dict[str, object] | None] = ContextVar("log_fields", default=None)
_PLAIN = re.compile(r"[\w.:/@+-]+")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Add the fields to every line that is logged inside the block."""
    token = _bound.set({**(_bound.get() or {}), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


class KeyValueFormatter(logging.Formatter):
    """One event per line: time, level, logger, sentence, then key=value; what is not plain is quoted.

    The lines of a traceback are indented, so that nothing which somebody sent can look like a line of its own.
    """

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        fields = {k: v for k, v in vars(record).items() if k not in _STANDARD and k not in {"request", "status_code"}}
        fields = {**(_bound.get() or {}), **fields}
        line = f"{time} {record.levelname.lower()} {record.name} {record.getMessage()!r}"
        for key, value in fields.items():
            line += f" {key}={value}" if _PLAIN.fullmatch(str(value)) else f" {key}={str(value)!r}"
        # What a client did wrong, such as asking for a host that is not ours, has no cause in the code.
        if record.exc_info and not isinstance(record.exc_info[1], SuspiciousOperation):
            line += "\n" + indent(self.formatException(record.exc_info), "    ", lambda _: True)
        return line
