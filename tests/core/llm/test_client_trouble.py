"""The client when the server is in trouble, and when nobody wants the answer any more."""

import asyncio
import threading

import pytest

from studio.llm.client import Client, Limits
from studio.llm.endpoint import Endpoint
from studio.llm.guard import GuardedBackend
from studio.llm.steps import Refusal, Reply
from tests.core.llm.asking import ASK, Sleeps, ask_server
from tests.core.llm.server import DONE, answering, chunk, serving
from tests.support.waiting import LIMIT_S

# --- bad weather ---


@pytest.mark.parametrize(
    ("status", "message", "kind", "tries"),
    [
        (401, "Authentication fails", "auth", 1),
        (403, "forbidden", "auth", 1),
        (402, "Insufficient Balance", "balance", 1),
        (429, "insufficient_quota: check your billing", "balance", 1),
        (400, "messages is not an array", "bad_request", 1),
        (422, "invalid parameter", "bad_request", 1),
        (404, "no such model", "bad_request", 1),
        (307, "", "bad_request", 1),
        (400, "This model's maximum context length is 8192 tokens; max_tokens is too large", "context_length", 1),
        (413, "context window exceeded", "context_length", 1),
        (400, "rejected by the content filter", "content", 1),
        (429, "too many requests", "rate_limited", 3),
        (500, "boom", "unavailable", 3),
        (502, "<html>bad gateway</html>", "unavailable", 3),
        (503, "overloaded", "unavailable", 3),
    ],
)
def test_each_error_has_its_kind_and_its_number_of_tries(status, message, kind, tries):
    with serving(lambda exchange: exchange.error(status, message)) as server:
        refusal = ask_server(server.url)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.attempts, len(server.requests)) == (kind, tries, tries)
    assert refusal.cause == f"HTTP {status}"
    assert "sk-secret" not in repr(refusal)


def test_a_passing_trouble_is_met_by_asking_again():
    sleeps = Sleeps()
    with serving(lambda e: e.error(503), lambda e: e.error(500), answering("x")) as server:
        reply = ask_server(server.url, sleep=sleeps)
    assert (reply.text, reply.attempts, len(sleeps)) == ("x", 3, 2)
    assert all(0 <= pause <= 2**n for n, pause in enumerate(sleeps))


def test_retry_after_is_never_undercut():
    sleeps = Sleeps()
    with serving(lambda e: e.error(429, Retry_After="7"), answering("x")) as server:
        assert isinstance(ask_server(server.url, sleep=sleeps), Reply)
    assert 7 <= sleeps[0] <= 9


def test_a_long_retry_after_is_handed_back_instead_of_holding_a_worker():
    sleeps = Sleeps()
    with serving(lambda e: e.error(429, Retry_After="120")) as server:
        refusal = ask_server(server.url, sleep=sleeps)
    assert (refusal.kind, refusal.retry_after_s, sleeps, len(server.requests)) == ("rate_limited", 120.0, [], 1)


def test_silence_ends_as_a_timeout_and_is_not_tried_again():
    def silent(exchange):
        exchange.head()
        exchange.hold()

    with serving(silent) as server:
        refusal = ask_server(server.url, limits=Limits(idle_s=1))
    assert (refusal.kind, len(server.requests)) == ("timeout", 1)


def test_heartbeats_without_end_meet_the_hard_limit():
    def forever(exchange):
        exchange.head()
        while not exchange.released.wait(0.01):
            exchange.write(": keep-alive\n\n")

    with serving(forever) as server:
        refusal = ask_server(server.url, limits=Limits(idle_s=5, total_s=0.3))
    assert refusal.kind == "timeout"


def test_an_answer_that_breaks_off_is_none_and_is_not_paid_for_again():
    def cut(exchange):
        exchange.head()
        exchange.write(chunk("Within 30"))

    with serving(cut, answering("Within 30 days.")) as server:
        refusal = ask_server(server.url)
    assert (refusal.kind, refusal.attempts, len(server.requests)) == ("unavailable", 1, 1)
    assert refusal.usage.total > 0


def test_a_stream_that_ends_before_it_begins_is_asked_again():
    def cut(exchange):
        exchange.head()
        exchange.write(": waiting\n\n")

    with serving(cut, answering("Within 30 days.")) as server:
        reply = ask_server(server.url)
    assert (reply.text, reply.attempts) == ("Within 30 days.", 2)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"<html>hello</html>",
        b"data: {not json}\n\n",
        b"data: []\n\n",
        b'data: {"choices": "none"}\n\n',
        b'data: {"choices": ["x"]}\n\n',
        b'data: {"choices": [{"delta": {"content": 5}}]}\n\n',
        b"\x00\xff\xfe\n",
        b"",
    ],
)
@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json", "text/html"])
def test_nonsense_is_never_an_answer(nonsense, content_type):
    def talking(exchange):
        exchange.head(200, content_type)
        exchange.write(nonsense)

    with serving(talking) as server:
        refusal = ask_server(server.url)
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "unavailable"


def test_an_error_inside_the_stream_is_an_error():
    def failing(exchange):
        exchange.head()
        exchange.write(chunk("Within") + 'data: {"error": {"message": "Insufficient Balance", "code": 402}}\n\n' + DONE)

    with serving(failing) as server:
        assert ask_server(server.url).kind == "balance"


@pytest.mark.parametrize(
    ("finish", "kind"), [("content_filter", "content"), ("insufficient_system_resource", "unavailable")]
)
def test_finish_reasons_that_are_refusals(finish, kind):
    with serving(answering("Wi", finish=finish)) as server:
        assert ask_server(server.url).kind == kind


def test_an_endless_answer_is_cut_off():
    def flooding(exchange):
        exchange.head()
        while True:
            exchange.write(chunk("x" * 1000))

    with serving(flooding) as server:
        refusal = ask_server(server.url, limits=Limits(max_bytes=100_000))
    assert (refusal.kind, len(server.requests)) == ("bad_request", 1)


def test_a_line_without_end_is_cut_off():
    def flooding(exchange):
        exchange.head()
        while True:
            exchange.write("data: " + "x" * 10_000)

    with serving(flooding) as server:
        assert ask_server(server.url, limits=Limits(max_bytes=100_000)).kind == "bad_request"


def test_a_port_nobody_listens_on_is_unavailable():
    with serving(answering("x")) as server:
        url = server.url
    refusal = ask_server(url)
    assert (refusal.kind, refusal.cause) == ("unavailable", "ConnectError")


def test_a_redirect_is_not_followed():
    with serving(answering("x")) as target, serving(lambda e: e.error(302, Location=target.url)) as server:
        refusal = ask_server(server.url)
    assert refusal.kind == "bad_request"
    assert target.requests == []


def test_a_proxy_in_the_environment_is_ignored(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(answering("x")) as server:
        assert isinstance(ask_server(server.url), Reply)


# --- cancellation ---


def test_cancelling_closes_the_stream():
    begun = threading.Event()
    closed = threading.Event()

    def endless(exchange):
        exchange.head()
        try:
            while not exchange.released.wait(0.005):
                exchange.write(chunk("x"))
                begun.set()
        except (BrokenPipeError, ConnectionResetError):
            closed.set()

    with serving(endless) as server:
        refusal = ask_server(server.url, stopped=begun.is_set)
        assert closed.wait(LIMIT_S)
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "cancelled"


def test_cancelling_interrupts_a_pause_between_tries():
    asked = threading.Event()

    def refusing(exchange):
        exchange.error(429, Retry_After="19")
        asked.set()

    with serving(refusing) as server:
        refusal = ask_server(server.url, stopped=asked.is_set, sleep=asyncio.sleep)
    assert refusal.kind == "cancelled"


def test_a_client_can_be_used_from_several_threads_one_after_the_other():
    replies = []
    with serving(answering("x")) as server:
        threads = [threading.Thread(target=lambda: replies.append(ask_server(server.url))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [reply.text for reply in replies] == ["x"] * 4


def test_callbacks_run_in_the_callers_thread():
    threads = set()
    with serving(answering("x")) as server:
        ask_server(
            server.url,
            stopped=lambda: threads.add(threading.get_ident()),
            on_text=lambda text: threads.add(threading.get_ident()),
        )
    assert threads == {threading.get_ident()}


def test_an_error_in_a_callback_closes_the_stream_and_passes_through():
    closed = threading.Event()

    def endless(exchange):
        exchange.head()
        try:
            while not exchange.released.wait(0.005):
                exchange.write(chunk("x"))
        except (BrokenPipeError, ConnectionResetError):
            closed.set()

    def fail(text):
        raise KeyError(text)

    with serving(endless) as server:
        with pytest.raises(KeyError):
            ask_server(server.url, on_text=fail)
        assert closed.wait(LIMIT_S)


def test_it_works_inside_a_running_loop():
    async def inside():
        with serving(answering("x")) as server:
            return ask_server(server.url)

    assert asyncio.run(inside()).text == "x"


def test_a_client_outside_its_with_block_refuses_to_work():
    client = Client(Endpoint(name="t", base_url="http://127.0.0.1", model="m"), guard=GuardedBackend())
    with pytest.raises(RuntimeError):
        client.ask(ASK)
