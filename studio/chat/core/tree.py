"""A conversation is a tree: an edited question and a regenerated answer stand beside the first one, none is lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[Id]):
    """One message on the shown branch; siblings: it and its alternatives, oldest first."""

    id: Id
    siblings: tuple[Id, ...]

    @property
    def position(self) -> int:
        """Its place among the alternatives, from 1."""
        return self.siblings.index(self.id) + 1

    @property
    def previous(self) -> Id | None:
        return self.siblings[self.position - 2] if self.position > 1 else None

    @property
    def next(self) -> Id | None:
        return self.siblings[self.position] if self.position < len(self.siblings) else None


def branch(messages: Iterable[tuple[Id, Id | None]], at: Id | None = None) -> list[Step[Id]]:
    """The branch to show, from the first question down.

    messages: (id, parent id or None) oldest first. at: a message the branch leads through, and on to the newest message
    below it; without one, or for an id that is not there, the branch of the newest message.
    """
    parents: dict[Id, Id | None] = {}
    children: dict[Id | None, list[Id]] = {}
    for message, parent in messages:
        parents[message] = parent
        children.setdefault(parent, []).append(message)
    if not parents:
        return []
    start = at if at is not None and at in parents else next(reversed(parents))
    path = _way_up(_newest_below(start, parents, children), parents)
    return [Step(id=message, siblings=tuple(children[parents[message]])) for message in path]


def _way_up(message: Id, parents: dict[Id, Id | None]) -> list[Id]:
    """From the first question down to the message."""
    path = [message]
    while (above := parents[path[-1]]) is not None:
        path.append(above)
    return path[::-1]


def _newest_below(start: Id, parents: dict[Id, Id | None], children: dict[Id | None, list[Id]]) -> Id:
    """The newest message in the subtree of `start`."""
    order = {message: index for index, message in enumerate(parents)}
    newest, waiting = start, [start]
    while waiting:
        message = waiting.pop()
        newest = max(newest, message, key=order.__getitem__)
        waiting.extend(children.get(message, ()))
    return newest
