"""The outbound guard, always through the client itself: hostile addresses open no connection, allowed ones do."""

import asyncio
import ipaddress

import httpcore
import pytest

from studio.llm.client import Client
from studio.llm.endpoint import Endpoint, origin, parse_base_url
from studio.llm.errors import EndpointInvalid
from studio.llm.guard import Allowed, GuardedBackend, guarded_client, is_public, resolve
from studio.llm.steps import Ask, Refusal

PUBLIC = "93.184.216.34"
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "metadata.example": ["169.254.169.254"],
    "mixed.example": [PUBLIC, "10.0.0.5"],
    "last.example": [PUBLIC, PUBLIC, "::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "zoned.example": ["fe80::1%eth0"],
    "nowhere.example": [],
    "public.example": [PUBLIC],
    "public6.example": ["2606:2800:220:1:248:1893:25c8:1946"],
    "bücher.example": ["192.168.1.1"],
    "xn--bcher-kva.example": ["192.168.1.1"],
}
HOSTILE = [
    # loopback in its many spellings
    "http://127.0.0.1/",
    "http://127.0.0.1:80/",
    "https://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://127.0.0.1./",
    "http://127.255.255.254/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::]/",
    "http://0.0.0.0/",
    "http://0/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:7f00:0001]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    # private, link local, shared, reserved
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://203.0.113.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://192.88.99.1/",
    # addresses inside addresses
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    # 10.0.0.1 where this network's translator looks for it, 8.8.8.8 where others would
    "http://[64:ff9b:1:a00:0:100:808:808]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:c0a8:101::1]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3f57:fefe]/",
    "http://[2606:2800::5efe:127.0.0.1]/",
    "http://[2606:2800::200:5efe:10.0.0.1]/",
    # names
    "http://metadata.example/",
    "http://mixed.example/",
    "http://last.example/",
    "http://nat64.example/",
    "http://sixtofour.example/",
    "http://zoned.example/",
    "http://bücher.example/",
    # parsers that disagree, other schemes, other ports
    "http://public.example@127.0.0.1/",
    "http://127.0.0.1@public.example/",
    "http://public.example\\@127.0.0.1/",
    "http://127.0.0.1#@public.example/",
    "http://127.0.0.1?@public.example/",
    "http:///127.0.0.1/",
    "http://public.example:22/",
    "http://public.example:6379/",
    "https://public.example:8443/",
    "ftp://public.example/",
    "file:///etc/passwd",
    "gopher://public.example/",
    "unix:///var/run/docker.sock",
    "//public.example/",
    "http://nowhere.example/",
]


class Recorder(httpcore.AsyncNetworkBackend):
    """Stands for the network: notes each connection asked for and refuses it."""

    def __init__(self):
        self.connects = []

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):  # noqa: ASYNC109
        self.connects.append((host, port))
        raise httpcore.ConnectError("no network in this test")


async def scripted(host, port):
    if host.casefold().rstrip(".") in NAMES:
        return NAMES[host.casefold().rstrip(".")]
    return await resolve(host, port)  # literals and odd spellings, by the system


def connects(url, allow=()):
    network = Recorder()
    backend = GuardedBackend([Allowed.parse(rule) for rule in allow], inner=network, resolver=scripted)
    with Client(Endpoint(name="t", base_url=url, model="m"), guard=backend, sleep=_at_once) as client:
        answer = client.ask(Ask(key="k", role="answerer", inputs={}, messages=()))
    assert isinstance(answer, Refusal)
    return network.connects


async def _at_once(seconds):
    pass


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_opens_no_connection(url):
    assert connects(url) == []


def test_the_corpus_is_long_enough():
    assert len(set(HOSTILE)) >= 54


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://public.example/v1", (PUBLIC, 443)),
        ("http://public.example/v1", (PUBLIC, 80)),
        ("https://public6.example/", ("2606:2800:220:1:248:1893:25c8:1946", 443)),
        (f"http://{PUBLIC}/", (PUBLIC, 80)),
        (f"http://[::ffff:{PUBLIC}]/", (PUBLIC, 80)),
        ("http://[64:ff9b::8.8.8.8]/", ("64:ff9b::808:808", 80)),
    ],
)
def test_a_public_address_is_connected_to_by_its_judged_address(url, address):
    assert set(connects(url)) == {address}


@pytest.mark.parametrize(
    ("rule", "url", "allowed"),
    [
        ("127.0.0.0/8", "http://127.0.0.1:11434/v1", True),
        ("127.0.0.0/8", "http://localhost:8000/v1", False),  # ::1 is not in the rule, and all addresses must be
        ("127.0.0.0/8", "http://[::ffff:127.0.0.1]:8000/", True),
        ("127.0.0.0/8", "http://[::127.0.0.1]/", False),
        ("127.0.0.0/8", "http://[64:ff9b::7f00:1]/", False),
        ("127.0.0.0/8", "http://10.0.0.1/", False),
        ("127.0.0.0/8:8000", "http://127.0.0.1:8000/", True),
        ("127.0.0.0/8:8000+8001", "http://127.0.0.1:8001/", True),
        ("127.0.0.0/8:8000", "http://127.0.0.1:6379/", False),
        ("[::1]/128", "http://[::1]:8080/", True),
        ("10.1.0.0/16", "http://10.1.2.3:9000/", True),
        ("10.1.0.0/16", "http://10.2.2.3:9000/", False),
        ("93.184.216.34/32:9443", "https://public.example:9443/", True),
    ],
)
def test_the_operators_list_opens_exactly_what_it_names(rule, url, allowed):
    assert bool(connects(url, [rule])) == allowed


def test_both_loopbacks_allowed_open_localhost():
    assert connects("http://localhost:8000/v1", ["127.0.0.0/8", "[::1]/128"])


def test_a_name_that_changes_between_two_looks_is_judged_each_time():
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    network = Recorder()

    async def rebinding(host, port):
        return next(answers)

    async def fetch_twice():
        backend = GuardedBackend(inner=network, resolver=rebinding)
        async with guarded_client(backend, timeout=5) as client:
            for _ in range(2):
                with pytest.raises(Exception):  # noqa: B017, PT011 - one is a connect error, one the guard's refusal
                    await client.get("http://rebinding.example/")

    asyncio.run(fetch_twice())
    assert network.connects == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0/8:", "10.0.0.1/8", "10.0.0.0/8:0", "10.0.0.0/8:x", "localhost", "::1/128"]
)
def test_a_rule_is_read_strictly(text):
    with pytest.raises(ValueError, match=r"\S"):
        Allowed.parse(text)


def test_a_rule_may_name_one_address():
    assert Allowed.parse("10.0.0.1") == Allowed.parse("10.0.0.1/32")


def test_ordinary_internet_hosts_are_public():
    for text in ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]:
        assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.deepseek.com", "https://api.deepseek.com:443"),
        ("https://API.deepseek.com/v1/", "https://api.deepseek.com:443"),
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_the_origin_of_an_endpoint_has_scheme_host_and_port(url, expected):
    assert origin(url) == expected


@pytest.mark.parametrize(
    "url", ["", "api.deepseek.com", "ftp://x.example", "https://", "https://u:p@x.example", "https://x.example/?a=1"]
)
def test_a_base_url_is_read_strictly(url):
    with pytest.raises(EndpointInvalid):
        parse_base_url(url)


def test_the_chat_address_is_below_the_base_url():
    endpoint = Endpoint(name="t", base_url="https://api.example/v1/", model="m")
    assert str(endpoint.chat_url) == "https://api.example/v1/chat/completions"
