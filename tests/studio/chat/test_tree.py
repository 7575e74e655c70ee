"""The tree of a conversation: which branch is shown."""

from hypothesis import given
from hypothesis import strategies as st

from studio.chat.core.tree import branch

EDITED = [("q1", None), ("a1", "q1"), ("q2", "a1"), ("a2", "q2"), ("q2b", "a1"), ("a2b", "q2b")]


def ids(messages: list[tuple[str, str | None]], at: str | None = None) -> list[str]:
    return [step.id for step in branch(messages, at)]


def test_the_newest_branch_is_shown_without_a_wish() -> None:
    assert ids(EDITED) == ["q1", "a1", "q2b", "a2b"]


def test_a_wish_leads_through_its_message_to_the_newest_below() -> None:
    assert ids(EDITED, "q2") == ["q1", "a1", "q2", "a2"]
    assert ids(EDITED, "a1") == ["q1", "a1", "q2b", "a2b"]


def test_a_wish_for_a_message_of_another_conversation_is_ignored() -> None:
    assert ids(EDITED, "elsewhere") == ids(EDITED)


def test_alternatives_know_their_place() -> None:
    step = branch(EDITED, "q2")[2]
    assert (step.position, step.siblings, step.previous, step.next) == (1, ("q2", "q2b"), None, "q2b")


def test_an_empty_conversation_shows_nothing() -> None:
    assert branch([]) == []


@given(st.lists(st.integers(min_value=-1, max_value=30), max_size=30), st.integers(0, 30))
def test_a_branch_is_one_way_from_a_beginning_to_an_end(choices: list[int], at: int) -> None:
    messages = [(n, None if choice < 0 or not n else choice % n) for n, choice in enumerate(choices)]
    way = branch(messages, at)
    parents = dict(messages)
    for above, below in zip([None, *way], way, strict=False):
        assert parents[below.id] == (above.id if above else None)
        assert below.id in below.siblings
    if way:
        assert way[-1].id not in parents.values()
        assert at not in parents or at in [step.id for step in way]
