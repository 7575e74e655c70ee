"""Servers that are odd, careless or hostile: what is readable is read, and the rest has the right name."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.llm.arriving import EventStream, storable
from studio.llm.client import Limits
from studio.llm.steps import Refusal, Reply, answer_from_data
from studio.llm.wire import retry_after, status_of
from tests.core.llm.asking import Sleeps, ask_server
from tests.core.llm.server import DONE, chunk, serving

QUICK_TO_GIVE_UP = Limits(error_s=0.2)


def saying(*pieces, content_type="text/event-stream"):
    def handle(exchange):
        exchange.head(200, content_type)
        for piece in pieces:
            exchange.write(piece)

    return handle


def answer_to(*pieces, **fields):
    with serving(saying(*pieces)) as server:
        return ask_server(server.url, **fields)


WHOLE = chunk("Within ") + chunk("30 days.", "stop") + DONE


@pytest.mark.parametrize(
    "written",
    [
        WHOLE.replace("\n", "\r\n"),
        WHOLE.replace("\n", "\r"),
        "\ufeff" + WHOLE,
        ": heartbeat\n\n" + WHOLE,
        "event: message\nid: 7\nretry: 100\nunknown: x\n" + WHOLE,
        "data\n\ndata:\n\n" + WHOLE,
        WHOLE.replace("data: ", "data:"),
        WHOLE.replace('{"model"', '{\ndata: "model"'),
        'data: {"type": "ping"}\n\n' + WHOLE,
        WHOLE.removesuffix("\n\n"),
        (chunk("Within ") + chunk("30 days.", "stop")).removesuffix("\n\n"),
        chunk("Within ") + chunk("30 days.", "stop") + 'data: {"choices": null, "usage": null}\n\n' + DONE,
    ],
)
def test_every_lawful_spelling_of_a_stream_is_read(written):
    reply = answer_to(written)
    assert (reply.text, reply.finish_reason) == ("Within 30 days.", "stop")


@given(st.lists(st.integers(1, 9), max_size=40), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_stream_cut_anywhere_gives_the_same_events(sizes, end):
    raw = f'﻿: hi\n\ndata: {{\ndata: "é": 1}}\n\n{DONE}data: {{}}'.replace("\n", end).encode()
    events, found, at = EventStream(), [], 0
    for size in [*sizes, len(raw)]:
        found += list(events.feed(raw[at : at + size]))
        at += size
    assert [*found, *events.end()] == [{"é": 1}, None, {}]


def test_text_in_parts_is_the_text_of_its_text_parts():
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "30 days"}]
    data = {"choices": [{"delta": {"content": parts}, "finish_reason": "stop"}]}
    assert answer_to(f"data: {json.dumps(data)}\n\n{DONE}").text == "30 days"


def test_a_refusal_in_the_models_own_field_is_a_refusal():
    data = {"choices": [{"delta": {"refusal": "I cannot help."}, "finish_reason": "stop"}]}
    assert answer_to(f"data: {json.dumps(data)}\n\n{DONE}").kind == "content"


def test_a_stream_of_pings_is_no_answer():
    refusal = answer_to('data: {"type": "ping"}\n\n' + DONE)
    assert (refusal.kind, refusal.cause) == ("unavailable", "malformed: no choices")


def test_what_no_database_can_store_does_not_come_in():
    halves = 'data: {"model": "m\\u0000", "choices": [{"delta": {"content": "\\ud83d"}}]}\n\n'
    rest = 'data: {"choices": [{"delta": {"content": "\\ude00 \\ud800 \\u0000."}, "finish_reason": "stop"}]}\n\n'
    reply = answer_to(halves, rest, DONE)
    assert (reply.text, reply.model) == ("\U0001f600 \ufffd .", "m")


@given(st.text(alphabet=st.characters()))
def test_whatever_is_storable_can_be_encoded_and_ordinary_text_stays(text):
    kept = storable(text)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    if "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text):
        assert kept == text


@pytest.mark.parametrize(
    "usage",
    ['{"prompt_tokens": 1000000000000000000000000000000}', '{"prompt_tokens": -3}', '{"prompt_tokens": true}', "[]"],
)
def test_tokens_are_estimated_where_the_server_does_not_count(usage):
    reply = answer_to(chunk("x" * 400, "stop"), f'data: {{"choices": [], "usage": {usage}}}\n\n{DONE}')
    assert (reply.usage.completion, reply.usage.prompt) == (100, 2)


def test_counts_written_with_a_point_are_counts():
    usage = '{"prompt_tokens": 12.0, "completion_tokens": 3.0}'
    assert answer_to(chunk("x", "stop"), f'data: {{"choices": [], "usage": {usage}}}\n\n{DONE}').usage.total == 15


def test_an_answer_that_broke_off_is_on_the_bill():
    with serving(saying(chunk("x" * 400))) as server:
        refusal = ask_server(server.url, model="deepseek-v4-flash")
    assert (refusal.usage.completion, refusal.attempts) == (100, 1)
    assert refusal.cost_usd > 0
    assert answer_from_data(refusal.as_data()) == refusal


def test_a_cancelled_answer_is_on_the_bill_as_far_as_it_came():
    def half(exchange):
        exchange.head()
        exchange.write(chunk("x" * 400))
        exchange.hold()

    told = []
    with serving(half) as server:
        refusal = ask_server(server.url, on_text=told.append, stopped=lambda: bool(told))
    assert (refusal.kind, refusal.usage.completion) == ("cancelled", 100)


def test_an_older_record_without_a_bill_is_read():
    record = Refusal(kind="auth", message="No.").as_data()
    assert answer_from_data({k: v for k, v in record.items() if k not in ("usage", "cost_usd")}).kind == "auth"


@pytest.mark.parametrize("rest", ["", "{"], ids=["silent", "cut"])
@pytest.mark.parametrize(("status", "kind"), [(401, "auth"), (402, "balance"), (400, "bad_request")])
def test_a_status_is_believed_when_its_words_do_not_come(status, kind, rest):
    def stalling(exchange):
        exchange.head(status, "application/json", Content_Length="100")
        exchange.write(rest)
        if not rest:
            exchange.hold()

    with serving(stalling) as server:
        assert ask_server(server.url, limits=QUICK_TO_GIVE_UP).kind == kind
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "kind"), [(404, "bad_request"), (409, "unavailable"), (413, "context_length")])
def test_other_statuses_have_their_meaning(status, kind):
    with serving(lambda exchange: exchange.error(status, "no")) as server:
        refusal = ask_server(server.url)
    assert refusal.kind == kind
    assert ("no such address or model" in refusal.message) == (status == 404)


@pytest.mark.parametrize(
    "value", ["99999999", "inf", "1e400", "Wed, 21 Oct 2099 07:28:00 GMT", "Wed, 21 Oct 9999 07:28:00 +0000"]
)
def test_an_endless_retry_after_is_not_undercut(value):
    sleeps = Sleeps()
    with serving(lambda exchange: exchange.error(429, "no", Retry_After=value)) as server:
        refusal = ask_server(server.url, sleep=sleeps)
    assert (refusal.retry_after_s, sleeps, len(server.requests)) == (604_800, [], 1)


@given(st.text(max_size=40))
def test_no_header_breaks_the_reader_of_retry_after(value):
    assert 0 <= (retry_after(value) or 0) <= 604_800


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": 402}, 402),
        ({"code": "429"}, 429),
        ({"status": 503}, 503),
        ({"code": "rate_limit_exceeded"}, 429),
        ({"type": "too_many_requests"}, 429),
        ({"message": "overloaded"}, 500),
        ({"code": 9_999}, 500),
    ],
)
def test_an_error_inside_a_stream_has_a_status(error, status):
    assert status_of(error) == status


def test_streams_left_in_the_middle_leave_nothing_behind(caplog):
    with caplog.at_level(logging.DEBUG, logger="asyncio"):
        for _ in range(5):
            assert isinstance(answer_to(chunk("a", "stop") + DONE + ": more\n\n" * 500), Reply)
    assert "destroyed" not in caplog.text


def test_a_long_line_in_many_small_pieces_is_read_in_linear_time():
    events, looked_at = EventStream(), []

    class Watched(bytearray):
        def __bytes__(self):
            looked_at.append(len(self))
            return bytes(memoryview(self))

    events._line = Watched()
    for _ in range(2_000):
        assert not list(events.feed(b"x"))
    assert looked_at == []
