"""The words of a flow: fingerprints, records, prices, and a key that does not show itself."""

import copy
import json
import pickle
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.llm.arriving import read_usage
from studio.llm.endpoint import Endpoint, Secret
from studio.llm.prices import TABLE, Price, cost_usd, price_for
from studio.llm.steps import Ask, Call, Refusal, Reply, Usage, answer_from_data
from studio.llm.wire import retry_after, time_away

ASK = Ask(key="k", role="critic", inputs={"a": 1}, messages=({"role": "user", "content": "x"},))


@pytest.mark.parametrize(
    "change",
    [
        {"role": "verifier"},
        {"inputs": {"a": 2}},
        {"messages": ({"role": "system", "content": "x"},)},
        {"response": "json"},
        {"schema_name": "critique"},
        {"max_tokens": 1},
        {"temperature": 0.5},
        {"thinking": True},
    ],
)
def test_every_part_of_the_request_is_in_its_fingerprint(change):
    assert replace(ASK, **change).fingerprint != ASK.fingerprint


def test_the_key_is_not_in_the_fingerprint():
    assert replace(ASK, key="other").fingerprint == ASK.fingerprint


def test_the_order_of_inputs_does_not_matter_to_a_fingerprint():
    assert replace(ASK, inputs={"a": 1, "b": 2}).fingerprint == replace(ASK, inputs={"b": 2, "a": 1}).fingerprint


def test_a_call_has_a_fingerprint_of_name_and_arguments():
    call = Call(key="k", name="search", args={"q": "x"})
    assert call.fingerprint != replace(call, args={"q": "y"}).fingerprint


counts = st.integers(0, 10**6)
usages = st.builds(Usage, prompt=counts, completion=counts, cached=counts, reasoning=counts)


@given(
    st.builds(
        Reply,
        text=st.text(),
        usage=usages,
        cost_usd=st.none() | st.decimals(0, 100, places=6),
        latency_ms=counts,
        attempts=st.integers(1, 3),
    )
)
def test_a_reply_survives_its_record(reply):
    assert answer_from_data(json.loads(json.dumps(reply.as_data()))) == reply


@given(
    st.builds(
        Refusal, kind=st.sampled_from(["auth", "timeout"]), message=st.text(), retry_after_s=st.none() | st.floats(0, 9)
    )
)
def test_a_refusal_survives_its_record(refusal):
    assert answer_from_data(json.loads(json.dumps(refusal.as_data()))) == refusal


def test_only_passing_troubles_pass():
    assert Refusal(kind="rate_limited", message="").passing
    assert not Refusal(kind="balance", message="").passing


def test_a_price_is_the_newest_one_of_its_day():
    old, new = (Price(input_usd=Decimal(n), cached_usd=Decimal(n), output_usd=Decimal(n)) for n in (1, 2))
    row = TABLE[0]
    table = (
        replace(row, model="m", since=date(2026, 1, 1), price=old),
        replace(row, model="m", since=date(2026, 6, 1), price=new),
    )
    assert price_for("m", date(2025, 1, 1), table) is None
    assert price_for("m", date(2026, 5, 31), table) == old
    assert price_for("M", date(2026, 6, 1), table) == new
    assert price_for("other", date(2026, 6, 1), table) is None


def test_cached_tokens_cost_the_cached_price():
    price = price_for("deepseek-v4-flash", date(2026, 11, 1))
    assert cost_usd(Usage(prompt=1_000_000, completion=0, cached=1_000_000), price) == Decimal("0.0028")
    assert cost_usd(Usage(prompt=1_000_000, completion=1_000_000), price) == Decimal("0.42")


@given(usages)
def test_a_bill_is_never_negative(usage):
    assert cost_usd(usage, TABLE[0].price) >= 0


def test_usage_is_read_in_deepseeks_spelling():
    data = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4, "completion_tokens_details": None}
    assert read_usage(data) == Usage(prompt=9, completion=2, cached=4)


def test_usage_of_another_shape_counts_nothing():
    assert read_usage({"prompt_tokens": "9", "completion_tokens": -2, "prompt_tokens_details": []}) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("7", 7.0),
        ("-3", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("1e99", 604_800.0),
    ],
)
def test_retry_after_is_read_in_both_forms(header, seconds):
    assert retry_after(header) == seconds


def test_a_secret_does_not_show_itself():
    endpoint = Endpoint(name="n", base_url="https://x.example", model="m", key=Secret("sk-canary"))
    shown = f"{endpoint!r} {endpoint} {endpoint.key!r} {endpoint.key} {[endpoint.key]}"
    assert "sk-canary" not in shown
    assert endpoint.key.reveal() == "sk-canary"


@pytest.mark.parametrize("take", [pickle.dumps, copy.deepcopy])
def test_a_secret_is_not_copied_out(take):
    with pytest.raises(TypeError):
        take(Secret("sk-canary"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "30"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "30"}, 30.0),
        ({}, None),
    ],
)
def test_a_time_away_in_milliseconds_is_read_too(headers, seconds):
    assert time_away(headers) == seconds
