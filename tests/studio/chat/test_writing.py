"""Writing an answer: growth, stop, restart, failure; rows and events agree at every moment."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

import pytest

from studio.accounts.models import User
from studio.chat import actions, writing
from studio.chat.answering import Hits, answer_message
from studio.chat.core.answer import answer_question
from studio.chat.models import Citation, Message
from studio.chat.writing import Superseded
from studio.events import durable
from studio.events.models import Event
from studio.jobs.models import Job
from studio.llm.steps import Answer, Ask, Refusal, Reply
from tests.studio.chat.world import (
    GOOD,
    GOOD_SHOWN,
    actor_of,
    answered,
    events_of,
    folded,
    host,
    never,
    stock_vault,
    write,
)
from tests.support.waiting import until

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(alice: User) -> Message:
    """An answer that nobody has begun to write."""
    return actions.start_conversation(actor_of(alice), "When are refunds paid?")


PIECES = [GOOD[at : at + 14] for at in range(0, len(GOOD), 14)]


class Speaker:
    """An answerer that says its text piece by piece, each when whoever watches has seen the one before."""

    def __init__(self, pieces: list[str], end: Answer | None = None) -> None:
        self.pieces = pieces
        self.end = end
        self.asked = 0
        self.looks: int | None = None  # nobody watches, nobody is waited for

    def watched_by(self, look: Callable[[], bool]) -> Callable[[], bool]:
        """The look, counted: the writer looks before each write, so at the second look a piece has been written."""
        self.looks = 0

        def counted() -> bool:
            found = look()
            self.looks = (self.looks or 0) + 1
            return found

        return counted

    def __call__(self, question: Ask, stopped, on_text) -> Answer:  # type: ignore[no-untyped-def]  # as Host has it
        self.asked += 1
        said = ""
        for piece in self.pieces:
            said += piece
            on_text(said)
            if self.looks is not None:
                enough = self.looks + 2
                until(lambda enough=enough: self.looks >= enough or stopped())
            if stopped():
                return Refusal(kind="cancelled", message="cancelled")
        return self.end or Reply(text=said, model="tiny-1", teacher="Test endpoint")


def test_a_finished_answer_has_text_citations_and_the_account_of_the_model(alice: User) -> None:
    answer = answered(alice)
    assert (answer.state, answer.text) == ("done", GOOD_SHOWN)
    assert (answer.model, answer.endpoint) == ("tiny-1", "Test endpoint")
    first, second = answer.citations.all()
    assert (first.n, first.quote, first.text_sha256) == (1, "within fourteen (14) days", f"{1:064}")
    assert second.end - second.start == len(second.quote)


def test_a_citation_that_does_not_stand_is_kept_apart_and_not_in_the_text(alice: User) -> None:
    answer = answered(alice, says='Never [1: "never at all"]. In 14 days [1: "fourteen (14) days"].')
    assert answer.text == "Never. In 14 days [1]."
    assert [(c.stands, c.quote) for c in answer.citations.all()] == [
        (True, "fourteen (14) days"),
        (False, "never at all"),
    ]


def test_the_trace_tells_what_was_searched_and_what_entered_the_prompt(alice: User) -> None:
    trace = answered(alice).trace
    assert trace["query"] == "When are refunds paid?"
    assert [passage["label"] for passage in trace["passages"]] == [1, 2]
    assert "text" not in trace["passages"][0]


def test_the_events_fold_to_the_text_at_every_moment(answer: Message) -> None:
    moments: list[tuple[str, str]] = []

    def look() -> bool:
        moments.append((folded(events_of(answer), answer), Message.objects.get(pk=answer.pk).text))
        return False

    speaker = Speaker([*PIECES, " 😀 Fin", "."])
    written = write(answer, host(stock_vault(answer.conversation.team), speaker), stopped=speaker.watched_by(look))
    assert len({stored for _, stored in moments}) > 3
    assert all(shown == stored for shown, stored in moments)
    assert folded(events_of(answer), answer) == written.text == f"{GOOD_SHOWN} 😀 Fin."


def test_numbers_in_a_growing_text_always_have_their_citation(answer: Message) -> None:
    seen: set[frozenset[int]] = set()

    def look() -> bool:
        text = Message.objects.get(pk=answer.pk).text
        numbers = {c.n for c in Citation.objects.filter(message=answer)}
        assert numbers == {n for n in (1, 2) if f"[{n}]" in text}
        seen.add(frozenset(numbers))
        return False

    speaker = Speaker(PIECES)
    write(answer, host(stock_vault(answer.conversation.team), speaker), stopped=speaker.watched_by(look))
    assert {frozenset(), frozenset({1})} <= seen


def test_growth_is_told_at_most_five_times_a_second(answer: Message) -> None:
    def quick(question: Ask, stopped, on_text) -> Answer:  # type: ignore[no-untyped-def]
        for end in range(400):
            on_text("word " * end)
        return Reply(text="word " * 400)

    passages = stock_vault(answer.conversation.team)
    start = time.monotonic()
    write(answer, host(passages, quick, pause_s=0.2))
    grown = sum(event.kind == "answer.grew" for event in events_of(answer))
    assert grown <= 2 + (time.monotonic() - start) / 0.2  # the first and the last may come at any time


def test_a_second_try_of_the_endpoint_starts_the_text_anew(answer: Message) -> None:
    def twice(question: Ask, stopped, on_text) -> Answer:  # type: ignore[no-untyped-def]
        pause = threading.Event()
        for said in ("They take ten", "They", "They take 14 days"):
            on_text(said)
            pause.wait(0.25)
        return Reply(text="They take 14 days.")

    written = write(answer, host(stock_vault(answer.conversation.team), twice))
    assert folded(events_of(answer), answer) == written.text == "They take 14 days."


def test_a_stop_keeps_what_was_there_and_calls_off_the_job(answer: Message) -> None:
    speaker = Speaker(["They take 14 days. ", "And then some more that nobody reads."])

    def stop_after_first() -> bool:
        if Message.objects.get(pk=answer.pk).text:
            actions.stop_answer(answer)
            return True
        return False

    with pytest.raises(Superseded):
        write(
            answer,
            host(stock_vault(answer.conversation.team), speaker),
            stopped=speaker.watched_by(stop_after_first),
        )
    stopped = Message.objects.get(pk=answer.pk)
    assert (stopped.state, stopped.text) == ("stopped", "They take 14 days.")
    assert folded(events_of(answer), answer) == stopped.text
    assert events_of(answer)[-1].kind == "answer.stopped"
    assert Job.objects.get(key=answer.job_key).status == Job.Status.CANCELLED


def test_a_worker_that_missed_the_stop_writes_nothing_more(answer: Message) -> None:
    def stopped_meanwhile(question: Ask, stopped, on_text) -> Answer:  # type: ignore[no-untyped-def]
        return Reply(text=GOOD)

    passages = stock_vault(answer.conversation.team)
    writer = writing.Writer(answer, claim=1)
    writer.begin()
    writer.prepare(passages, {})
    actions.stop_answer(answer)
    with pytest.raises(Superseded):
        writer.show("Something")
    assert Message.objects.get(pk=answer.pk).text == ""
    write(answer, host(passages, stopped_meanwhile), claim=2)
    assert Message.objects.get(pk=answer.pk).state == "stopped"


class Killed(BaseException):
    """Stands for the end of a worker process in mid-answer."""


def test_an_answer_restarts_cleanly_after_its_worker_was_killed(answer: Message) -> None:
    passages = stock_vault(answer.conversation.team)

    def killed() -> bool:
        if Message.objects.get(pk=answer.pk).text:
            raise Killed
        return False

    speaker = Speaker(['They take [1: "within fourteen (14) days"] or so. ', "x"])
    with pytest.raises(Killed):
        write(answer, host(passages, speaker), stopped=speaker.watched_by(killed))
    half = Message.objects.get(pk=answer.pk)
    assert (half.state, half.text) == ("streaming", "They take [1] or so.")

    def not_again(query: str, limit: int) -> Hits:
        raise AssertionError("the search was recorded before the crash")

    written = write(answer, replace(host(passages), search=not_again), claim=2)
    assert (written.state, written.text) == ("done", GOOD_SHOWN)
    assert [c.n for c in written.citations.all()] == [1, 2]
    assert [e.kind for e in events_of(answer) if e.kind == "answer.restarted"] == ["answer.restarted"]
    assert folded(events_of(answer), answer) == written.text


def test_nothing_of_a_killed_attempt_stays_behind(answer: Message) -> None:
    passages = stock_vault(answer.conversation.team)

    def killed() -> bool:
        if answer.citations.exists():
            raise Killed
        return False

    speaker = Speaker(['In [1: "within fourteen (14) days"]. ', "x"])
    with pytest.raises(Killed):
        write(answer, host(passages, speaker), stopped=speaker.watched_by(killed))
    written = write(answer, host(passages, "Nobody knows."), claim=2)
    assert written.text == "Nobody knows."
    assert not written.citations.exists()


def test_a_crash_after_the_model_has_answered_does_not_ask_again(answer: Message) -> None:
    passages = stock_vault(answer.conversation.team)
    first, second = Speaker([GOOD]), Speaker(["Something else."])
    flow = answer_question("When are refunds paid?")
    durable.run(
        actions.answer_stream(answer.pk),
        flow,
        ask=lambda question: first(question, never, lambda _: None),
        call=lambda name, args: [asdict(passage) for passage in passages],
    )
    written = write(answer, host(passages, second))
    assert (written.state, written.text, second.asked) == ("done", GOOD_SHOWN, 0)


def test_a_worker_whose_claim_was_taken_over_cannot_write(answer: Message) -> None:
    old, new = writing.Writer(answer, claim=1), writing.Writer(answer, claim=2)
    old.begin()
    new.begin()
    old.prepare((), {})
    with pytest.raises(Superseded):
        old.show("late")
    with pytest.raises(Superseded):
        old.begin()


def test_an_endpoint_that_refuses_ends_the_answer_with_its_sentence(answer: Message) -> None:
    refusal = Refusal(kind="unavailable", message="The endpoint cannot be reached.", cause="ConnectError")
    written = write(answer, host(stock_vault(answer.conversation.team), lambda *_: refusal))
    assert (written.state, written.error) == ("failed", "The endpoint cannot be reached.")
    assert events_of(answer)[-1].kind == "answer.failed"
    assert "ConnectError" in written.trace["cause"]


def test_what_was_written_before_an_endpoint_broke_off_is_kept(answer: Message) -> None:
    broken = Speaker(["They take 14 days. ", "And"], end=Refusal(kind="timeout", message="It fell silent."))
    written = write(answer, host(stock_vault(answer.conversation.team), broken), stopped=broken.watched_by(never))
    assert written.state == "failed"
    assert written.text.startswith("They take 14 days.")
    assert folded(events_of(answer), answer) == written.text


def test_the_recorded_steps_of_the_flow_are_not_on_the_stream_that_people_watch(alice: User) -> None:
    answer = answered(alice)
    assert {event.kind for event in events_of(answer)} == {"question.asked", "answer.grew", "answer.finished"}
    assert Event.objects.of(actions.answer_stream(answer.pk)).exists()


def test_characters_that_no_database_keeps_do_not_end_an_answer(answer: Message) -> None:
    pieces = ["In\x00 14 days \ud83d", "\ude00 and \ud800."]
    written = write(answer, host(stock_vault(answer.conversation.team), Speaker(pieces)))
    assert (written.state, written.text) == ("done", "In 14 days 😀 and �.")
    assert folded(events_of(answer), answer) == written.text


def test_a_deleted_answer_is_no_work(answer: Message) -> None:
    pk = str(answer.pk)
    answer.conversation.delete()
    answer_message(pk, claim=1, stopped=never, host=host(()))


@pytest.fixture(autouse=True)
def _threads_end() -> Iterator[None]:
    yield
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("answer")]
