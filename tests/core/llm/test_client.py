"""The client against a real server on loopback: what it sends, and how it reads what arrives."""

from decimal import Decimal

import pytest

from studio.llm.client import Client
from studio.llm.endpoint import Endpoint, Secret
from studio.llm.guard import GuardedBackend
from studio.llm.prices import Price
from studio.llm.steps import Ask, Reply, Usage
from tests.core.llm.asking import ASK, LOOPBACK, PATIENT, ask_server
from tests.core.llm.server import DONE, answering, chunk, serving


def test_a_streamed_answer_arrives_whole_with_its_counts():
    with serving(answering("Within ", "30 days", ".")) as server:
        reply = ask_server(server.url)
    assert isinstance(reply, Reply)
    assert (reply.text, reply.finish_reason, reply.model) == ("Within 30 days.", "stop", "served-model")
    assert reply.usage == Usage(prompt=100, completion=20, cached=60, reasoning=5)
    assert reply.attempts == 1


def test_text_is_told_as_it_grows():
    told = []
    with serving(answering("a", "b", "c")) as server:
        ask_server(server.url, on_text=told.append)
    assert told[-1] == "abc"
    assert all("abc".startswith(text) for text in told)


def test_the_request_is_what_the_protocol_asks_for():
    with serving(answering("x")) as server:
        ask_server(server.url)
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-secret"
    assert request.body == {
        "model": "m",
        "messages": [dict(message) for message in ASK.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
        "max_tokens": 77,
    }


def test_without_a_key_no_authorisation_is_sent():
    with serving(answering("x")) as server:
        ask_server(server.url, key=Secret(""))
    assert "authorization" not in server.requests[0].headers


def test_json_mode_is_asked_for_when_json_is_wanted():
    with serving(answering("{}")) as server:
        ask_server(server.url, _json())
        ask_server(server.url, _json(), json_mode="off")
    assert server.requests[0].body["response_format"] == {"type": "json_object"}
    assert "response_format" not in server.requests[1].body


def _json(**more):
    fields = {"key": "k", "role": "critic", "inputs": {}, "messages": ASK.messages, "response": "json"}
    return Ask(**{**fields, **more})


@pytest.mark.parametrize(("thinking", "expected"), [(False, "disabled"), (True, "enabled")])
def test_deepseek_is_told_explicitly_whether_to_think(thinking, expected):
    with serving(answering("x")) as server:
        ask_server(server.url, _json(thinking=thinking), model="deepseek-v4-flash")
    assert server.requests[0].body["thinking"] == {"type": expected}


def test_other_models_are_not_sent_the_thinking_field():
    with serving(answering("x")) as server:
        ask_server(server.url, _json(thinking=True))
    assert "thinking" not in server.requests[0].body


@pytest.mark.parametrize("field", ["response_format", "stream_options", "temperature", "thinking"])
def test_a_field_the_server_refuses_by_name_is_left_out_from_then_on(field):
    def picky(exchange):
        if field in exchange.body:
            exchange.error(400, f"Unrecognized request argument supplied: {field}")
        else:
            answering("{}")(exchange)

    with serving(picky) as server:
        endpoint = Endpoint(name="test", base_url=server.url, model="deepseek-v4-pro")
        with Client(endpoint, guard=GuardedBackend(LOOPBACK), limits=PATIENT) as client:
            first, second = client.ask(_json()), client.ask(_json())
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert first.attempts == 1
    assert [field in request.body for request in server.requests] == [True, False, False]


def test_a_server_that_renamed_the_token_limit_gets_the_new_name():
    def renamed(exchange):
        if "max_tokens" in exchange.body:
            exchange.error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        else:
            answering("x")(exchange)

    with serving(renamed) as server:
        assert isinstance(ask_server(server.url), Reply)
    assert server.requests[-1].body["max_completion_tokens"] == 77


def test_heartbeats_and_blank_lines_are_skipped():
    def beating(exchange):
        exchange.head()
        exchange.write(": keep-alive\n\n\n\n: keep-alive\n\nevent: message\n")
        exchange.write(chunk("ok").replace("\n\n", "\r\n\r\n"))
        exchange.write(": keep-alive\n\n" + chunk(finish="stop") + DONE)

    with serving(beating) as server:
        assert ask_server(server.url).text == "ok"


def test_events_cut_anywhere_on_the_wire_are_put_together():
    def dribbling(exchange):
        exchange.head()
        for byte in (chunk("Grüße 日本") + chunk(finish="stop") + DONE).encode():
            exchange.write(bytes([byte]))

    with serving(dribbling) as server:
        assert ask_server(server.url).text == "Grüße 日本"


def test_a_server_that_does_not_stream_is_understood():
    def whole(exchange):
        exchange.head(200, "application/json")
        exchange.write('\n\n\n{"model": "m2", "choices": [{"message": {"content": "all"}, "finish_reason": "length"}]}')

    with serving(whole) as server:
        reply = ask_server(server.url)
    assert (reply.text, reply.finish_reason, reply.model) == ("all", "length", "m2")


def test_reasoning_is_not_mixed_into_the_answer():
    def thinking(exchange):
        exchange.head()
        exchange.write('data: {"choices": [{"delta": {"reasoning_content": "hmm"}}]}\n\n')
        exchange.write(chunk("yes", "stop") + DONE)

    with serving(thinking) as server:
        assert ask_server(server.url).text == "yes"


def test_a_cut_answer_says_length():
    with serving(answering("half", finish="length")) as server:
        assert ask_server(server.url).finish_reason == "length"


def test_the_cost_is_counted_with_the_endpoints_price():
    price = Price(input_usd=Decimal(1), cached_usd=Decimal("0.1"), output_usd=Decimal(2))
    with serving(answering("x")) as server:
        assert ask_server(server.url, price=price).cost_usd == Decimal("0.000086")
        assert ask_server(server.url).cost_usd is None
