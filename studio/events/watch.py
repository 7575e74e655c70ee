"""Who may watch a stream: each app registers a rule for the prefix of its streams."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.accounts.models import User

Rule = Callable[["User", str], bool]
_rules: dict[str, Rule] = {}


def watch(prefix: str) -> Callable[[Rule], Rule]:
    """Register the rule for streams `prefix:id`: may this person, whatever team they work in now, see that id?"""

    def register(rule: Rule) -> Rule:
        _rules[prefix] = rule
        return rule

    return register


def may_watch(user: "User", stream: str) -> bool:
    """Whether the person may read the stream; a stream without a rule is nobody's."""
    prefix, _, object_id = stream.partition(":")
    rule = _rules.get(prefix)
    return bool(rule and object_id and rule(user, object_id))
