"""What a session holds so far, rebuilt from its recorded answers without asking or writing anything."""

from typing import Any

from studio.events.models import Event
from studio.llm.steps import Flow, Note, Refusal, answer_from_data
from teacher.core.loop import draft_critique_revise
from teacher.core.outcome import Outcome
from teacher.core.rubrics import Bar
from teacher.core.settings import Settings
from teacher.models import Session


def flow_of(session: Session) -> Flow[Outcome]:
    """The flow of a session; it depends on the row alone."""
    settings = Settings(bar=Bar(threshold=float(session.threshold)), max_iterations=session.max_iterations)
    return draft_critique_revise(session.question, session.given_draft, session.passages(), settings=settings)


def replay(session: Session, end: Refusal) -> Outcome:
    """The outcome if the first question without a recorded answer is answered with `end`."""
    answers = Event.objects.of(session.stream).filter(kind="step.answered").only("key", "data")
    recorded = {event.key: event.data for event in answers}
    flow, to_send = flow_of(session), None
    answer: Any
    while True:
        try:
            step = flow.send(to_send)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome
        if isinstance(step, Note):
            to_send = None
            continue
        found = recorded.get(f"answer:{step.key}")
        fits = found is not None and found["fingerprint"] == step.fingerprint
        answer = answer_from_data(found["answer"]) if found is not None and fits else end
        to_send = answer
