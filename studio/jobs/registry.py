"""The registry of job functions and what they may raise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Queue = Literal["io", "cpu"]
UNKNOWN_ATTEMPTS = 8
Run = Callable[..., None]
OnFailure = Callable[[dict[str, Any], str], None]


class JobError(Exception):
    """The job ended without doing its work."""


class Retry(JobError):
    """Not now: run the same job again after a while. Does not count as a failed attempt."""

    def __init__(self, after_s: float, reason: str) -> None:
        super().__init__(reason)
        self.after_s = after_s


class JobFailed(JobError):
    """The work cannot be done, and trying again would not help.

    message: a sentence for people. cause: for operators.
    """

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A registered job function.

    queue: "io" waits on models and sockets (threads), "cpu" computes (processes).
    on_failure: called with the job's arguments and the sentence once it has failed for good, so that the object it
    worked on can say so; it must be idempotent.
    """

    name: str
    run: Run
    queue: Queue
    max_attempts: int
    on_failure: OnFailure | None


_definitions: dict[str, Definition] = {}


def job(name: str, *, queue: Queue, max_attempts: int = 3, on_failure: OnFailure | None = None) -> Callable[[Run], Run]:
    """Register a job function `app.verb_noun`; it is called with a JobContext and the ids it was enqueued with.

    The function must load what it needs, ask the state again and act only if still wanted, because a crash may have it
    run once more. It may raise Retry or JobFailed; any other error is tried again up to `max_attempts`.
    """

    def register(run: Run) -> Run:
        _definitions[name] = Definition(
            name=name, run=run, queue=queue, max_attempts=max_attempts, on_failure=on_failure
        )
        return run

    return register


def definition(name: str) -> Definition:
    """The registered job. Raises KeyError."""
    return _definitions[name]


def recorded(name: str) -> Definition:
    """The job of a row on record. Rows outlive code, so a name that this version does not know gets a stand-in, which
    tries often enough for a worker of another version to take the job during an upgrade, and then fails it."""
    stand_in = Definition(name=name, run=_unknown, queue="io", max_attempts=UNKNOWN_ATTEMPTS, on_failure=None)
    return _definitions.get(name, stand_in)


def _unknown(*_: object, **__: object) -> None:
    raise LookupError("this version of the studio knows no such job")
