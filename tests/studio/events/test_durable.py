"""A flow that is interrupted anywhere goes on as if nothing had happened."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.events.actions import append
from studio.events.durable import FlowChanged, run
from studio.events.kinds import Payload, kind
from studio.events.models import Event
from studio.llm.steps import Ask, Call, Flow, Note, Reply

pytestmark = pytest.mark.django_db


@kind("sample.noted")
class SampleNoted(Payload):
    text: str


def ask(key: str, question: str = "?") -> Ask:
    return Ask(key=key, role="drafter", inputs={"question": question}, messages=())


def three_questions() -> Flow[str]:
    texts = []
    for n in range(3):
        reply = yield ask(f"ask.{n}")
        yield Note(kind="sample.noted", data={"text": reply.text}, key=f"n{n}")
        found = yield Call(key=f"call.{n}", name="double", args={"text": reply.text})
        texts.append(str(found))
    return " ".join(texts)


class Interrupted(Exception):
    """The process was killed here."""


class World:
    """Answers questions, counts them, and dies before the answers whose numbers are given."""

    def __init__(self, dies_at: set[int]) -> None:
        self.dies_at = dies_at
        self.answered = 0

    def ask(self, asked: Ask) -> Reply:
        return Reply(text=self._next(f"reply to {asked.key}"))

    def call(self, name: str, args: object) -> str:
        assert isinstance(args, dict)
        return self._next(args["text"] * 2)

    def _next(self, text: str) -> str:
        if self.answered in self.dies_at:
            self.dies_at.discard(self.answered)
            raise Interrupted
        self.answered += 1
        return text


def to_the_end(world: World, flow: Callable[[], Flow[str]]) -> str:
    while True:
        try:
            return run("sample:1", flow(), ask=world.ask, call=world.call)
        except Interrupted:
            continue


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(dies_at=st.sets(st.integers(0, 5)))
def test_every_question_is_answered_once_however_often_it_dies(dies_at: set[int]) -> None:
    Event.objects.all().delete()
    world = World(set(dies_at))
    assert to_the_end(world, three_questions) == " ".join(f"reply to ask.{n}" * 2 for n in range(3))
    assert world.answered == 6
    noted = Event.objects.of("sample:1").filter(kind="sample.noted")
    assert [event.data["text"] for event in noted] == [f"reply to ask.{n}" for n in range(3)]
    assert Event.objects.filter(kind="step.repeated").count() == len(dies_at)


def test_a_question_that_was_put_off_is_not_called_repeated() -> None:
    def put_off(_: Ask) -> Reply:
        append("sample:1", "sample.noted", {"text": "The teacher is away."})
        raise Interrupted

    with pytest.raises(Interrupted):
        run("sample:1", three_questions(), ask=put_off, call=World(set()).call)
    to_the_end(World({0}), three_questions)
    kinds = Event.objects.of("sample:1").values_list("kind", flat=True)
    assert list(kinds)[:5] == ["step.started", "sample.noted", "step.started", "step.repeated", "step.answered"]


def test_a_finished_flow_replays_without_asking() -> None:
    world = World(set())
    first = to_the_end(world, three_questions)
    events = Event.objects.count()
    assert to_the_end(world, three_questions) == first
    assert (world.answered, Event.objects.count()) == (6, events)


def test_a_recorded_answer_to_another_question_fails_plainly() -> None:
    def flow(question: str) -> Flow[str]:
        reply = yield ask("ask.1", question)
        return str(reply.text)

    world = World(set())
    run("sample:1", flow("old"), ask=world.ask)
    with pytest.raises(FlowChanged):
        run("sample:1", flow("new"), ask=world.ask)


def test_other_events_on_the_stream_do_not_disturb_the_flow() -> None:
    append("sample:1", "sample.noted", {"text": "before"})
    assert to_the_end(World(set()), three_questions)


def test_of_two_workers_that_ask_the_same_the_first_answer_counts_for_both() -> None:
    def quicker(asked: Ask) -> Reply:
        return Reply(text=f"quick {asked.key}")

    def slow(asked: Ask) -> Reply:
        if asked.key == "ask.0":
            ends.append(run("session:twice", three_questions(), ask=quicker, call=World(set()).call))
        return Reply(text=f"slow {asked.key}")

    ends: list[str] = []
    ends.append(run("session:twice", three_questions(), ask=slow, call=World(set()).call))
    again = run("session:twice", three_questions(), ask=slow, call=World(set()).call)
    assert ends[0] == ends[1] == again
    notes = [event.data["text"] for event in Event.objects.of("session:twice").filter(kind="sample.noted")]
    assert notes == ["quick ask.0", "quick ask.1", "quick ask.2"]
