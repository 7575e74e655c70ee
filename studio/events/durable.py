"""Drives a flow so that a crash loses nothing: an answer is an event before the flow sees it, a retry replays them.

Between "sent" and "recorded" nobody can know whether a call was paid, so a call that a crash cut off is asked once more
and the log says so (`step.repeated`); everything else is asked exactly once.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from pydantic import JsonValue

from studio.events.actions import append
from studio.events.kinds import Payload, kind
from studio.events.models import Event
from studio.llm.steps import Answer, Ask, Call, Flow, Note, answer_from_data

T = TypeVar("T")
AskModel = Callable[[Ask], Answer]
CallHost = Callable[[str, Mapping[str, Any]], JsonValue]


@kind("step.started", template="events/step_started.html")
class StepStarted(Payload):
    step: str
    role: str
    fingerprint: str


@kind("step.repeated")
class StepRepeated(Payload):
    step: str


@kind("step.answered")
class StepAnswered(Payload):
    step: str
    fingerprint: str
    answer: JsonValue


class FlowChanged(RuntimeError):
    """The recorded answers belong to other questions: the flow's code or its inputs changed meanwhile."""


def run(stream: str, flow: Flow[T], *, ask: AskModel, call: CallHost | None = None) -> T:
    """Run the flow to its end and return its result.

    ask: asks a model; it may raise to give up for now (the job then tries again later and replays what is recorded).
    call: runs a host function by name, for flows that yield Call.
    Raises FlowChanged when a recorded answer does not belong to the question that is asked now.
    """
    events = list(Event.objects.of(stream))
    recorded: dict[str, Event] = {event.key: event for event in events if event.key}
    starts = Counter(event.data["step"] for event in events if event.kind == "step.started")
    # Who gives up in order says why, as a later event; after a crash the question is the last that was heard.
    is_cut_off = bool(events) and events[-1].kind in ("step.started", "step.repeated")
    cut_off = events[-1].data["step"] if is_cut_off else ""
    to_send: Any = None
    while True:
        try:
            step = flow.send(to_send)
        except StopIteration as stop:
            return cast("T", stop.value)
        if isinstance(step, Note):
            append(stream, step.kind, step.data, key=f"note:{step.key}")
            to_send = None
            continue
        answered = recorded.get(f"answer:{step.key}")
        if answered and answered.data["fingerprint"] != step.fingerprint:
            raise FlowChanged(f"{FlowChanged.__doc__} Step: {step.key}.")
        if answered:
            to_send = _from_record(step, answered.data["answer"])
            continue
        if step.key == cut_off:
            append(stream, "step.repeated", {"step": step.key})
        else:
            role = step.role if isinstance(step, Ask) else step.name
            start = {"step": step.key, "role": role, "fingerprint": step.fingerprint}
            append(stream, "step.started", start, key=f"start:{step.key}:{starts[step.key]}")
        answer = _answer(step, ask, call)
        record = {"step": step.key, "fingerprint": step.fingerprint, "answer": answer}
        kept = append(stream, "step.answered", record, key=f"answer:{step.key}")  # another worker may have been quicker
        to_send = _from_record(step, kept.data["answer"])


def _answer(step: Ask | Call, ask: AskModel, call: CallHost | None) -> Any:
    if isinstance(step, Ask):
        return ask(step).as_data()
    if call is None:
        raise TypeError(f"this flow calls the host function {step.name}, and none was given")
    return call(step.name, step.args)


def _from_record(step: Ask | Call, answer: Any) -> Any:
    """What the flow receives is always built from the recorded form, so a replay cannot differ from the first run."""
    return answer_from_data(answer) if isinstance(step, Ask) else answer
