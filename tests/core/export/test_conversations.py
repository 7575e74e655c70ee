"""A conversation of the studio gives a pair for each finished answer, whatever its file holds."""

import io
import json
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.core.imports import Candidate, Problem, read

DOCUMENT = str(UUID(int=7))
CITATION = {
    "n": 1,
    "document_id": DOCUMENT,
    "chunk_id": 3,
    "title": "Manual",
    "start": 4,
    "end": 12,
    "quote": "18 hours",
    "text_sha256": "ab" * 32,
}


def question(number: int, text: str, *, below: int | None = None) -> dict[str, object]:
    return {"id": f"m{number}", "parent": below and f"m{below}", "role": "user", "state": "done", "text": text}


def answer(number: int, text: str, *, to: int, **fields: object) -> dict[str, object]:
    given = {"model": "model-a", "citations": [], **fields}
    return {"id": f"m{number}", "parent": f"m{to}", "role": "assistant", "state": "done", "text": text, **given}


def take(*messages: object) -> list[Candidate | Problem]:
    data = json.dumps({"id": "c", "title": "T", "created": "2026-01-01T00:00:00Z", "messages": messages})
    return list(read(io.BytesIO(data.encode())))


FIRST = question(1, "How long does it last?")


def test_each_finished_answer_is_a_pair_with_its_question() -> None:
    unfinished = [answer(number, "Half", to=1, state=state) for number, state in ((5, "streaming"), (6, "failed"))]
    unfinished.append(answer(7, "The vault is empty.", to=1, model=""))
    found = take(FIRST, answer(2, "18 hours [1].", to=1, citations=[CITATION]), answer(4, "A day.", to=1), *unfinished)
    assert [(item.instruction, item.completion) for item in found if isinstance(item, Candidate)] == [
        ("How long does it last?", "18 hours [1]."),
        ("How long does it last?", "A day."),
    ]
    first = found[0]
    assert isinstance(first, Candidate)
    assert (first.kind, first.teachers, first.external_id, first.system) == ("conversation", ("model-a",), "m2", None)


def test_citations_become_the_evidence() -> None:
    [found] = take(FIRST, answer(2, "18 hours [1].", to=1, citations=[CITATION]))
    assert isinstance(found, Candidate)
    assert dict(found.evidence[0]) == {
        "n": 1,
        "document_id": DOCUMENT,
        "title": "Manual",
        "sha256": "ab" * 32,
        "start": 4,
        "end": 12,
        "text": "18 hours",
    }


def test_a_follow_up_keeps_what_was_said_on_its_branch() -> None:
    found = take(
        FIRST,
        answer(2, "18 hours.", to=1),
        answer(3, "A day.", to=1),
        question(4, "And cold?", below=3),
        answer(5, "12 hours.", to=4),
    )
    last = found[-1]
    assert isinstance(last, Candidate)
    earlier = "[user]\nHow long does it last?\n\n[assistant]\nA day."
    assert (last.instruction, last.system) == ("And cold?", f"Earlier in this conversation:\n\n{earlier}")


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([answer(2, "A", to=1)], "import.turns"),
        ([FIRST, answer(2, " ", to=1)], "import.text"),
        ([question(1, " "), answer(2, "A", to=1)], "import.text"),
        ([FIRST, answer(2, "A", to=2)], "import.turns"),
        ([question(1, "Q", below=2), answer(2, "A", to=1)], "import.turns"),
        ([FIRST, answer(2, "A", to=1, citations=None)], "import.evidence"),
        ([FIRST, answer(2, "A", to=1, citations=[CITATION | {"document_id": "x"}])], "import.evidence"),
        ([FIRST, answer(2, "A", to=1, citations=[CITATION | {"text_sha256": "x"}])], "import.evidence"),
        ([FIRST, answer(2, "A", to=1, citations=[CITATION | {"n": -1}])], "import.evidence"),
        ([FIRST, answer(2, "A", to=1, citations=[CITATION | {"quote": "x" * 300_001}])], "import.long"),
        (
            [question(1, "Q" * 100_001), answer(2, "A", to=1), question(3, "Q", below=2), answer(4, "A", to=3)],
            "import.long",
        ),
        ([7], "import.turns"),
    ],
)
def test_what_is_no_pair_is_a_problem(messages: list[object], code: str) -> None:
    assert code in [item.code for item in take(*messages) if isinstance(item, Problem)]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.sampled_from(["m1", "m2", "user", "assistant", "done"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(CITATION)), inner, max_size=8),
    max_leaves=8,
)
MESSAGES = st.dictionaries(st.sampled_from(["id", "parent", "role", "state", "text", "citations", "model"]), VALUES)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MESSAGES, max_size=4))
def test_any_conversation_gives_candidates_and_problems(messages: list[object]) -> None:
    assert all(isinstance(item, Candidate | Problem) for item in take(FIRST, *messages))
